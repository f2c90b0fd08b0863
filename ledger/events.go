package ledger

import (
	"fmt"

	"github.com/florinledger/florin/ledger/journal"
)

// The types of the ledger's events. Their shapes at schema 1 are frozen in testdata/events.
const (
	TypeLedgerCreated       = "ledger-created"
	TypeAssetRegistered     = "asset-registered"
	TypeAccountSet          = "account-set"
	TypeTransactionPosted   = "transaction-posted"
	TypeTransactionReversed = "transaction-reversed"
)

// LedgerCreated says that a ledger was opened. The ledger main is open without it.
type LedgerCreated struct { //nolint:revive // named like every event after its type, ledger-created
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// AssetRegistered says that an asset is known from now on. It belongs to no ledger.
type AssetRegistered struct {
	Code  string `json:"code"`
	Scale int32  `json:"scale"`
}

// AccountSet has the rules of an account, all of them, as they are from now on. The event carries
// them whole so that it answers its command, and sets a row, without the ones before it.
type AccountSet struct {
	Address string `json:"address"`
	// MinBalance is the least balance on the account's normal side, per asset, at its scale.
	MinBalance []Money           `json:"min_balance,omitempty"`
	Metadata   map[string]string `json:"metadata,omitempty"`
	Frozen     bool              `json:"frozen,omitempty"`
	// Version counts the account's account-set events from 1.
	Version int64 `json:"version"`
}

// TransactionPosted says that a transaction was made by hand; what moved is in the event's postings.
type TransactionPosted struct {
	Reference   string            `json:"reference,omitempty"`
	Description string            `json:"description,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

// TransactionReference implements [Referenced].
func (t TransactionPosted) TransactionReference() string { return t.Reference }

// TransactionReversed says that a transaction was undone by its opposite; what moved back is in the
// event's postings.
type TransactionReversed struct {
	// Reverses is the txn_… id of the transaction that is reversed.
	Reverses string `json:"reverses"`
	Reason   string `json:"reason"`
	// Forced is set when floors and freezes were passed over.
	Forced bool `json:"forced,omitempty"`
}

// Referenced is a body of an event with postings that bears a reference of its caller's. [Post]
// keeps references unique in their ledger, whichever core makes the event.
type Referenced interface {
	// TransactionReference returns the reference, empty for none.
	TransactionReference() string
}

// Register tells r what the ledger decides, evolves, records and refuses.
func Register(r *journal.Registry) {
	journal.Decides(r, CommandCreateLedger, decideCreateLedger)
	journal.Decides(r, CommandRegisterAsset, DecideRegisterAsset)
	journal.Decides(r, CommandSetAccount, decideSetAccount)
	journal.Decides(r, CommandPostTransaction, decidePostTransaction)
	journal.Decides(r, CommandPostBatch, decidePostBatch)
	journal.Decides(r, CommandReverseTransaction, decideReverseTransaction)

	journal.Records[LedgerCreated](r, TypeLedgerCreated, 1, nil)
	journal.Records[AssetRegistered](r, TypeAssetRegistered, 1, nil)
	journal.Records[AccountSet](r, TypeAccountSet, 1, nil)
	journal.Records[TransactionPosted](r, TypeTransactionPosted, 1, nil)
	journal.Records[TransactionReversed](r, TypeTransactionReversed, 1, nil)

	journal.Holds(r, assets())
	journal.Holds(r, books())
	journal.Holds(r, rules())
	journal.Holds(r, balances())
	journal.Holds(r, references())
	journal.Holds(r, reversals())

	r.Evolves(evolveFacts)
	r.Evolves(evolveBooks)
	r.Evolves(evolveBalances)
	r.Evolves(evolveReferences)
	r.Refuses(refusals()...)
}

// evolveFacts keeps what the ledger's own events say.
func evolveFacts(s *journal.Scope, e *journal.Event) {
	switch e.Type {
	case TypeLedgerCreated, TypeAssetRegistered, TypeAccountSet, TypeTransactionReversed:
	default:
		return
	}
	switch body := bodyOf(s, e).(type) {
	case LedgerCreated:
		books().Put(s, body.Name, Book{})
	case AssetRegistered:
		assets().Put(s, body.Code, Asset(body))
	case AccountSet:
		rules().Put(s, accountID(e.Ledger, body.Address), body)
	case TransactionReversed:
		evolveReversal(s, e, body)
	}
}

// bodyOf returns the decoded body of a fact. One that cannot be read must stop whoever reads it:
// state that passed over a fact would be wrong for ever.
func bodyOf(s *journal.Scope, e *journal.Event) any {
	if err := s.Registry().Decode(e); err != nil {
		panic(fmt.Sprintf("ledger: evolve: %v", err))
	}
	return e.Body
}
