package journal

// Kind is a kind of decision state: rows of T under keys "<name>/<id>", kept as JSON, for which T may
// have a method AppendJSON(buf []byte) []byte. Values are immutable: Put a changed copy, never change
// what Get returned.
type Kind[T any] struct{ name string }

// NewKind declares a kind. The name has no slash.
func NewKind[T any](name string) Kind[T] { return Kind[T]{name} }

// Key returns the key of a row.
func (k Kind[T]) Key(id string) string { return k.name + "/" + id }

// Get reads a row. ok is false when there is none; it is also false when the row is not at hand,
// in which case the decision is thrown away and made again once the row is loaded, so a decider
// need not care.
func (k Kind[T]) Get(s *Scope, id string) (value T, ok bool) {
	v, ok := s.get(k.Key(id))
	if !ok {
		return value, false
	}
	return v.(T), true
}

// Put writes a row. Only evolvers put: state follows from events alone.
func (k Kind[T]) Put(s *Scope, id string, value T) { s.put(k.Key(id), value) }

// PutNew writes the row of a thing that is named after the event that is being evolved ([Scope.NextID]). There
// cannot be one yet, so nobody looks for it, which would have every decision that makes such a thing decided twice.
func (k Kind[T]) PutNew(s *Scope, id string, value T) { s.putNew(k.Key(id), value) }

// row is a row of decision state in memory. A nil value is a row known not to exist.
type row struct {
	value   any
	version int64 // position of the last event that changed it; 0 for a row that does not exist
	loaded  int64 // in a batch: the version under it, which the commit compares with the store's
}

// cache remembers rows that are committed. It is bounded by two generations: when the young one is
// full it becomes the old one, and what the old one held and nobody asked for is forgotten.
type cache struct {
	young, old map[string]row
	limit      int
}

func newCache(limit int) *cache {
	return &cache{young: map[string]row{}, limit: max(limit/2, 1)}
}

func (c *cache) get(key string) (row, bool) {
	if r, ok := c.young[key]; ok {
		return r, true
	}
	r, ok := c.old[key]
	if ok {
		c.put(key, r)
	}
	return r, ok
}

func (c *cache) put(key string, r row) {
	if len(c.young) >= c.limit {
		c.old, c.young = c.young, make(map[string]row, c.limit/4)
	}
	c.young[key] = r
}

func (c *cache) len() int { return len(c.young) + len(c.old) }
