package journal_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// TestACommitIsBoundedByTheBytesOfItsCommands: a body of 256 KiB may be a batch of a thousand
// transactions. A commit of too many outlasts its time-out, and then again in every term.
func TestACommitIsBoundedByTheBytesOfItsCommands(t *testing.T) {
	t.Parallel()
	for name, byBus := range map[string]bool{"by the bus": true, "by the inbox": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t)
			var mu sync.Mutex
			var sizes []int
			e.store.setHook(func(b *journal.Batch, write func() error) error {
				mu.Lock()
				defer mu.Unlock()
				sizes = append(sizes, len(b.Outcomes))
				return write()
			})
			var all []journal.Command
			for i := range 40 {
				c := command(fmt.Sprint(i), add{To: "x", N: 1})
				for len(c.Data) < 256<<10 {
					c.Data = append(c.Data, "                                "...)
				}
				all = append(all, c)
				if byBus {
					e.stream.send(c)
				} else {
					require.NoError(t, e.store.Put(t.Context(), 0, c))
				}
			}
			e.start("a", journal.Config{})
			require.Eventually(t, func() bool {
				_, ok, _, err := e.store.Outcome(t.Context(), all[39].ID)
				return err == nil && ok
			}, 20*time.Second, time.Millisecond)
			require.JSONEq(t, `{"sum":40}`, e.sum())
			mu.Lock()
			defer mu.Unlock()
			for _, n := range sizes {
				require.LessOrEqual(t, n, 16, "of about 2 MiB, and one delivery more")
			}
		})
	}
}
