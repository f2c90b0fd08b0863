package handling

import (
	"fmt"

	"github.com/florinledger/florin/ledger/journal"
)

// TransactionID is the id of the transaction that an event is; empty when it is none.
func TransactionID(e *journal.Event) string {
	if len(e.Postings) == 0 {
		return ""
	}
	return e.TransactionID()
}

// NotShown is a fault: an event's body is not that of its type.
func NotShown(e *journal.Event) error {
	return fmt.Errorf("event %d, a %s, has another body than its type says", e.Position, e.Type)
}
