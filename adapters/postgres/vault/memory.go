package vault

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/florinledger/florin/users/seal"
)

// memory remembers keys for a while.
//
// Who reads a key from the database, and is slow about it, must not have it remembered after it was
// destroyed and forgotten. So a reader notes the time of forgetting before it reads, and what it read is
// kept only if nothing was forgotten since. That also turns away keys that were not meant; they are read
// again, and erasures are rare.
type memory struct {
	now func() time.Time

	mu        sync.Mutex
	kept      *simplelru.LRU[string, remembered]
	forgotten uint64 // how often something was forgotten
}

type remembered struct {
	key   seal.Key
	until time.Time
}

func newMemory(size int, now func() time.Time) *memory {
	kept, err := simplelru.NewLRU[string, remembered](size, nil)
	if err != nil {
		panic(err) // New sees to it that the size is above 0
	}
	return &memory{now: now, kept: kept}
}

func (m *memory) get(person string) (seal.Key, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.kept.Get(person)
	if ok && m.now().After(r.until) {
		m.kept.Remove(person)
		return seal.Key{}, false
	}
	return r.key, ok
}

// mark is for keep: it is taken before the key is read.
func (m *memory) mark() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.forgotten
}

func (m *memory) keep(person string, key seal.Key, mark uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.forgotten == mark {
		m.kept.Add(person, remembered{key: key, until: m.now().Add(RememberFor)})
	}
}

func (m *memory) forget(person string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forgotten++
	m.kept.Remove(person)
}

func (m *memory) forgetAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forgotten++
	m.kept.Purge()
}
