package payment

import (
	"cmp"
	"errors"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// Cause says what a balance transaction is of.
type Cause string

// The causes of balance transactions.
const (
	// OfPayment: a payment was received; below zero, one that was counted on never was.
	OfPayment Cause = "payment"
	// OfRefund: a payment was given back; above zero, that failed and the provider has the money again.
	OfRefund Cause = "refund"
	// OfDispute: a dispute took money, or gave it back.
	OfDispute Cause = "dispute"
	// OfPayout: money went to our bank, or came back from there.
	OfPayout Cause = "payout"
	// OfTopUp: we paid money from our bank to the provider, or took it back.
	OfTopUp Cause = "top-up"
	// OfOther: anything else, of which there are more kinds every year: fees, taxes, adjustments, reserves.
	OfOther Cause = "other"
)

func (c Cause) known() bool {
	switch c {
	case OfPayment, OfRefund, OfDispute, OfPayout, OfTopUp, OfOther:
		return true
	}
	return false
}

// SettlementFact is a balance transaction: a line of what the provider holds for us, in the asset in which it
// settles. Fact says the rest: the payment, its asset and its wallet, and the refund, dispute or payout it is of.
type SettlementFact struct {
	Movement
	// Type is the provider's word for it, Of what it is of, and Ref the provider's id of that, if there is one.
	Type string `json:"type"`
	Of   Cause  `json:"of"`
	Ref  string `json:"ref,omitempty"`
	// Paid is what it is in the asset that was paid with, of either sign as Amount is, of a payment or a refund. Of a
	// payment it is what was received in all, since one that is captured in parts has several.
	Paid ledger.Money `json:"paid,omitzero"`
	// Rate is what one unit of Paid came to, where the provider converted it.
	Rate string `json:"rate,omitempty"`
	// AvailableOn is from when on it can be paid out.
	AvailableOn time.Time `json:"available_on,omitzero"`
}

func (t *SettlementFact) wellFormed(f Fact) bool {
	ok := t.Movement.wellFormed() && validID(t.Type) && (t.Ref == "" || validID(t.Ref))
	switch t.Of {
	case OfPayment, OfRefund:
		ok = ok && validID(f.Payment) && f.Asset == t.Paid.Asset && validMoney(t.Paid) && validSum(f.Received)
		if t.Of == OfRefund {
			ok = ok && f.Refund != nil && f.Refund.wellFormed()
		}
	case OfDispute:
		ok = ok && validID(f.Payment) && f.Dispute != nil && f.Dispute.wellFormed()
	case OfPayout:
		ok = ok && f.Payout != nil && f.Payout.wellFormed()
	}
	return ok && t.Of.known()
}

// weighSettlement books what a balance transaction says and is not booked yet, so that clearing is the sum of them:
// first what it is of, as a message about that would, then its fee, and the conversion of what was booked in the asset
// that was paid with.
func weighSettlement(s *journal.Scope, f Fact) (Result, error) {
	t := f.Settlement
	if t.Of == OfDispute { // which knows its own balance transactions
		f.Kind = Disputed
		return weigh(s, f)
	}
	if _, known := settlements().Get(s, key(f.Provider, t.ID)); known {
		return Result{Passed, AlreadyBooked}, nil
	}
	l := settlement{scope: s, fact: f}
	err := s.Try(func() error {
		if err := l.tell(); err != nil || l.result.blocks() {
			return cmp.Or(err, errBlocked)
		}
		return l.book()
	})
	switch refusal := journal.AsRefusal(err); {
	case refusal != nil:
		return HeldBy(refusal), nil
	case errors.Is(err, errBlocked):
		return l.result, nil
	case err != nil:
		return Result{}, err
	}
	follow(s, f)
	switch {
	case l.result.Result == Booked, l.result.Result == Suspended:
		return l.result, nil
	case l.moved:
		return Result{Result: Booked}, nil
	}
	return Result{Deferred, NothingMoved}, nil
}

// errBlocked takes back what was booked of a balance transaction that cannot be booked whole.
var errBlocked = errors.New("payment: what the balance transaction is of cannot be booked")

// blocks reports whether a message says something that the books cannot take.
func (r Result) blocks() bool {
	switch r.Reason {
	case AlreadyBooked, NothingMoved, Unpaid, Invoice:
		return false
	}
	return r.Result == Passed || r.Result == Held
}

// settlement books one balance transaction.
type settlement struct {
	scope  *journal.Scope
	fact   Fact
	result Result // of what it is of
	moved  bool   // it has postings of its own
}

// tell books what the balance transaction is of, unless messages have told of it. What belongs to an invoice is
// booked with that.
func (l *settlement) tell() (err error) {
	f := l.fact
	if f.Invoiced {
		return nil
	}
	switch f.Settlement.Of {
	case OfPayout:
		f.Kind = PaidOut
		l.result, err = weigh(l.scope, f)
	case OfPayment, OfRefund:
		f.Kind = Paid
		l.result, err = weigh(l.scope, f)
		if err == nil && !l.result.blocks() && f.Settlement.Of == OfRefund {
			f.Kind = Refunding
			l.result, err = weigh(l.scope, f)
		}
	}
	return err
}

// book books the fee, what has become of the asset that was paid with, and all of what is nobody's.
func (l *settlement) book() error {
	t := l.fact.Settlement
	amount, err := exact(l.scope, ledger.Money{Amount: t.Amount, Asset: t.Asset})
	if err != nil {
		return err
	}
	fee, err := exact(l.scope, ledger.Money{Amount: t.Fee, Asset: t.Asset})
	if err != nil {
		return err
	}
	body := Settled{Provider: l.fact.Provider, Settlement: *t, Source: l.fact.source()}
	body.Settlement.Amount, body.Settlement.Fee = journal.FormatAmount(amount), journal.FormatAmount(fee)
	var postings legs
	clearing := fee.Neg()
	postings.add(Fees, fee, t.Asset)
	switch t.Of {
	case OfPayment, OfRefund:
		paid, err := l.paid(amount)
		if err != nil {
			return err
		}
		body.Payment, body.Invoiced = l.fact.Payment, l.fact.Invoiced
		body.Settlement.Paid.Amount = journal.FormatAmount(paid)
		if id, _, ours := asked(l.scope, l.fact); ours {
			body.PaymentID = id
		}
		if t.Paid.Asset != t.Asset {
			postings.add(Clearing, paid.Neg(), t.Paid.Asset)
			postings.convert(amount, t.Asset, paid, t.Paid.Asset)
			clearing = clearing.Add(amount)
		} else if rest := amount.Sub(paid); !rest.IsZero() {
			postings.add(OtherCosts, rest.Neg(), t.Asset)
			clearing = clearing.Add(rest)
		}
	case OfTopUp:
		postings.add(Bank, amount.Neg(), t.Asset)
		clearing = clearing.Add(amount)
	case OfOther:
		postings.add(OtherCosts, amount.Neg(), t.Asset)
		clearing = clearing.Add(amount)
	}
	postings.add(Clearing, clearing, t.Asset)
	if err := l.post(body, postings); err != nil || body.Payment == "" || body.Invoiced {
		return err
	}
	leveled, err := level(l.scope, l.fact)
	l.moved = l.moved || leveled
	return err
}

// paid is what a balance transaction is in the asset that was paid with. A payment that is captured in parts has
// several, each of which knows what was received in all: the first that is heard of stands for all of that.
func (l *settlement) paid(amount decimal.Decimal) (decimal.Decimal, error) {
	t := l.fact.Settlement
	paid, err := exact(l.scope, t.Paid)
	switch {
	case err != nil || t.Of == OfRefund:
		return paid, err
	case t.Paid.Asset == t.Asset:
		return amount, nil
	case paid.IsPositive():
		return decimal.Max(paid.Sub(figureOr(find(l.scope, l.fact.Provider, l.fact.Payment).Charged)), paid.Sub(paid)), nil
	}
	return paid, nil
}

func (l *settlement) post(body Settled, postings legs) error {
	e := l.fact.event(l.scope, "balance-transaction", body.Settlement.ID, TypeSettled, body)
	if len(postings) == 0 {
		l.scope.Emit(e)
		return nil
	}
	e.Postings, l.moved = postings, true
	_, err := post(l.scope, e)
	return err
}

// level has as much stand in uncollected as the provider counts of a payment that nobody has received yet: the
// payer's bank takes days to pay, and may not.
func level(s *journal.Scope, f Fact) (moved bool, err error) {
	p := find(s, f.Provider, f.Payment)
	counted := figureOr(p.Charged).Sub(figureOr(p.Bounced)).Sub(figureOr(p.Received))
	counted = decimal.Max(counted, counted.Sub(counted))
	change := counted.Sub(figureOr(p.Uncollected))
	if change.IsZero() {
		return false, nil
	}
	e := f.event(s, "payment", f.Payment, TypeUncollected, Counted{
		Provider: f.Provider, Payment: f.Payment, Amount: ledger.Money{Amount: journal.FormatAmount(counted), Asset: p.Asset}, Source: f.source(),
	})
	var postings legs
	postings.add(Clearing, change, p.Asset)
	postings.add(Uncollected, change.Neg(), p.Asset)
	e.Postings = postings
	_, err = post(s, e)
	return err == nil, err
}
