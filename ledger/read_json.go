package ledger

import (
	"strings"

	"github.com/florinledger/florin/ledger/journal"
)

// Commands and events are JSON that encoding/json writes and reads. What is read with every
// transaction is read here when it is plain: without spaces, escapes, or the rarer fields. That takes
// a tenth of the time, which was a third of a decision's (docs/performance.md). ok is false for
// everything else, which encoding/json then reads; both read the same (FuzzQuick).

// quick reads what the ledger writes.
type quick struct{ journal.Quick }

func newQuick(data []byte) quick { return quick{journal.NewQuick(data)} }

// line reads one posting of a request.
func (q *quick) line() (l Line) {
	q.Want(`{"account":"`)
	l.Account = q.Text()
	q.Want(`,"side":"`)
	l.Side = q.Text()
	q.Want(`,"amount":"`)
	l.Amount = q.Text()
	q.Want(`,"asset":"`)
	l.Asset = q.Text()
	q.Want(`}`)
	return l
}

// transaction reads a transaction of a request from its postings to its closing brace.
func (q *quick) transaction() (t NewTransaction) {
	q.Want(`"postings":[`)
	t.Postings = make([]Line, 0, 2)
	for !q.Failed() {
		t.Postings = append(t.Postings, q.line())
		if !q.Has(",") {
			break
		}
	}
	q.Want("]")
	t.Reference, t.Description, t.Metadata = q.words(",")
	return t
}

// words reads reference, description and metadata, and the closing brace. first is what stands before
// the first of them.
func (q *quick) words(first string) (reference, description string, metadata map[string]string) {
	if q.Has(first + `"reference":"`) {
		reference, first = q.Text(), ","
	}
	if q.Has(first + `"description":"`) {
		description, first = q.Text(), ","
	}
	if q.Has(first + `"metadata":{"`) {
		metadata = q.Texts()
	}
	q.Want("}")
	return reference, description, metadata
}

// ReadQuickly implements the journal's short way of reading a command.
func (c *PostTransaction) ReadQuickly(data []byte) (ok bool) {
	q := newQuick(data)
	q.Want(`{"ledger":"`)
	c.Ledger = q.Text()
	q.Want(",")
	c.NewTransaction = q.transaction()
	return q.Whole()
}

// ReadQuickly implements the journal's short way of reading a command.
func (c *PostBatch) ReadQuickly(data []byte) (ok bool) {
	q := newQuick(data)
	q.Want(`{"ledger":"`)
	c.Ledger = q.Text()
	q.Want(`,"mode":"`)
	c.Mode = Mode(q.Text())
	q.Want(`,"transactions":[`)
	c.Transactions = make([]NewTransaction, 0, 1+strings.Count(q.Rest(), `},{"postings":`))
	for !q.Failed() {
		q.Want("{")
		c.Transactions = append(c.Transactions, q.transaction())
		if !q.Has(",") {
			break
		}
	}
	q.Want("]}")
	return q.Whole()
}

// ReadQuickly implements the journal's short way of reading an event.
func (t *TransactionPosted) ReadQuickly(data []byte) (ok bool) {
	q := newQuick(data)
	q.Want("{")
	t.Reference, t.Description, t.Metadata = q.words("")
	return q.Whole()
}
