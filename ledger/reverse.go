package ledger

import (
	"strconv"

	"github.com/florinledger/florin/ledger/journal"
)

// reversalRow says that a transaction was reversed.
type reversalRow struct {
	By string `json:"by"` // the txn_… id of the reversal
}

// reversals are the reversed transactions by their position.
func reversals() journal.Kind[reversalRow] { return journal.NewKind[reversalRow]("reversal") }

func reversalID(position int64) string { return strconv.FormatInt(position, 10) }

type reversedBy struct {
	ReversedBy string `json:"reversed_by"`
}

// Validate reports what is wrong with the form of c. Its id stands in the path: one that is no id
// names no transaction.
func (c ReverseTransaction) Validate() []FieldError {
	var f Form
	if c.Reason == "" {
		f.Addf("/reason", "want a reason")
	}
	f.Text("/reason", c.Reason, MaxDescription)
	return f.errors
}

func decideReverseTransaction(s *journal.Scope, c ReverseTransaction) error {
	if err := Malformed(c.Validate()); err != nil {
		return err
	}
	if _, ok := findBook(s, c.Ledger); !ok {
		return ErrLedgerNotFound
	}
	original, err := findTransaction(s, c.Ledger, c.ID)
	if err != nil {
		return err
	}
	// Only the domain that made a transaction knows what else hangs on it (a hold, a payment).
	if original.Type != TypeTransactionPosted && original.Type != TypeTransactionReversed {
		return ErrUseDomainUndo.Because("the transaction is a %s", original.Type)
	}
	if row, done := reversals().Get(s, reversalID(original.Position)); done {
		return ErrAlreadyReversed.With(reversedBy{row.By})
	}
	e := journal.Event{
		Ledger: c.Ledger, Stream: stream(c.Ledger), Type: TypeTransactionReversed, Schema: 1,
		Body:     TransactionReversed{Reverses: c.ID, Reason: c.Reason, Forced: c.Force},
		Postings: make([]journal.Posting, len(original.Postings)),
	}
	if c.AtEffectiveTime {
		e.EffectiveAt = original.EffectiveAt
	}
	for i, p := range original.Postings {
		e.Postings[i] = journal.Posting{Account: p.Account, Side: p.Side.Other(), Amount: p.Amount, Asset: p.Asset}
	}
	_, err = Post(s, e, Policy{Force: c.Force})
	return err
}

// findTransaction returns the transaction of a ledger by its id, which names its place in the
// journal: no index is needed, and an id from another epoch or ledger finds nothing.
func findTransaction(s *journal.Scope, ledger, id string) (*journal.Event, error) {
	place, err := journal.ParsePlaceID("txn", id)
	if err != nil {
		return nil, ErrTransactionNotFound
	}
	e, ok := s.Event(place.Position())
	if !ok || !place.Names(e) || e.Ledger != ledger || len(e.Postings) == 0 {
		return nil, ErrTransactionNotFound
	}
	return e, nil
}

func evolveReversal(s *journal.Scope, e *journal.Event, body TransactionReversed) {
	place, err := journal.ParsePlaceID("txn", body.Reverses)
	if err != nil {
		panic("ledger: evolve: a reversal of " + body.Reverses + ": " + err.Error())
	}
	reversals().Put(s, reversalID(place.Position()), reversalRow{By: e.TransactionID()})
}
