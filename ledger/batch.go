package ledger

import (
	"encoding/json"
	"fmt"

	"github.com/florinledger/florin/ledger/journal"
)

// BatchResult is the result of an independent batch of which something was refused. The
// items that are not in it are the batch's events, in order.
type BatchResult struct {
	// Refused are the refusals by index of the item. Their pointers begin with where it stands in the
	// request, such as "/transactions/<index>".
	Refused map[int]*journal.Refusal `json:"refused"`
}

// Validate reports what is wrong with the form of c. Of an independent batch that is the batch as a
// whole, since a malformed transaction there is the result of that transaction alone; of an atomic
// batch it is every transaction too, with pointers that begin with "/transactions/<index>".
func (c PostBatch) Validate() []FieldError {
	f := c.envelope()
	if len(f.errors) > 0 || c.Mode == Independent {
		return f.errors
	}
	for i := range c.Transactions {
		f.prefix = transactionPointer(i)
		c.Transactions[i].validate(&f)
	}
	return f.errors
}

// envelope looks at the batch apart from its transactions.
func (c *PostBatch) envelope() (f Form) {
	if c.Mode != Independent && c.Mode != Atomic {
		f.Addf("/mode", `want "independent" or "atomic"`)
	}
	if len(c.Transactions) == 0 || len(c.Transactions) > MaxBatch {
		f.Addf("/transactions", "want 1 to %d transactions", MaxBatch)
	}
	postings := 0
	for i := range c.Transactions {
		postings += len(c.Transactions[i].Postings)
	}
	if postings > MaxBatchPostings {
		f.Addf("/transactions", "want at most %d postings in all of them together", MaxBatchPostings)
	}
	return f
}

func transactionPointer(i int) string { return fmt.Sprintf("/transactions/%d", i) }

func decidePostBatch(s *journal.Scope, c PostBatch) error {
	if err := Malformed(c.envelope().errors); err != nil {
		return err
	}
	if _, ok := findBook(s, c.Ledger); !ok {
		return ErrLedgerNotFound
	}
	return DecideBatch(s, c.Mode, len(c.Transactions), transactionPointer, func(i int) error {
		return c.Transactions[i].post(s, c.Ledger)
	})
}

// DecideBatch decides n items in order, each of which sees what the ones before it left: all of them in
// mode Atomic, or the first refusal, with the item's index as a further member, is the answer for all. In
// mode Independent each stands by itself, and the result is a [BatchResult] when any is refused. pointer
// says where an item stands in the request; its refusals point below that.
//
// Every item is decided, also after one of an atomic batch was refused: so all of them have asked for
// their state, which is then loaded in one go.
func DecideBatch(s *journal.Scope, mode Mode, n int, pointer func(i int) string, decide func(i int) error) error {
	refused := map[int]*journal.Refusal{}
	first := -1
	for i := range n {
		err := s.Try(func() error { return decide(i) })
		if err == nil {
			continue
		}
		r := journal.AsRefusal(err)
		if r == nil {
			return fmt.Errorf("item %d of the batch: %w", i, err)
		}
		if first < 0 {
			first = i
		}
		refused[i] = r.At(pointer(i) + r.Pointer)
		if mode == Atomic && s.Complete() {
			break
		}
	}
	if first < 0 {
		return nil
	}
	if mode == Atomic {
		return withIndex(refused[first], first)
	}
	s.Result(BatchResult{Refused: refused})
	return nil
}

// withIndex adds the index of the transaction to the members of a refusal.
func withIndex(r *journal.Refusal, index int) error {
	members := map[string]any{}
	if len(r.Members) > 0 {
		if err := json.Unmarshal(r.Members, &members); err != nil {
			return fmt.Errorf("members of %s: %w", r.Code, err)
		}
	}
	members["index"] = index
	return r.With(members)
}
