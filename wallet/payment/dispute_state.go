package payment

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// DisputeStatus is how a dispute stands, in the provider's word. Those that the books know are here; any
// other is that of a dispute which goes on.
type DisputeStatus string

// The statuses of disputes. Source: https://docs.stripe.com/api/disputes/object#dispute_object-status.
const (
	DisputeInquiry        DisputeStatus = "warning_needs_response"
	DisputeInquiryReview  DisputeStatus = "warning_under_review"
	DisputeInquiryClosed  DisputeStatus = "warning_closed"
	DisputeNeedsResponse  DisputeStatus = "needs_response"
	DisputeReview         DisputeStatus = "under_review"
	DisputeChargeRefunded DisputeStatus = "charge_refunded"
	DisputeWon            DisputeStatus = "won"
	DisputeLost           DisputeStatus = "lost"
)

// rank orders statuses by how far on a dispute is.
func (s DisputeStatus) rank() int {
	switch s {
	case DisputeInquiry:
		return 1
	case DisputeInquiryReview:
		return 2
	case DisputeInquiryClosed, DisputeChargeRefunded, DisputeWon, DisputeLost:
		return 5
	case DisputeReview:
		return 4
	}
	return 3
}

// dispute is what is booked of a dispute.
type dispute struct {
	Payment string `json:"payment"`
	// Wallet is empty while that of the payment is not known.
	Wallet string `json:"wallet"`
	// Amount is what is disputed, in the payment's asset.
	Amount ledger.Money  `json:"amount"`
	Status DisputeStatus `json:"status"`
	// At is when it came to stand so, by the provider's clock.
	At time.Time `json:"at"`
	// Movements are the balance transactions that are booked.
	Movements []string `json:"movements,omitempty"`
	DisputeFigures
}

// DisputeFigures is where the money of a dispute stands after an event.
type DisputeFigures struct {
	// Taken is what the provider has taken and not given back, in the asset in which it settles: what of
	// assets:stripe:disputed is this dispute's. It has no asset while nothing was ever taken.
	Taken ledger.Money `json:"taken,omitzero"`
	// Held is what is set aside for it in the wallet, in the payment's asset; empty for nothing.
	Held string `json:"held,omitempty"`
	// Suspended is what was lost while the wallet was not known, and stands in suspense.
	Suspended ledger.Money `json:"suspended,omitzero"`
}

const disputePrefix = "dsp"

// DisputePlace returns the place that a dispute's id names, of the event that told of it first. Errors:
// journal.ErrBadID.
func DisputePlace(id string) (journal.PlaceID, error) {
	return journal.ParsePlaceID(disputePrefix, id)
}

// DisputeID is the id of the dispute that an event told of first.
func DisputeID(e *journal.Event) string { return e.ID().Format(disputePrefix) }

// IsDisputeType reports whether an event is about a dispute.
func IsDisputeType(eventType string) bool {
	switch eventType {
	case TypeDisputeUpdated, TypeFundsWithdrawn, TypeFundsReinstated, TypeDisputeLost, TypeDisputeClaimed:
		return true
	}
	return false
}

// AboutOf returns which dispute an event is about, which has been decoded; ok is false for another event.
func AboutOf(e *journal.Event) (about About, ok bool) {
	switch b := e.Body.(type) {
	case DisputeUpdated:
		return b.About, true
	case FundsMoved:
		return b.About, true
	case DisputeSettled:
		return b.About, true
	}
	return about, false
}

func disputes() journal.Kind[dispute] { return journal.NewKind[dispute]("dispute") }

func (d *dispute) has(movement string) bool { return slices.Contains(d.Movements, movement) }

func (d *dispute) held() decimal.Decimal { return figureOr(d.Held) }

// taken is what the provider has taken in an asset.
func (d *dispute) taken(asset string) decimal.Decimal {
	if d.Taken.Asset != asset {
		return decimal.Zero
	}
	return figureOr(d.Taken.Amount)
}

// take adds to what the provider has taken.
func (d *dispute) take(amount decimal.Decimal, asset string) {
	d.Taken = ledger.Money{Amount: journal.FormatAmount(d.taken(asset).Add(amount)), Asset: asset}
}

// claims is what of the wallet's money stands for what the provider took: as much, or, where it settles in
// another asset, all that is disputed and not held yet.
func (d *dispute) claims(amount decimal.Decimal, asset string) decimal.Decimal {
	if asset == d.Amount.Asset || amount.IsZero() {
		return amount
	}
	return figure(d.Amount.Amount).Sub(d.held())
}

// recover takes what came back out of what was lost in suspense.
func (d *dispute) recover(amount decimal.Decimal, asset string) {
	if d.Suspended.Asset != asset {
		return
	}
	rest := figure(d.Suspended.Amount).Sub(amount)
	if d.Suspended.Amount = journal.FormatAmount(rest); rest.IsZero() {
		d.Suspended = ledger.Money{}
	}
}

// holder is who has what comes back although nobody waits for it any more.
func (d *dispute) holder(asset string) string {
	if d.Wallet == "" || asset != d.Amount.Asset {
		return Suspense
	}
	return wallet.Account(d.Wallet, wallet.Available)
}

// lostOf is what disputes of a payment have lost in its own asset while its wallet was not known.
func lostOf(s *journal.Scope, provider string, p payment) (sum decimal.Decimal) {
	for _, id := range p.Disputes {
		if d, known := disputes().Get(s, key(provider, id)); known && d.Suspended.Asset == p.Asset {
			sum = sum.Add(figure(d.Suspended.Amount))
		}
	}
	return sum
}

// share is the part of held that goes with a part of a whole: all of it with all, and otherwise in
// proportion, rounded half to even at held's scale.
func share(held, part, whole decimal.Decimal) decimal.Decimal {
	if part.Equal(whole) {
		return held
	}
	return held.Mul(part).DivRound(whole, -held.Exponent()+4).RoundBank(-held.Exponent())
}

// exact reads an amount of either sign at its asset's scale.
//
// Refusals: the ledger's ErrUnknownAsset, ErrAmountScale.
func exact(s *journal.Scope, m ledger.Money) (decimal.Decimal, error) {
	scale, known := ledger.AssetScale(s, m.Asset)
	amount := figure(m.Amount)
	switch {
	case !known:
		return amount, ledger.ErrUnknownAsset
	case !amount.Equal(amount.Truncate(scale)):
		return amount, ledger.ErrAmountScale
	}
	return amount.Round(scale), nil
}

// legs are the postings of a transaction.
type legs []journal.Posting

// add debits an account, or credits it with an amount below zero. Nothing is no posting.
func (l *legs) add(account string, amount decimal.Decimal, asset string) {
	switch {
	case amount.IsPositive():
		*l = append(*l, journal.Posting{Account: account, Side: journal.Debit, Amount: amount, Asset: asset})
	case amount.IsNegative():
		*l = append(*l, journal.Posting{Account: account, Side: journal.Credit, Amount: amount.Neg(), Asset: asset})
	}
}

// convert leads what was debited in one asset to what is credited in another, if they differ.
func (l *legs) convert(debited decimal.Decimal, from string, credited decimal.Decimal, to string) {
	if from != to {
		l.add(Conversion, debited.Neg(), from)
		l.add(Conversion, credited, to)
	}
}
