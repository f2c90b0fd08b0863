package ledger

import (
	"strings"
	"unicode/utf8"
)

// Commands and events are JSON that encoding/json writes and reads. What is read with every
// transaction is read here when it is plain: without spaces, escapes, or the rarer fields. That takes
// a tenth of the time, which was a third of a decision's (docs/performance.md). ok is false for
// everything else, which encoding/json then reads; both read the same (FuzzQuick).

// quick reads a text from its beginning. Whatever it does not expect makes it fail for good.
type quick struct {
	rest   string
	failed bool
}

// has reads a literal if it comes next.
func (q *quick) has(literal string) (found bool) {
	q.rest, found = strings.CutPrefix(q.rest, literal)
	return found
}

// want reads a literal that must come next.
func (q *quick) want(literal string) {
	if !q.has(literal) {
		q.failed = true
	}
}

// text reads a string without escapes, up to its closing quote.
func (q *quick) text() string {
	end := strings.IndexByte(q.rest, '"')
	if end < 0 {
		q.failed = true
		return ""
	}
	text := q.rest[:end]
	q.rest = q.rest[end+1:]
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '\\' || (c >= utf8.RuneSelf && !utf8.ValidString(text)) {
			q.failed = true
			return ""
		}
	}
	return text
}

// line reads one posting of a request.
func (q *quick) line() (l Line) {
	q.want(`{"account":"`)
	l.Account = q.text()
	q.want(`,"side":"`)
	l.Side = q.text()
	q.want(`,"amount":"`)
	l.Amount = q.text()
	q.want(`,"asset":"`)
	l.Asset = q.text()
	q.want(`}`)
	return l
}

// transaction reads a transaction of a request from its postings to its closing brace.
func (q *quick) transaction() (t NewTransaction) {
	q.want(`"postings":[`)
	t.Postings = make([]Line, 0, 2)
	for !q.failed {
		t.Postings = append(t.Postings, q.line())
		if !q.has(",") {
			break
		}
	}
	q.want("]")
	t.Reference, t.Description, t.Metadata = q.words(",")
	return t
}

// words reads reference, description and metadata, and the closing brace. first is what stands before
// the first of them.
func (q *quick) words(first string) (reference, description string, metadata map[string]string) {
	if q.has(first + `"reference":"`) {
		reference, first = q.text(), ","
	}
	if q.has(first + `"description":"`) {
		description, first = q.text(), ","
	}
	if q.has(first + `"metadata":{"`) {
		metadata = make(map[string]string, 2)
		for !q.failed {
			key := q.text()
			q.want(`:"`)
			metadata[key] = q.text()
			if !q.has(`,"`) {
				break
			}
		}
		q.want("}")
	}
	q.want("}")
	return reference, description, metadata
}

// whole reports whether everything was read, and nothing was in the way.
func (q *quick) whole() bool { return !q.failed && q.rest == "" }

// ReadQuickly implements the journal's short way of reading a command.
func (c *PostTransaction) ReadQuickly(data []byte) (ok bool) {
	q := quick{rest: string(data)}
	q.want(`{"ledger":"`)
	c.Ledger = q.text()
	q.want(",")
	c.NewTransaction = q.transaction()
	return q.whole()
}

// ReadQuickly implements the journal's short way of reading a command.
func (c *PostBatch) ReadQuickly(data []byte) (ok bool) {
	q := quick{rest: string(data)}
	q.want(`{"ledger":"`)
	c.Ledger = q.text()
	q.want(`,"mode":"`)
	c.Mode = Mode(q.text())
	q.want(`,"transactions":[`)
	c.Transactions = make([]NewTransaction, 0, 1+strings.Count(q.rest, `},{"postings":`))
	for !q.failed {
		q.want("{")
		c.Transactions = append(c.Transactions, q.transaction())
		if !q.has(",") {
			break
		}
	}
	q.want("]}")
	return q.whole()
}

// ReadQuickly implements the journal's short way of reading an event.
func (t *TransactionPosted) ReadQuickly(data []byte) (ok bool) {
	q := quick{rest: string(data)}
	q.want("{")
	t.Reference, t.Description, t.Metadata = q.words("")
	return q.whole()
}
