package payment

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// RefundStatus says how far a refund is.
type RefundStatus string

// The states of a refund.
const (
	// RefundRequested: its money is set aside in the wallet.
	RefundRequested RefundStatus = "requested"
	// RefundSent: the provider has it.
	RefundSent RefundStatus = "sent"
	// RefundSettled: the provider has given the money back.
	RefundSettled RefundStatus = "settled"
	// RefundFailed: the provider has not, or has it again, and so has the wallet.
	RefundFailed RefundStatus = "failed"
)

const refundPrefix = "ref"

// RefundProgress is how a refund stands.
type RefundProgress struct {
	Status RefundStatus `json:"status"`
	// ProviderRef is the provider's id of it.
	ProviderRef string  `json:"provider_ref,omitempty"`
	Failure     Failure `json:"failure,omitzero"`
	// FailedAt is since when what the provider says to be refunded is without it; zero for one that never was a part
	// of that.
	FailedAt time.Time `json:"failed_at,omitzero"`
}

// refund is what the writer knows of a refund that was asked for here.
type refund struct {
	Payment  string       `json:"payment"`
	Provider string       `json:"provider"`
	Intent   string       `json:"intent"`
	Wallet   string       `json:"wallet"`
	Amount   ledger.Money `json:"amount"`
	RefundProgress
}

func refunds() journal.Kind[refund] { return journal.NewKind[refund]("refund") }

func findRefund(s *journal.Scope, id string) (refund, bool) {
	if _, err := RefundPlace(id); err != nil {
		return refund{}, false
	}
	return refunds().Get(s, id)
}

func decideRefund(s *journal.Scope, c Refund) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	o, found := findOrder(s, c.PaymentID)
	booked := find(s, o.Provider, o.Intent)
	if !found || !c.As.Owns(o.Owner) {
		return ErrNotFound
	}
	if booked.Asset == "" || !figureOr(booked.Received).IsPositive() || booked.Wallet != o.Wallet {
		return ErrWrongStatus.Because("no money has come in for the wallet").With(OrderStanding{o.Status})
	}
	left := figure(booked.Received).Sub(figure(booked.Refunded)).Sub(figureOr(booked.Pending)).Sub(disputedOf(s, o.Provider, booked))
	amount := left
	if c.Amount != nil {
		var err error
		if amount, err = wallet.Amount(s, *c.Amount); err != nil {
			return err
		}
		if c.Amount.Asset != o.Amount.Asset {
			return ledger.ErrInvalidField.At("/amount/asset").Because("the payment is in %s", o.Amount.Asset)
		}
	}
	if amount.GreaterThan(left) || !amount.IsPositive() {
		return ErrRefundTooLarge.With(RefundLeft{ledger.Money{Amount: journal.FormatAmount(decimal.Max(left, left.Sub(left))), Asset: o.Amount.Asset}})
	}
	return o.refund(s, c.PaymentID, amount, c.Reason, c.As.Principal)
}

// refund sets an amount of a payment aside in its wallet, and asks for it to be given back.
//
// Refusals: the wallet's ErrWalletFrozen, ErrWalletClosed, and the ledger's ErrInsufficientFunds.
func (o order) refund(s *journal.Scope, paymentID string, amount decimal.Decimal, reason, by string) error {
	payer, _ := wallet.Find(s, o.Wallet)
	if err := payer.Gives(); err != nil {
		return err
	}
	if err := wallet.ExpireDue(s, o.Wallet); err != nil {
		return err
	}
	id := s.NextID().Format(refundPrefix)
	r := refund{
		Payment: paymentID, Provider: o.Provider, Intent: o.Intent, Wallet: o.Wallet,
		Amount: ledger.Money{Amount: journal.FormatAmount(amount), Asset: o.Amount.Asset}, RefundProgress: RefundProgress{Status: RefundRequested},
	}
	_, err := ledger.Post(s, journal.Event{
		Ledger: ledger.Main, Stream: stream(paymentID), Type: TypeRefundRequested, Schema: 1,
		Body:     RefundAsked{RefundStep: r.step(id), Reason: reason, RequestedBy: by},
		Postings: wallet.Move(amount, o.Amount.Asset, wallet.Account(o.Wallet, wallet.Available), wallet.Account(o.Wallet, wallet.Pending)),
	}, wallet.Policy(s))
	return err
}

// decideRecordRefund notes what the provider answered. Messages may have been faster, and know more.
func decideRecordRefund(s *journal.Scope, c RecordRefund) error {
	r, found := findRefund(s, c.RefundID)
	if !found {
		return ErrNotFound
	}
	moved, err := r.tell(s, c.RefundID, c.RefundTold, s.Now())
	if err != nil {
		return err
	}
	if !moved { // the answer is an event, so that who waits for it sees one
		r.emit(s, TypeRefundSent, RefundOnItsWay{r.step(c.RefundID)})
	}
	follow(s, Fact{Provider: r.Provider, Payment: r.Intent, Order: r.Payment})
	return nil
}

// weighRefund books what a message says of one refund.
func weighRefund(s *journal.Scope, f Fact) (Result, error) {
	amount, err := exact(s, f.Refund.Amount)
	if err != nil {
		return HeldBy(journal.AsRefusal(err)), nil
	}
	id, r, ours := ownRefund(s, f, amount)
	if !ours {
		return weighOutsideRefund(s, f, amount)
	}
	before := r.Status
	moved, err := r.tell(s, id, f.Refund.RefundTold, effective(f.OccurredAt, s.Now()))
	switch {
	case err != nil:
		return Result{}, err
	case !moved:
		return Result{Passed, AlreadyBooked}, nil
	}
	follow(s, f)
	if before == RefundRequested && r.Status == RefundSent {
		return Result{Deferred, NothingMoved}, nil
	}
	return Result{Result: Booked}, nil
}

// tell takes what the provider says of a refund, and reports whether that was news. One that has failed stays so.
func (r *refund) tell(s *journal.Scope, id string, told RefundTold, at time.Time) (bool, error) {
	reached := r.ProviderRef != "" || told.Ref != ""
	before := r.Status
	if told.Ref != "" {
		r.ProviderRef = told.Ref
	}
	pending, available := wallet.Account(r.Wallet, wallet.Pending), wallet.Account(r.Wallet, wallet.Available)
	open := before == RefundRequested || before == RefundSent
	switch {
	case told.Status == RefundFailed && before != RefundFailed:
		r.Status, r.Failure = RefundFailed, told.Failure
		if reached {
			r.FailedAt = failedAt(s, told.At)
		}
		from := pending
		if before == RefundSettled {
			from = clearingOf(r.Provider)
		}
		if w, ok := wallet.Find(s, r.Wallet); !ok || w.Takes() != nil {
			available = suspenseOf(r.Provider)
		}
		return true, r.post(s, TypeRefundFailed, RefundUndone{r.step(id)}, at, from, available)
	case told.Status == RefundSettled && open:
		r.Status = RefundSettled
		return true, r.post(s, TypeRefundSettled, RefundDone{r.step(id)}, at, pending, clearingOf(r.Provider))
	case told.Status == RefundSent && before == RefundRequested:
		r.Status = RefundSent
		r.emit(s, TypeRefundSent, RefundOnItsWay{r.step(id)})
		return true, nil
	}
	return false, nil
}

func (r *refund) step(id string) RefundStep {
	return RefundStep{
		RefundID: id, PaymentID: r.Payment, Provider: r.Provider, Intent: r.Intent, WalletID: r.Wallet, Amount: r.Amount, RefundProgress: r.RefundProgress,
	}
}

func (r *refund) emit(s *journal.Scope, eventType string, body any) {
	s.Emit(journal.Event{Ledger: ledger.Main, Stream: stream(r.Payment), Type: eventType, Schema: 1, Body: body})
}

// post books what has happened outside: no floor and no freeze stops it.
func (r *refund) post(s *journal.Scope, eventType string, body any, at time.Time, debit, credit string) error {
	_, err := post(s, journal.Event{
		Ledger: ledger.Main, Stream: stream(r.Payment), Type: eventType, Schema: 1, Body: body, EffectiveAt: at,
		Postings: wallet.Move(figure(r.Amount.Amount), r.Amount.Asset, debit, credit),
	})
	return err
}

// accounted is how much of what a provider says at a time to be refunded in all is none of a refund made there: what
// is booked, what of ours is under way, and what of ours failed only later.
func (p payment) accounted(at time.Time) string {
	sum := figureOr(p.Refunded).Add(figureOr(p.Pending))
	for _, v := range p.Voided {
		if !at.After(v.At) {
			sum = sum.Add(figure(v.Amount))
		}
	}
	return journal.FormatAmount(sum)
}

// voided is a refund that failed after the provider had counted it.
type voided struct {
	Amount string    `json:"amount"`
	At     time.Time `json:"at"`
}

// evolveRefund keeps how refunds stand, and what of their payments is under way and was given back.
func evolveRefund(s *journal.Scope, step RefundStep) {
	before, known := refunds().Get(s, step.RefundID)
	refunds().Put(s, step.RefundID, refund{
		Payment: step.PaymentID, Provider: step.Provider, Intent: step.Intent, Wallet: step.WalletID, Amount: step.Amount, RefundProgress: step.RefundProgress,
	})
	if step.ProviderRef != "" {
		providerRefunds().Put(s, key(step.Provider, step.ProviderRef), providerRefund{Own: step.RefundID})
	}
	if known && before.Status == step.Status {
		return
	}
	p := find(s, step.Provider, step.Intent).in(step.Amount)
	amount := figure(step.Amount.Amount)
	pending, refunded := figureOr(p.Pending), figure(p.Refunded)
	if !known {
		pending = pending.Add(amount)
	}
	if open := !known || before.Status == RefundRequested || before.Status == RefundSent; open && (step.Status == RefundSettled || step.Status == RefundFailed) {
		pending = pending.Sub(amount)
	}
	switch {
	case step.Status == RefundSettled:
		refunded = refunded.Add(amount)
	case step.Status == RefundFailed && before.Status == RefundSettled:
		refunded = refunded.Sub(amount)
	}
	if step.Status == RefundFailed && !step.FailedAt.IsZero() {
		p.Voided = append(p.Voided[:len(p.Voided):len(p.Voided)], voided{step.Amount.Amount, step.FailedAt})
	}
	p.Pending, p.Refunded = journal.FormatAmount(pending), journal.FormatAmount(refunded)
	payments().Put(s, key(step.Provider, step.Intent), p)
}
