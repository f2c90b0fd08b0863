package payment

import (
	"errors"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/risk"
)

// CommandReview is the type of the command whose data is a [Review].
const CommandReview = "review-payment"

// Review decides what becomes of a payment that waits for it. For finance.
//
// One that nobody has paid yet is opened at its provider, or is not. Of one that is paid, what was set aside is the wallet's
// again, or is given back to who paid.
//
// Refusals: ErrReviewNotFound, ErrReviewDecided (with [Decided]); the ledger's ErrInvalidField; and where money is to be given
// back that is not there, the wallet's ErrWalletFrozen, ErrWalletClosed, and the ledger's ErrInsufficientFunds.
type Review struct {
	As       wallet.As `json:"as"`
	ReviewID string    `json:"review_id"`
	// Decision is risk.Allow or risk.Refuse.
	Decision risk.Decision `json:"decision"`
	Reason   string        `json:"reason"`
}

// Validate reports what is wrong with the form of c.
func (c Review) Validate() []ledger.FieldError {
	var f wallet.Form
	f.Reason(c.Reason)
	if c.Decision != risk.Allow && c.Decision != risk.Refuse {
		f.Addf("/decision", "want allow or refuse")
	}
	return f.Errors()
}

// reviews are the payments that reviews are of, by the review's id.
func reviews() journal.Kind[string] { return journal.NewKind[string]("payment-review") }

func decideReview(s *journal.Scope, c Review) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	if _, err := ReviewPlace(c.ReviewID); err != nil {
		return ErrReviewNotFound
	}
	id, known := reviews().Get(s, c.ReviewID)
	if !known {
		return ErrReviewNotFound
	}
	o, _ := findOrder(s, id)
	if o.Risk == nil || o.Risk.Review != c.ReviewID {
		decided := Decided{}
		if o.Risk != nil {
			decided = Decided{o.Risk.Decision}
		}
		return ErrReviewDecided.With(decided)
	}
	o.decide(func(v *Verdict) { v.Decision, v.Review, v.DecidedBy = c.Decision, "", c.As.Principal })
	o.say(s, TypeReviewed, Reviewed{
		Step: o.step(id), ReviewID: c.ReviewID, Decision: c.Decision, Reason: c.Reason, DecidedBy: c.As.Principal,
	})
	if err := letGo(s, id); err != nil {
		return err
	}
	if c.Decision == risk.Allow {
		return nil
	}
	_, err := giveBack(s, id)
	return err
}

// decide changes what was said of a payment. What was said before may be another's to read, and stays as it is.
func (o *order) decide(change func(*Verdict)) {
	v := Verdict{}
	if o.Risk != nil {
		v = *o.Risk
	}
	change(&v)
	o.Risk = &v
}

// judgeCard judges a payment of ours by the card that a message shows, once for each card, and carries out what was
// said of it. It reports whether it said or moved anything.
func judgeCard(s *journal.Scope, engine *risk.Engine, f Fact) (bool, error) {
	id, o, ours := asked(s, f)
	if !ours || f.Invoiced {
		return false, nil
	}
	judged := false
	if f.Card != nil && validCard(f.Card) && f.Card.ID != o.Card {
		if created, known := createdOf(s, id); known && created.Assessment != nil {
			judged = true
			a := engine.JudgeCard(s, created.Assessment.Facts, *f.Card)
			if a.Decision != risk.Allow {
				o.decide(func(v *Verdict) {
					v.Judgment, v.DecidedBy = a.Judgment, ""
					switch {
					case a.Decision == risk.Refuse:
						v.Review = ""
					case v.Review == "":
						v.Review = s.NextID().Format(reviewPrefix)
					}
				})
			}
			o.say(s, TypeJudged, Judged{Step: o.step(id), Assessment: a, Source: f.source()})
		}
	}
	moved, err := carryOut(s, id)
	return judged || moved, err
}

// createdOf returns the event that created a payment.
func createdOf(s *journal.Scope, id string) (Created, bool) {
	place, err := Place(id)
	if err != nil {
		return Created{}, false
	}
	e, ok := s.Event(place.Position())
	if !ok {
		return Created{}, false
	}
	created, ok := e.Body.(Created)
	return created, ok
}

// carryOut sets aside what has come in of a payment that is reviewed, and gives back what has come in of one that is
// refused. It reports whether it moved anything.
func carryOut(s *journal.Scope, id string) (bool, error) {
	o, _ := findOrder(s, id)
	switch {
	case o.InReview():
		return holdBack(s, id, o)
	case o.Refused(): // what was set aside before is asked for with the rest
		var asked bool
		err := s.Try(func() (err error) {
			if err = letGo(s, id); err == nil {
				asked, err = giveBack(s, id)
			}
			return err
		})
		refusal := journal.AsRefusal(err)
		if refusal == nil {
			return asked, err
		}
		// It is not there any more. Nothing else leaves the wallet until somebody has looked at it.
		wallet.Freeze(s, o.Wallet, "a payment was refused by risk rules after its money was spent")
		o.decide(func(v *Verdict) { v.Decision, v.Review = risk.Review, s.NextID().Format(reviewPrefix) })
		o.say(s, TypeReviewOpened, ReviewOpened{o.step(id), refusal.Code})
		return true, nil
	}
	return false, nil
}

// remaining is what of a payment has come in for its wallet and has not gone out again.
func (o order) remaining(s *journal.Scope) decimal.Decimal {
	p := find(s, o.Provider, o.Intent)
	if o.Intent == "" || p.Asset == "" || p.Wallet != o.Wallet {
		return decimal.Zero
	}
	return figure(p.Received).Sub(figure(p.Refunded)).Sub(figureOr(p.Pending)).Sub(disputedOf(s, o.Provider, p))
}

// holdBack sets aside what of a payment is there, as far as it is not.
func holdBack(s *journal.Scope, id string, o order) (bool, error) {
	if o.remaining(s).Sub(figureOr(o.Risk.Held)).IsZero() {
		return false, nil
	}
	if err := wallet.ExpireDue(s, o.Wallet); err != nil {
		return false, err
	}
	available := wallet.Account(o.Wallet, wallet.Available)
	there := ledger.BalanceOf(s, ledger.Main, available, o.Amount.Asset).On(journal.Credit)
	amount := decimal.Min(o.remaining(s).Sub(figureOr(o.Risk.Held)), there)
	if !amount.IsPositive() {
		return false, nil
	}
	o.decide(func(v *Verdict) { v.Held = journal.FormatAmount(figureOr(v.Held).Add(amount)) })
	return true, o.move(s, TypeHeldBack, HeldBack{o.step(id), o.money(amount)}, amount, wallet.Available, wallet.Pending)
}

// letGo gives the wallet what was set aside.
func letGo(s *journal.Scope, id string) error {
	o, _ := findOrder(s, id)
	if o.Risk == nil || !figureOr(o.Risk.Held).IsPositive() {
		return nil
	}
	amount := figure(o.Risk.Held)
	o.decide(func(v *Verdict) { v.Held = "" })
	return o.move(s, TypeLetGo, LetGo{o.step(id), o.money(amount)}, amount, wallet.Pending, wallet.Available)
}

// giveBack asks for what is left of a refused payment to be given back, as far as that was not asked for before: what the
// provider would not give back then it would not give back now. It reports whether there was anything.
//
// Refusals: those of a refund.
func giveBack(s *journal.Scope, id string) (bool, error) {
	o, _ := findOrder(s, id)
	received := figureOr(find(s, o.Provider, o.Intent).Received)
	amount := decimal.Min(o.remaining(s), received.Sub(figureOr(o.Risk.Returned)))
	if !amount.IsPositive() {
		return false, nil
	}
	return true, o.refund(s, id, amount, "refused by risk rules", riskActor)
}

// riskActor is who asks for money to be given back that was paid and is refused.
const riskActor = "florin:risk"

func (o order) money(amount decimal.Decimal) ledger.Money {
	return ledger.Money{Amount: journal.FormatAmount(amount), Asset: o.Amount.Asset}
}

// say notes an event of a review.
func (o order) say(s *journal.Scope, eventType string, body any) {
	id, _ := IDOf(&journal.Event{Body: body})
	s.Emit(journal.Event{Ledger: ledger.Main, Stream: stream(id), Type: eventType, Schema: 1, Body: body})
}

// move moves money of the wallet between two of its parts.
func (o order) move(s *journal.Scope, eventType string, body any, amount decimal.Decimal, from, to wallet.Part) error {
	id, _ := IDOf(&journal.Event{Body: body})
	_, err := ledger.Post(s, journal.Event{
		Ledger: ledger.Main, Stream: stream(id), Type: eventType, Schema: 1, Body: body,
		Postings: wallet.Move(amount, o.Amount.Asset, wallet.Account(o.Wallet, from), wallet.Account(o.Wallet, to)),
	}, ledger.Policy{Owner: "payment", Force: true})
	return err
}

// makeWay runs weigh. Where what is booked takes money of the wallet and some of the payment is set aside, it is let go of
// first, so that it is taken from there; what is left is set aside again afterwards.
func makeWay(s *journal.Scope, f Fact, weigh func() error) error {
	id, o, ours := asked(s, f)
	if !ours || o.Risk == nil || !figureOr(o.Risk.Held).IsPositive() {
		return weigh()
	}
	taken := func() decimal.Decimal {
		return ledger.BalanceOf(s, ledger.Main, wallet.Account(o.Wallet, wallet.Available), o.Amount.Asset).Debits
	}
	before := taken()
	err := s.Try(func() error {
		if err := weigh(); err != nil || taken().Equal(before) {
			return err
		}
		return errTaken
	})
	if !errors.Is(err, errTaken) {
		return err
	}
	if err := letGo(s, id); err != nil {
		return err
	}
	return weigh()
}

// errTaken takes back what was booked, so that it is booked again when there is enough.
var errTaken = errors.New("payment: what is set aside is taken")
