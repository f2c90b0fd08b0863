package rediscache

import (
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/rediscache/redistest"
)

const (
	chaosKeys      = 10
	chaosReaders   = 8   // of each process
	chaosReads     = 300 // before the next blow
	chaosTurns     = 20  // of readers, between two changes
	chaosBlows     = 12
	chaosQuickness = 20 // a rest of 1 s takes 50 ms
)

// process is one of several that share a Redis: it hears of changes in order, one at a time.
type process struct {
	client *Client
	cache  *Cache[row]
	feed   chan heard
	upTo   atomic.Int64 // all changes up to here were heard, and were in the read model by then
}

type heard struct {
	key       string
	position  int64
	projected int64 // how far the read model had come when it was told
}

func (p *process) listen(t *testing.T) {
	for h := range p.feed {
		p.cache.Tombstone(t.Context(), h.key, h.position)
		p.upTo.Store(h.projected)
	}
}

// read reads a key and holds what it gets against the books.
func (p *process) read(t *testing.T, b *books) {
	key := strconv.Itoa(rand.IntN(chaosKeys))
	known, atLeast := p.upTo.Load(), int64(0)
	if rand.IntN(3) == 0 {
		b.mu.Lock()
		atLeast = b.projected
		b.mu.Unlock()
	}
	value, position, ok, err := p.cache.Through(t.Context(), key, atLeast, b.read(key))
	if err != nil || !ok {
		assert.True(t, err == nil && !ok, "key %s: %v", key, err)
		return
	}
	assert.GreaterOrEqual(t, position, atLeast, "as new as was asked for")
	assert.Equal(t, b.version(key, position), value.Version, "what it says is what was so at its position")
	assert.GreaterOrEqual(t, value.Version, b.version(key, known), "nothing that was heard of is missing")
}

// Redis is killed, restarted and hung while others change and read: no error, and nothing stale.
func TestRedisGoesAndComesUnderLoad(t *testing.T) {
	t.Parallel()
	server, b := redistest.Start(t), newBooks()
	begun := time.Now()
	quick := func() time.Time { return begun.Add(chaosQuickness * time.Since(begun)) }
	for k := range chaosKeys {
		b.write(strconv.Itoa(k))
	}
	processes := make([]*process, 2)
	var listeners, others sync.WaitGroup
	for i := range processes {
		client, cache := open(t, server.URL(), b, Config{Now: quick, Timeout: 100 * time.Millisecond})
		p := &process{client: client, cache: cache, feed: make(chan heard)}
		listeners.Go(func() { p.listen(t) })
		processes[i] = p
	}

	var reads atomic.Int64
	stop, turns := make(chan struct{}), make(chan struct{})
	for _, p := range processes {
		for range chaosReaders {
			others.Go(func() {
				for !closed(stop) {
					p.read(t, b)
					reads.Add(1)
					select {
					case turns <- struct{}{}:
					default: // nobody waits for readers to have had their turn
					}
				}
			})
		}
	}
	others.Go(func() {
		for !closed(stop) {
			key := strconv.Itoa(rand.IntN(chaosKeys))
			h := heard{key: key, projected: b.projected}
			h.position = b.change(key)
			if rand.IntN(2) == 0 { // otherwise the read model hears of it after the processes
				b.project()
				h.projected = h.position
			}
			for _, p := range processes {
				p.feed <- h
			}
			b.project()
			for range chaosTurns {
				select {
				case <-turns:
				case <-stop:
				}
			}
		}
	})
	more := func() {
		until := reads.Load() + chaosReads
		require.Eventually(t, func() bool { return reads.Load() >= until }, time.Minute, time.Millisecond)
	}
	for i := range chaosBlows {
		more()
		switch i % 3 {
		case 0:
			server.Kill()
			more()
			server.Restart()
		case 1:
			server.Pause()
			more()
			server.Resume()
		case 2:
			require.NoError(t, openPlain(t, server.URL()).Save(t.Context()).Err())
			more() // what changes now is not in the dump
			server.Restart()
		}
		for _, p := range processes {
			hits := p.cache.Stats().Hits
			require.Eventually(t, func() bool { return p.cache.Stats().Hits > hits+chaosReads }, time.Minute, time.Millisecond, "it is of use again")
		}
	}
	close(stop)
	others.Wait()
	for _, p := range processes {
		close(p.feed)
	}
	listeners.Wait()
	for _, p := range processes {
		s := p.cache.Stats()
		t.Logf("%d hits, %d misses, %d changes", s.Hits, s.Misses, p.upTo.Load())
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
