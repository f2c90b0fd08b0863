package rediscache

import (
	"maps"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// modelRounds makes histories longer than the library's thirty steps: most failures take a dozen that
// matter.
const modelRounds = 3

// model is a journal with its read model, two processes that hear of it, readers under way, and a Redis
// that fails in every way at any time.
type model struct {
	t         *rapid.T
	b         *books
	clock     *clock
	redis     *miniredis.Miniredis
	saved     map[string]string
	log       []heard
	processes []*modelProcess
	readers   []*modelReader
}

// modelProcess has heard of the first next changes of the log, and knows of those up to knows.
type modelProcess struct {
	client *Client
	cache  *Cache[row]
	next   int
	knows  int64
}

// modelReader has looked, and perhaps read.
type modelReader struct {
	process  *modelProcess
	key      string
	seen     sight[row]
	read     bool
	value    row
	position int64
}

// Readers, changes and outages in any order: what the cache returns is what was so at the position that it
// names, as new as was asked for, and lacks no change that the process has heard of and the read model has.
func TestModelOfPositions(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	rapid.Check(t, func(rt *rapid.T) {
		server.FlushAll()
		m := &model{t: rt, b: newBooks(), clock: newClock(), redis: server, saved: map[string]string{}}
		defer m.close()
		for range 2 {
			// No run is named: with each connection the server counts as another one.
			client, err := Open("redis://"+server.Addr(), m.b.head, Config{Now: m.clock.now, Timeout: patience})
			require.NoError(rt, err)
			m.processes = append(m.processes, &modelProcess{client: client, cache: NewCache[row](client, "rows-1")})
		}
		for range modelRounds { // what is usual more often than what is not
			rt.Repeat(map[string]func(*rapid.T){
				"change":       m.change,
				"project":      m.project,
				"catch up":     m.catchUp,
				"settle":       m.catchUp,
				"hear":         m.hear,
				"hear more":    m.hear,
				"hear the lot": m.hear,
				"miss":         m.miss,
				"get":          m.get,
				"get more":     m.get,
				"look":         m.look,
				"look more":    m.look,
				"read":         m.read,
				"read more":    m.read,
				"fill":         m.fill,
				"fill more":    m.fill,
				"fail":         m.fail,
				"flush":        func(*rapid.T) { server.FlushAll() },
				"save":         m.save,
				"restore":      m.restore,
			})
		}
	})
}

func (m *model) close() {
	for _, p := range m.processes {
		require.NoError(m.t, p.client.Close())
	}
}

func drawKey(t *rapid.T) string {
	return rapid.SampledFrom([]string{"ann", "ann", "bob"}).Draw(t, "key")
}

func (m *model) drawProcess(t *rapid.T) *modelProcess {
	return m.processes[rapid.IntRange(0, len(m.processes)-1).Draw(t, "process")]
}

func (m *model) change(t *rapid.T) {
	key := drawKey(t)
	m.log = append(m.log, heard{key: key, position: m.b.change(key)})
}

// project lets the read model catch up, perhaps not wholly.
func (m *model) project(t *rapid.T) {
	m.b.projected = rapid.Int64Range(m.b.projected, m.b.position).Draw(t, "projected")
}

// catchUp lets the read model catch up wholly: one that is always behind fills nothing.
func (m *model) catchUp(*rapid.T) { m.b.project() }

// hear tells a process of the next change.
func (m *model) hear(t *rapid.T) {
	p := m.drawProcess(t)
	if p.next < len(m.log) {
		m.tell(t, p)
	}
}

func (m *model) tell(t *rapid.T, p *modelProcess) {
	h := m.log[p.next]
	p.cache.Tombstone(t.Context(), h.key, h.position)
	p.next++
	p.knows = h.position
}

// miss lets a process's feed begin anew: what it had not heard by then it never will.
func (m *model) miss(t *rapid.T) {
	p := m.drawProcess(t)
	p.next = len(m.log)
	p.client.Gap()
	p.knows = m.b.position
}

// check holds what a process got against the journal.
func (m *model) check(t *rapid.T, p *modelProcess, key string, value row, position, atLeast int64) {
	require.GreaterOrEqual(t, position, atLeast, "as new as was asked for")
	require.Equal(t, m.b.version(key, position), value.Version, "what was so at its position")
	require.GreaterOrEqual(t, value.Version, m.b.version(key, min(p.knows, m.b.projected)), "nothing that was heard of is missing")
}

func (m *model) drawAtLeast(t *rapid.T) int64 {
	return rapid.Int64Range(0, m.b.projected).Draw(t, "at least")
}

func (m *model) get(t *rapid.T) {
	p, key, atLeast := m.drawProcess(t), drawKey(t), m.drawAtLeast(t)
	value, position, ok, err := p.cache.Through(t.Context(), key, atLeast, m.b.read(key))
	require.NoError(t, err)
	require.Equal(t, ok, position > 0 && m.b.version(key, position) > 0)
	m.check(t, p, key, value, position, atLeast)
}

func (m *model) look(t *rapid.T) {
	p, key, atLeast := m.drawProcess(t), drawKey(t), m.drawAtLeast(t)
	seen := p.cache.look(t.Context(), key, atLeast)
	if seen.hit {
		m.check(t, p, key, seen.value, seen.position, atLeast)
		return
	}
	m.readers = append(m.readers, &modelReader{process: p, key: key, seen: seen})
}

// drawReader draws one of those who have read, or have not yet; ok is false when there is none.
func (m *model) drawReader(t *rapid.T, read bool) (i int, ok bool) {
	var some []int
	for i, r := range m.readers {
		if r.read == read {
			some = append(some, i)
		}
	}
	if len(some) == 0 {
		return 0, false
	}
	return rapid.SampledFrom(some).Draw(t, "reader"), true
}

func (m *model) read(t *rapid.T) {
	i, ok := m.drawReader(t, false)
	if !ok {
		return
	}
	r := m.readers[i]
	value, position, ok, err := m.b.read(r.key)(t.Context())
	require.NoError(t, err)
	if ok {
		r.read, r.value, r.position = true, value, position
	}
}

func (m *model) fill(t *rapid.T) {
	if i, ok := m.drawReader(t, true); ok {
		m.finish(t, i)
	}
}

func (m *model) finish(t *rapid.T, i int) {
	r := m.readers[i]
	r.process.cache.fill(t.Context(), r.key, r.seen, r.value, r.position)
	m.readers = append(m.readers[:i], m.readers[i+1:]...)
}

// fail lets Redis refuse everything for one or two steps of the others.
func (m *model) fail(t *rapid.T) {
	m.redis.SetError("LOADING as asked")
	defer m.redis.SetError("")
	for range rapid.IntRange(1, 2).Draw(t, "steps") {
		rapid.SampledFrom([]func(*rapid.T){m.hearIfAny, m.get, m.change, m.fillIfAny}).Draw(t, "step")(t)
	}
	m.clock.advance(maxRest)
}

func (m *model) hearIfAny(t *rapid.T) {
	for _, p := range m.processes {
		if p.next < len(m.log) {
			m.tell(t, p)
		}
	}
}

func (m *model) fillIfAny(t *rapid.T) {
	for i, r := range m.readers {
		if r.read {
			m.finish(t, i)
			return
		}
	}
}

// save is a dump of what there is.
func (m *model) save(*rapid.T) {
	m.saved = map[string]string{}
	for _, key := range m.redis.Keys() {
		if text, err := m.redis.Get(key); err == nil {
			m.saved[key] = text
		}
	}
}

// restore is a restart with what was dumped last: all connections are new.
func (m *model) restore(t *rapid.T) {
	m.redis.FlushAll()
	for key, text := range maps.All(m.saved) {
		require.NoError(t, m.redis.Set(key, text))
	}
	for _, p := range m.processes {
		before := p.client.redis
		options := *before.Options()
		options.MaxRetries = -1 // the library has written 0 there, and would take it for its default
		p.client.redis = redis.NewClient(&options)
		require.NoError(t, before.Close())
	}
}
