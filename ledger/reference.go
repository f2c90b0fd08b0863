package ledger

import "github.com/florinledger/florin/ledger/journal"

// Holder is the transaction that has a reference: the members of ErrReferenceTaken.
type Holder struct {
	Reference     string `json:"reference"`
	TransactionID string `json:"transaction_id"`
}

// referenceRow is a reference in use.
type referenceRow struct {
	By string `json:"by"` // the txn_… id of its transaction
}

func references() journal.Kind[referenceRow] { return journal.NewKind[referenceRow]("reference") }

func referenceID(ledger, reference string) string { return ledger + "/" + reference }

// referenceOf returns the reference of an event's body, empty for none.
func referenceOf(body any) string {
	if r, ok := body.(Referenced); ok {
		return r.TransactionReference()
	}
	return ""
}

// evolveReferences remembers who has which reference, for every core's transactions.
func evolveReferences(s *journal.Scope, e *journal.Event) {
	if len(e.Postings) == 0 {
		return
	}
	if reference := referenceOf(bodyOf(s, e)); reference != "" {
		references().Put(s, referenceID(e.Ledger, reference), referenceRow{By: e.TransactionID()})
	}
}
