package withdrawal

import (
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet"
)

// Status says how far a withdrawal is.
type Status string

// The states of a withdrawal.
const (
	// StatusRequested: the money is set aside, and waits for a second person.
	StatusRequested Status = "requested"
	// StatusApproved: it may go.
	StatusApproved Status = "approved"
	// StatusSent: the bank has the order.
	StatusSent Status = "sent"
	// StatusSettled: the bank has paid.
	StatusSettled Status = "settled"
	// StatusFailed: the bank has not paid, or the money came back.
	StatusFailed Status = "failed"
	// StatusCanceled: it was called back before it was sent.
	StatusCanceled Status = "canceled"
)

// Accounts of the ledger main that withdrawals use beside those of wallets.
const (
	// Bank is what we have at the bank.
	Bank = "assets:bank:main"
	// Suspense is what came back for a wallet that is closed. No domain owns it: finance moves it on by hand.
	Suspense = "liabilities:suspense:bank"
)

const prefix = "wdr"

// Progress is how a withdrawal stands. Times that have not come are zero.
type Progress struct {
	Status     Status    `json:"status"`
	ApprovedBy string    `json:"approved_by,omitempty"`
	ApprovedAt time.Time `json:"approved_at,omitzero"`
	SentAt     time.Time `json:"sent_at,omitzero"`
	// SettledAt and FailedAt are when the bank paid and did not, or gave back, by effective time.
	SettledAt  time.Time `json:"settled_at,omitzero"`
	FailedAt   time.Time `json:"failed_at,omitzero"`
	CanceledAt time.Time `json:"canceled_at,omitzero"`
	// BankReference is by what the bank knows the payment.
	BankReference string `json:"bank_reference,omitempty"`
	// Reason is why it failed, or was canceled. Its owner may read it.
	Reason string `json:"reason,omitempty"`
	// Returned is set of what the bank had paid before it came back.
	Returned bool `json:"returned,omitempty"`
}

// state is what the writer knows of a withdrawal.
type state struct {
	Wallet      string       `json:"wallet"`
	Owner       string       `json:"owner"`
	Amount      ledger.Money `json:"amount"`
	RequestedBy string       `json:"requested_by"`
	RequestedAt time.Time    `json:"requested_at"`
	Progress
	// Version is the position of the last event that changed it.
	Version int64 `json:"version"`
}

func withdrawals() journal.Kind[state] { return journal.NewKind[state]("withdrawal") }

func decideRequest(s *journal.Scope, c Request) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	payer, found := wallet.Find(s, c.WalletID)
	amount, amountErr := wallet.Amount(s, c.Amount)
	switch {
	case !found || !c.As.Owns(payer.Owner):
		return wallet.ErrWalletNotFound.At("/wallet_id")
	case amountErr != nil:
		return amountErr
	}
	if err := payer.Gives(); err != nil {
		return err
	}
	if err := payer.Spend(s, c.WalletID, c.Amount.Asset, amount); err != nil {
		return err
	}
	_, err := ledger.Post(s, journal.Event{
		Ledger: ledger.Main, Stream: wallet.Stream(c.WalletID), Type: TypeRequested, Schema: 1,
		Body: Requested{
			WithdrawalID: s.NextID().Format(prefix), WalletID: c.WalletID, Owner: payer.Owner,
			Amount:          ledger.Money{Amount: journal.FormatAmount(amount), Asset: c.Amount.Asset},
			DestinationType: c.DestinationType, Destination: c.Destination, RequestedBy: c.As.Principal,
			Description: c.Description, Reference: c.Reference, Metadata: c.Metadata,
		},
		Postings: wallet.Move(amount, c.Amount.Asset, wallet.Account(c.WalletID, wallet.Available), wallet.Account(c.WalletID, wallet.Pending)),
	}, wallet.Policy(s))
	return err
}

// Withdrawal is a withdrawal as it is shown.
type Withdrawal struct {
	ID       string
	WalletID string
	// Owner is the wallet's, with whose key Destination is sealed.
	Owner           string
	Amount          ledger.Money
	DestinationType Type
	Destination     seal.Text
	RequestedBy     string
	Description     string
	Reference       string
	Metadata        map[string]string
	Progress
	// CreatedAt is when it was requested.
	CreatedAt time.Time
	// Version is the position of the last event that changed it.
	Version int64
}

// Show shows a withdrawal as an event left it: the one that requested it, which its id names, or a later one of its
// own. Both have been decoded. So an answer can be given again, word for word, from events alone.
//
// Errors: the events are of other types, or of two withdrawals.
func Show(requesting, last *journal.Event) (Withdrawal, error) {
	body, ok := requesting.Body.(Requested)
	if !ok {
		return Withdrawal{}, fmt.Errorf("withdrawal: event %d is a %s, want %s", requesting.Position, requesting.Type, TypeRequested)
	}
	if id, _ := IDOf(last); id != body.WithdrawalID {
		return Withdrawal{}, fmt.Errorf("withdrawal: event %d is a %s and not of withdrawal %s", last.Position, last.Type, body.WithdrawalID)
	}
	w := Withdrawal{
		ID: body.WithdrawalID, WalletID: body.WalletID, Owner: body.Owner, Amount: body.Amount,
		DestinationType: body.DestinationType, Destination: body.Destination, RequestedBy: body.RequestedBy,
		Description: body.Description, Reference: body.Reference, Metadata: body.Metadata,
		Progress: Progress{Status: StatusRequested}, CreatedAt: requesting.RecordedAt, Version: last.Position,
	}
	if step, later := StepOf(last); later {
		w.Progress = step.Progress
	}
	return w, nil
}
