package payment

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// The types of the events of refunds that were made at the provider. Their shapes at schema 1 are frozen in
// testdata/events. What such a refund takes is a [Refunded].
const (
	TypeRefundFound    = "payment-refund-found"
	TypeRefundReturned = "payment-refund-returned"
)

// OutsideRefund says, of a refund that was made at the provider, that it is known by its id, which has no postings
// (what a payment says to be refunded in all is often heard of before), or that it failed and the money came back. The
// postings of that are clearing to the wallet, or to suspense, for what was taken; there are none where nothing was.
type OutsideRefund struct {
	Provider string       `json:"provider"`
	Refund   string       `json:"refund"`
	Payment  string       `json:"payment"`
	Amount   ledger.Money `json:"amount"`
	// WalletID is empty while the wallet of the payment is not known.
	WalletID string `json:"wallet_id,omitempty"`
	// FailedAt is since when what the provider says to be refunded is without it; zero while it has not failed.
	FailedAt time.Time `json:"failed_at,omitzero"`
	Source
}

// providerRefund is what is known of a refund by the provider's id.
type providerRefund struct {
	// Own is our id of it, if it was asked for here.
	Own    string `json:"own,omitempty"`
	Failed bool   `json:"failed,omitempty"`
}

func providerRefunds() journal.Kind[providerRefund] {
	return journal.NewKind[providerRefund]("provider-refund")
}

// ownRefund returns the refund of ours that a message is about: the one that the provider's id is known to be, or that
// its metadata names, which is anybody's word.
func ownRefund(s *journal.Scope, f Fact, amount decimal.Decimal) (id string, r refund, ours bool) {
	id = f.Refund.ID
	if known, ok := providerRefunds().Get(s, key(f.Provider, f.Refund.Ref)); ok {
		id = known.Own
	}
	r, ours = findRefund(s, id)
	fits := r.Provider == f.Provider && r.Intent == f.Payment && r.Amount.Asset == f.Refund.Amount.Asset &&
		(r.ProviderRef == "" || r.ProviderRef == f.Refund.Ref)
	return id, r, ours && fits && amount.Equal(figure(r.Amount.Amount))
}

// weighOutsideRefund books what is heard of one refund that was made at the provider. It is booked once, whether it is
// heard of by itself, or by what its payment says to be refunded in all.
func weighOutsideRefund(s *journal.Scope, f Fact, amount decimal.Decimal) (Result, error) {
	id := key(f.Provider, f.Refund.Ref)
	before, known := providerRefunds().Get(s, id)
	p := find(s, f.Provider, f.Payment)
	switch {
	case !f.Refund.Moved && !f.Refund.Returned, p.Asset == "" && f.Settlement == nil:
		// A payment that nothing is known of may belong to an invoice. Its balance transaction says all of it.
		return Result{Passed, NothingMoved}, nil
	case p.Asset != "" && p.Asset != f.Refund.Amount.Asset:
		return Result{Passed, AssetMismatch}, nil
	case known && (before.Failed || !f.Refund.Returned):
		return Result{Passed, AlreadyBooked}, nil
	}
	f.Asset = f.Refund.Amount.Asset
	b := booking{scope: s, fact: f, wallet: p.Wallet}
	body := OutsideRefund{
		Provider: f.Provider, Refund: f.Refund.Ref, Payment: f.Payment, Amount: b.money(amount), WalletID: p.Wallet, Source: f.source(),
	}
	err := s.Try(func() error {
		if !known {
			s.Emit(b.event(TypeRefundFound, body))
			b.refund(find(s, f.Provider, f.Payment).due(-amount.Exponent()))
		}
		if f.Refund.Returned && b.err == nil {
			b.giveBack(body, amount)
		}
		return b.err
	})
	switch refusal := journal.AsRefusal(err); {
	case refusal != nil:
		return HeldBy(refusal), nil
	case err != nil:
		return Result{}, err
	case !b.booked:
		return Result{Deferred, NothingMoved}, nil
	}
	follow(s, f)
	return b.result(), nil
}

// giveBack gives the wallet what a refund had taken that has failed.
func (b *booking) giveBack(body OutsideRefund, amount decimal.Decimal) {
	body.FailedAt = failedAt(b.scope, b.fact.Refund.At)
	taken := amount.Sub(find(b.scope, b.fact.Provider, b.fact.Payment).untaken(amount))
	if taken.IsPositive() {
		b.post(TypeRefundReturned, body, taken, Clearing, b.payee())
		return
	}
	b.scope.Emit(b.event(TypeRefundReturned, body))
}

// due is what is to be taken for refunds that are known by their ids: not more than was received, since a message of
// that may still come.
func (p payment) due(scale int32) decimal.Decimal {
	most := decimal.Min(figureOr(p.Found), figureOr(p.Received).Add(figureOr(p.Returned)))
	return decimal.Max(most.Sub(figureOr(p.Outside)), decimal.Zero).Round(scale)
}

// untaken is how much of a refund that is known by its id was never taken.
func (p payment) untaken(amount decimal.Decimal) decimal.Decimal {
	rest := figureOr(p.Found).Sub(figureOr(p.Outside))
	return decimal.Min(decimal.Max(rest, rest.Sub(rest)), amount)
}

// payee is who gets back what a refund had taken: suspense, where the wallet takes nothing any more.
func (b *booking) payee() string {
	if w, ok := wallet.Find(b.scope, b.wallet); !ok || w.Takes() != nil {
		return Suspense
	}
	return b.holder()
}

// failedAt is since when a refund is surely not counted any more that is said at a time to have failed.
func failedAt(s *journal.Scope, told time.Time) time.Time {
	now := s.Now().UTC().Truncate(time.Microsecond)
	if told.After(now) {
		return told
	}
	return now
}

// registerOutsideRefunds tells r what refunds that were made at the provider evolve and record.
func registerOutsideRefunds(r *journal.Registry) {
	journal.Records[OutsideRefund](r, TypeRefundFound, 1, nil)
	journal.Records[OutsideRefund](r, TypeRefundReturned, 1, nil)

	journal.Holds(r, providerRefunds())

	r.Evolves(evolveOutsideRefund)
}

// evolveOutsideRefund keeps what of a payment was given back by refunds that are known by their ids.
func evolveOutsideRefund(s *journal.Scope, e *journal.Event) {
	if e.Type != TypeRefundFound && e.Type != TypeRefundReturned {
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("payment: evolve: %v", err))
	}
	body, _ := e.Body.(OutsideRefund)
	p := find(s, body.Provider, body.Payment).in(body.Amount)
	if e.Type == TypeRefundFound {
		p.Found = journal.FormatAmount(figureOr(p.Found).Add(figure(body.Amount.Amount)))
	} else {
		amount := figure(body.Amount.Amount)
		untaken := p.untaken(amount)
		p.Refunded = journal.FormatAmount(figure(p.Refunded).Sub(amount).Add(untaken))
		p.Found = journal.FormatAmount(figureOr(p.Found).Sub(untaken))
		p.Returned = journal.FormatAmount(figureOr(p.Returned).Add(amount).Sub(untaken))
		p.Voided = append(p.Voided[:len(p.Voided):len(p.Voided)], voided{body.Amount.Amount, body.FailedAt})
	}
	payments().Put(s, key(body.Provider, body.Payment), p)
	providerRefunds().Put(s, key(body.Provider, body.Refund), providerRefund{Failed: e.Type == TypeRefundReturned})
}
