package httpapi

import (
	"context"

	"github.com/florinledger/florin/ledger/journal"
)

// Record is Do, and asserts that nothing has a deadline by which it would be given up.
func (h *house) Record(ctx context.Context, c journal.Command) (journal.Answer, error) {
	if !c.Deadline.IsZero() {
		h.t.Errorf("%s, which tells of what has happened, has a deadline", c.Type)
	}
	return h.Do(ctx, c)
}
