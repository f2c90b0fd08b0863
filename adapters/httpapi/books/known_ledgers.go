package books

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/florinledger/florin/adapters/httpapi/handling"
)

// knownLedgers remembers ledgers that were found: a ledger, once opened, stays.
type knownLedgers struct {
	mu    sync.Mutex
	names simplelru.LRUCache[string, struct{}]
}

func newKnownLedgers(limit int) *knownLedgers {
	return &knownLedgers{names: handling.NewLRU[string, struct{}](limit)}
}

func (k *knownLedgers) has(name string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, ok := k.names.Get(name)
	return ok
}

func (k *knownLedgers) add(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.names.Add(name, struct{}{})
}
