package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
)

// Every version of every event that was ever written decodes into what it meant, for ever. The
// files are frozen: a new shape is a new version with a file of its own.
func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	want := map[string]any{
		"ledger-created.v1":   ledger.LedgerCreated{Name: "eu-cards", Description: "Card programme of the European entity"},
		"asset-registered.v1": ledger.AssetRegistered{Code: "PRO-DAY", Scale: 0},
		"account-set.v1": ledger.AccountSet{
			Address: "liabilities:user:a", MinBalance: []ledger.Money{{Amount: "-10.50", Asset: "USD"}, {Amount: "0", Asset: "JPY"}},
			Metadata: map[string]string{"shop": "north"}, Frozen: true, Version: 3,
		},
		"transaction-posted.v1":   ledger.TransactionPosted{Reference: "inv-7", Description: "Invoice 7", Metadata: map[string]string{"shop": "north"}},
		"transaction-reversed.v1": ledger.TransactionReversed{Reverses: "txn_01kkn6wx9dg000g00400000001", Reason: "a slip", Forced: true},
	}
	decidetest.Frozen(t, ledger.Register, want)
}

// State follows from the events alone: told again, from what the journal keeps of them, they give
// the same rows. A take-over in the middle changes nothing.
func TestReplay(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, false, ledger.Register)
	b.Do(ledger.CommandCreateLedger, ledger.CreateLedger{Name: "other"})
	b.Do(ledger.CommandRegisterAsset, ledger.RegisterAsset{Code: "ETH", Scale: 18})
	b.Do(ledger.CommandSetAccount, ledger.SetAccount{
		Ledger: "main", Address: accB, Frozen: ptr(true), Metadata: &map[string]string{"a": "b"}, MinBalance: &[]ledger.Money{{Amount: "-5", Asset: "ETH"}},
	})
	c := pay(opening, accA, "1.5", "ETH")
	c.Reference = "r/1"
	id := b.Do(ledger.CommandPostTransaction, c)[0].TransactionID()
	b.Reload()
	b.Advance(time.Minute)
	b.Do(ledger.CommandPostTransaction, pay(opening, accA, "10.00", "USD"))
	b.Do(ledger.CommandReverseTransaction, undo(id))
	b.Reload()
	b.Do(ledger.CommandPostTransaction, pay(accA, accB, "0.25", "USD"))
	state := b.State()
	assert.Equal(t, state, b.Replay(ledger.Register).State())
	assert.JSONEq(t, `{"n":4}`, state["ledger/main"])
	assert.JSONEq(t, `{"d":"0.25","c":"10.00","v":2}`, state["balance/main/liabilities:user:a/USD"])
	assert.JSONEq(t, `{"d":"1.500000000000000000","c":"1.500000000000000000","v":2}`, state["balance/main/liabilities:user:a/ETH"])
	assert.JSONEq(t, `{"by":"`+id+`"}`, state["reference/main/r/1"])
	assert.Len(t, state, 11)
	b.Reload()
	assert.Equal(t, state, b.State(), "what is read back is what was written")
}

// A fact that cannot be read stops its reader: state that passed over it would be wrong for ever.
func TestUnreadableFact(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, false, ledger.Register)
	assert.Panics(t, func() {
		b.Given(journal.Event{
			Ledger: ledger.Main, Stream: "ledger/main", Type: ledger.TypeTransactionReversed,
			Body: ledger.TransactionReversed{Reverses: "txn_x"}, Postings: paid(opening, accA, "1", "JPY").Postings,
		})
	})
}

// Every refusal of the package is registered, once, with a title.
func TestRefusals(t *testing.T) {
	t.Parallel()
	r := journal.NewRegistry()
	own := len(r.Refusals())
	ledger.Register(r)
	codes := map[string]bool{}
	for _, refusal := range r.Refusals() {
		assert.NotEmpty(t, refusal.Title)
		codes[refusal.Code] = true
	}
	assert.Len(t, codes, own+17)
}
