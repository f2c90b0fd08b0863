package httpapi

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/ledger/journal"
)

// witness keeps the answers that the handlers were given.
type witness struct {
	handling.Commands
	given []journal.Answer
}

func (w *witness) Do(ctx context.Context, c journal.Command) (journal.Answer, error) {
	a, err := w.Commands.Do(ctx, c)
	w.given = append(w.given, a)
	return a, err
}

// An answer may be shared by all who wait for one command: it is looked at, and not changed.
func TestAnswersAreNotChanged(t *testing.T) {
	t.Parallel()
	h := open(t)
	w := &witness{Commands: h}
	h.handlers.Commands = w
	require.Equal(t, 201, h.post("k", "equity:opening", "liabilities:a", "1.00", "USD", "").status)
	require.Len(t, w.given, 1)
	require.Len(t, w.given[0].Events, 1)
	require.Nil(t, w.given[0].Events[0].Body, "it was decoded in place")
}
