package ledger_test

import (
	"strings"
	"testing"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

func TestCreateLedger(t *testing.T) {
	t.Parallel()
	created := journal.Event{Ledger: "eu-cards", Stream: "ledger/eu-cards", Type: ledger.TypeLedgerCreated, Body: ledger.LedgerCreated{Name: "eu-cards"}}
	hold(t, []rule{
		{
			name: "a new ledger",
			when: ledger.CreateLedger{Name: "eu-cards", Description: "Cards"},
			then: []string{`ledger/eu-cards ledger-created {"name":"eu-cards","description":"Cards"}`},
		},
		{name: "twice", given: []journal.Event{created}, when: ledger.CreateLedger{Name: "eu-cards"}, refused: ledger.ErrLedgerTaken},
		{name: "main is there from the start", when: ledger.CreateLedger{Name: "main"}, refused: ledger.ErrLedgerTaken},
		{name: "no name", when: ledger.CreateLedger{}, refused: ledger.ErrInvalidField, pointer: "/name"},
		{name: "a bad name", when: ledger.CreateLedger{Name: "a/b"}, refused: ledger.ErrInvalidField, pointer: "/name"},
		{name: "a long name", when: ledger.CreateLedger{Name: strings.Repeat("a", 33)}, refused: ledger.ErrInvalidField, pointer: "/name"},
		{
			name: "a description with U+0000", when: ledger.CreateLedger{Name: "a", Description: "\x00"},
			refused: ledger.ErrInvalidField, pointer: "/description",
		},
		{
			name: "each ledger counts for itself", given: []journal.Event{created, paid("equity:opening", "liabilities:a", "5", "JPY")},
			when: ledger.PostTransaction{Ledger: "eu-cards", NewTransaction: transaction(debit("equity:o", "7", "JPY"), credit("liabilities:a", "7", "JPY"))},
			then: []string{
				"ledger/eu-cards transaction-posted 1 {}",
				"debit equity:o 7 JPY = -7", "credit liabilities:a 7 JPY = 7",
			},
		},
		{
			name:    "a ledger that is not there",
			when:    ledger.PostTransaction{Ledger: "nowhere", NewTransaction: pay("equity:o", "liabilities:a", "7", "JPY").NewTransaction},
			refused: ledger.ErrLedgerNotFound,
		},
		{
			// Even were it there: a text that no database takes as a key must not be looked up.
			name: "a name that never becomes a key",
			given: []journal.Event{{
				Ledger: "\x00", Stream: "ledger/x", Type: ledger.TypeLedgerCreated, Body: ledger.LedgerCreated{Name: "\x00"},
			}},
			when:    ledger.PostTransaction{Ledger: "\x00", NewTransaction: pay("equity:o", "liabilities:a", "7", "JPY").NewTransaction},
			refused: ledger.ErrLedgerNotFound,
		},
	})
}
