package memory_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/florinledger/florin/adapters/memory"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) storetest.Harness {
		var ahead atomic.Int64
		store := memory.NewStore(memory.Config{Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
		return storetest.Harness{
			Store: store, Reader: store, Inbox: store,
			Turn: func(_ *testing.T, d time.Duration) { ahead.Add(int64(d)) },
			Twin: func(_ *testing.T, term journal.Term) journal.Term { return term },
			Dead: func(*testing.T) []journal.DeadLetter { return store.Dead() },
		}
	})
}
