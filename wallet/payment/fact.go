package payment

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/risk"
)

// CommandRecordFact is the type of the command whose data is a [Fact].
const CommandRecordFact = "record-provider-fact"

// The providers that Florin knows.
const (
	Stripe = "stripe"
	// Simulated is none: it takes no money, for development and tests. Its accounts are its own.
	Simulated = "simulated"
)

// Kind says what a fact is about.
type Kind string

// The kinds of facts.
const (
	// Paid: money of a payment was received, or given back.
	Paid Kind = "paid"
	// Disputed: a payment is disputed; Dispute says how that stands.
	Disputed Kind = "disputed"
	// PaidOut: money at the provider is on its way to our bank, or came back; Payout says how that stands.
	PaidOut Kind = "paid-out"
	// Told: how far a payment is that has moved no money.
	Told Kind = "told"
	// Refunding: how far a refund is; Refund says which.
	Refunding Kind = "refunding"
	// Balanced: a balance transaction of the provider's; Settlement says what it is of.
	Balanced Kind = "balanced"
	// Ignored: nothing that the books follow; Reason says why.
	Ignored Kind = "ignored"
)

// Fact is what a provider's message says of a payment, in Florin's words. An adapter makes it.
type Fact struct {
	// Provider is who says it; EventID the provider's name for the message, by which deliveries of
	// it are recognised; Type the provider's name for what happened.
	Provider string `json:"provider"`
	EventID  string `json:"event_id"`
	Type     string `json:"type"`
	// Raw is the row in which the message's body is kept.
	Raw  int64 `json:"raw"`
	Kind Kind  `json:"kind"`
	// Reason says why an Ignored fact is ignored.
	Reason Reason `json:"reason,omitempty"`
	// OccurredAt is when it happened, by the provider's clock; zero when it does not say.
	OccurredAt time.Time `json:"occurred_at,omitzero"`

	// Payment is the provider's id of the payment (intent), the thing that moved, or was disputed.
	Payment string `json:"payment,omitempty"`
	// Asset is what it moved; Received and Refunded are how much in all, by now. Empty: the
	// message does not say. They have the provider's decimals; those of the asset are looked up
	// when they are booked.
	Asset    string `json:"asset,omitempty"`
	Received string `json:"received,omitempty"`
	Refunded string `json:"refunded,omitempty"`
	// Wallet is the wallet that the payer's side named, as it wrote it: it may be anything.
	Wallet string `json:"wallet,omitempty"`
	// Order is our id of the payment, as the message names it: it may be anything.
	Order string `json:"order,omitempty"`
	// Told is how far the payment is, where the message says so; Failure why a try to pay failed.
	Told    Status  `json:"told,omitempty"`
	Failure Failure `json:"failure,omitzero"`
	// Invoiced says that the payment belongs to an invoice, and Invoice is the provider's id of that.
	Invoiced bool   `json:"invoiced,omitempty"`
	Invoice  string `json:"invoice,omitempty"`
	// Card is what it is paid with, where the message shows it.
	Card *risk.Card `json:"card,omitempty"`

	Dispute *DisputeFact `json:"dispute,omitempty"`
	Refund  *RefundFact  `json:"refund,omitempty"`
	Payout  *PayoutFact  `json:"payout,omitempty"`

	Settlement *SettlementFact `json:"settlement,omitempty"`
	Billing    *BillingFact    `json:"billing,omitempty"`
}

// DisputeFact is how a dispute of Fact.Payment stands by now.
type DisputeFact struct {
	// ID is the provider's.
	ID string `json:"id"`
	// Amount is what is disputed, in the asset that was paid with, with the provider's decimals.
	Amount ledger.Money `json:"amount"`
	// Status is the provider's word for how it stands, and Reason for why the payer disputes.
	Status DisputeStatus `json:"status"`
	Reason string        `json:"reason,omitempty"`
	// DueBy is until when the provider takes evidence; zero where it does not say.
	DueBy time.Time `json:"due_by,omitzero"`
	// Movements are all that it moved at the provider so far.
	Movements []Movement `json:"movements,omitempty"`
}

// Movement is a balance transaction: what changed once in what the provider holds for us.
type Movement struct {
	// ID is the provider's, by which it is booked once.
	ID string `json:"id"`
	// Asset is the one that the provider settles in. Amount is below zero for what was taken; Fee is what the
	// provider took besides, below zero for what it gave back. What it holds changes by Amount less Fee.
	Asset  string `json:"asset"`
	Amount string `json:"amount"`
	Fee    string `json:"fee"`
}

// RefundFact is how a refund of Fact.Payment stands by now.
type RefundFact struct {
	// ID is ours, as the message names it: it may be anything.
	ID     string       `json:"id"`
	Amount ledger.Money `json:"amount"`
	// Moved says that it was taken out of what the provider holds for us, and Returned that it failed and is there
	// again.
	Moved    bool `json:"moved,omitempty"`
	Returned bool `json:"returned,omitempty"`
	RefundTold
}

// RefundTold is what a provider says of a refund.
type RefundTold struct {
	// Ref is the provider's id of it.
	Ref    string       `json:"ref,omitempty"`
	Status RefundStatus `json:"status"`
	// At is when it came to stand so, by the provider's clock.
	At      time.Time `json:"at,omitzero"`
	Failure Failure   `json:"failure,omitzero"`
}

// PayoutFact is how a payout stands by now.
type PayoutFact struct {
	// ID is the provider's.
	ID string `json:"id"`
	// Amount is what goes to our bank; below zero for what the provider takes from there.
	Amount ledger.Money `json:"amount"`
	// Stage is how far it has come.
	Stage PayoutStage `json:"stage"`
}

// Principal is the name under which a provider asks.
func Principal(provider string) string { return "provider:" + provider }

// Billed reports whether memberships decide f.
func (f Fact) Billed() bool { return f.Kind == Billed || f.Kind == Paid && f.Invoiced }

// Command returns the command that records f. Two deliveries of one message are one command,
// although their bodies may differ: id and hash are made of the message's name alone.
//
// Errors: a fault of encoding.
func Command(f Fact) (journal.Command, error) {
	data, err := json.Marshal(f)
	if err != nil {
		return journal.Command{}, fmt.Errorf("payment: event %s: %w", f.EventID, err)
	}
	digest := sha256.Sum256([]byte(CommandRecordFact + "\x00" + f.Provider + "\x00" + f.EventID))
	commandType := CommandRecordFact
	if f.Billed() {
		commandType = CommandRecordBilling
	}
	c := journal.Command{
		ID: journal.NewCommandID(Principal(f.Provider), f.EventID), Type: commandType,
		Data: data, Actor: Principal(f.Provider),
	}
	copy(c.Hash[:], digest[:])
	return c, nil
}

// What became of a fact.
const (
	// Booked: money moved, to or from a wallet.
	Booked = "booked"
	// Suspended: money moved, and waits for its wallet.
	Suspended = "suspense"
	// Deferred: no money moved yet; the wallet is noted for what is still to come.
	Deferred = "deferred"
	// Held: the books cannot take it; it is kept, and shown to finance.
	Held = "held"
	// Passed: nothing moved; the reason says why.
	Passed = "ignored"
)

// Result is the result of a fact's outcome.
type Result struct {
	// Result is Booked, Suspended, Deferred, Held or Passed.
	Result string `json:"result"`
	Reason Reason `json:"reason,omitempty"`
}

// Reason says why nothing moved, or why money waits. The code of a refusal of the ledger's is a
// reason too: unknown-asset, amount-scale.
type Reason string

// The reasons.
const (
	// AlreadyBooked: the books have all that the message says.
	AlreadyBooked Reason = "already-booked"
	// UnhandledType: a kind of message that the books do not follow.
	UnhandledType Reason = "unhandled-type"
	// NothingMoved: the message tells of something that has moved no money.
	NothingMoved Reason = "nothing-moved"
	// Unpaid: no money has come in yet.
	Unpaid Reason = "unpaid"
	// NoPayment: the message names no payment.
	NoPayment Reason = "no-payment"
	// Invoice: the payment belongs to an invoice.
	Invoice Reason = "invoice"
	// AssetMismatch: the payment is booked in another asset.
	AssetMismatch Reason = "asset-mismatch"
	// InvalidFact: the message names things in forms that nothing of ours has.
	InvalidFact Reason = "invalid-fact"
	// WalletUnnamed: no message has named a wallet yet.
	WalletUnnamed Reason = "wallet-unnamed"
	// WalletUnknown: the message names a wallet that is not there.
	WalletUnknown Reason = "wallet-unknown"
	// WalletClosed: the message names a wallet that is closed.
	WalletClosed Reason = "wallet-closed"
)
