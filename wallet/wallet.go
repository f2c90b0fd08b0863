package wallet

import (
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// Status says what may be done with a wallet.
type Status string

// The states of a wallet.
const (
	// StatusOpen: money goes in and out.
	StatusOpen Status = "open"
	// StatusFrozen: money goes in only.
	StatusFrozen Status = "frozen"
	// StatusClosed: nothing moves any more, for ever.
	StatusClosed Status = "closed"
)

// Part is one of the accounts that a wallet is made of.
type Part string

// The parts of a wallet.
const (
	// Available is what its owner may spend.
	Available Part = "available"
	// Held is what holds have set aside.
	Held Part = "held"
	// Pending is what is on its way out.
	Pending Part = "pending"
	// Disputed is what a provider has taken back for the time of a dispute.
	Disputed Part = "disputed"
)

// Parts returns all of them.
func Parts() []Part { return []Part{Available, Held, Pending, Disputed} }

const (
	walletPrefix = "wal"
	root         = "liabilities:wallets:"
)

// Account returns the address of a part of a wallet, in the ledger main.
func Account(walletID string, part Part) string { return root + walletID + ":" + string(part) }

// State is what the writer knows of a wallet.
type State struct {
	Owner  string `json:"owner"`
	Status Status `json:"status"`
	// Assets are those in which it was ever posted to, in order.
	Assets []string `json:"assets,omitempty"`
	// Credit is how far below zero available may go, by asset, at the asset's scale.
	Credit map[string]string `json:"credit,omitempty"`
	// Spending is how much may be given out, by asset.
	Spending map[string]SpendingLimit `json:"spending,omitempty"`
	// TimeZone is a name in the IANA database; empty for UTC.
	TimeZone string `json:"time_zone,omitempty"`
	// Version is the position of the last event that changed the wallet itself.
	Version int64 `json:"version"`
	// Due are holds that will expire, in the order of time; Expiring says of each further page of them what
	// is on it.
	Due      []DueHold      `json:"due,omitempty"`
	Expiring []ExpiringPage `json:"expiring,omitempty"`
}

// Wallets is the decision state of wallets, by id.
func Wallets() journal.Kind[State] { return journal.NewKind[State]("wallet") }

// Find returns what is known of a wallet. ok is false when there is none of that id, or when the
// text is no wallet's id at all; it may be any text.
func Find(s *journal.Scope, walletID string) (w State, ok bool) {
	if _, err := journal.ParsePlaceID(walletPrefix, walletID); err != nil {
		return State{}, false
	}
	return Wallets().Get(s, walletID)
}

func decideOpenWallet(s *journal.Scope, c OpenWallet) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	if !c.As.Owns(c.Owner) {
		return ErrOwnerForbidden.At("/owner_id")
	}
	id := s.NextID().Format(walletPrefix)
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: Stream(id), Type: TypeWalletOpened, Schema: 2,
		Body: Opened{WalletID: id, Owner: c.Owner, Name: c.Name, Metadata: c.Metadata, TimeZone: c.TimeZone},
	})
	return nil
}

// Stream is where the events of a wallet stand, and of what moves its money.
func Stream(walletID string) string { return "wallet/" + walletID }

// Freeze stops what goes out of a wallet, with a reason for whoever looks at it. It does nothing to
// a wallet that is frozen, or not there.
func Freeze(s *journal.Scope, walletID, reason string) {
	if w, ok := Find(s, walletID); !ok || w.Status != StatusOpen {
		return
	}
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: Stream(walletID), Type: TypeWalletFrozen, Schema: 1,
		Body: Frozen{WalletID: walletID, Reason: reason},
	})
}

// Wallet is a wallet as it is shown. Its balances are the ledger's: see [Account].
type Wallet struct {
	ID       string
	Owner    string
	Name     string
	Status   Status
	Metadata map[string]string
	// TimeZone is a name in the IANA database; empty for UTC.
	TimeZone string
	// Credit is how far below zero available may go, by asset, at the asset's scale; nil for not at all.
	Credit map[string]string
	// Spending is how much may be given out, by asset; nil for no limits.
	Spending map[string]SpendingLimit
	// CreatedAt is when it was opened.
	CreatedAt time.Time
	// Version is the position of the last event that changed it.
	Version int64
}

// ShowWallet shows a wallet as the event that opened it left it. The event has been decoded. Errors: it
// is of another type.
func ShowWallet(e *journal.Event) (Wallet, error) {
	body, ok := e.Body.(Opened)
	if !ok {
		return Wallet{}, fmt.Errorf("wallet: event %d is a %s, want %s", e.Position, e.Type, TypeWalletOpened)
	}
	return Wallet{
		ID: body.WalletID, Owner: body.Owner, Name: body.Name, Status: StatusOpen, Metadata: body.Metadata, TimeZone: body.TimeZone,
		CreatedAt: e.RecordedAt, Version: e.Position,
	}, nil
}
