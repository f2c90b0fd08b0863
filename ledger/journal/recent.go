package journal

import "sync"

const (
	// recentKept is how many committed events a Recent keeps: some seconds of a busy shard.
	recentKept = 16_384
	// recentBytes bounds what they take, for events may be large.
	recentBytes = 32 << 20
)

// Recent keeps the newest events that the writer of this process has committed and may speak of, so
// that nobody beside it need read back what was written a moment ago. What it does not have is in the
// store: it knows nothing of another process's writer.
type Recent struct {
	mu       sync.Mutex
	timeline int64
	events   []*Event // without gaps
	bytes    int
	leading  bool          // the writer of this process holds the shard
	changed  chan struct{} // closed when leading changes
	moved    chan struct{} // closed when there are more events, or leading changes
}

// NewRecent returns an empty Recent, for [Config.Recent] and [NewRelay].
func NewRecent() *Recent {
	return &Recent{changed: make(chan struct{}), moved: make(chan struct{})}
}

// lead notes that the writer of this process holds the shard, or no longer does.
func (r *Recent) lead(leading bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leading = leading
	close(r.changed)
	close(r.moved)
	r.changed, r.moved = make(chan struct{}), make(chan struct{})
}

// leads reports whether the writer of this process holds the shard; changed is closed when that ends,
// or begins.
func (r *Recent) leads() (leading bool, changed <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.leading, r.changed
}

// add takes what one commit wrote. What does not continue the events kept takes their place.
func (r *Recent) add(timeline int64, events []*Event) {
	if len(events) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.events); n == 0 || timeline != r.timeline || events[0].Position != r.events[n-1].Position+1 {
		r.timeline, r.events, r.bytes = timeline, nil, 0
	}
	r.events = append(r.events, events...)
	r.bytes += size(events)
	if len(r.events) > recentKept || r.bytes > recentBytes {
		r.forget()
	}
	close(r.moved)
	r.moved = make(chan struct{})
}

// forget drops the older half at once, so that copying is rare.
func (r *Recent) forget() {
	keep := len(r.events)
	for total := 0; keep > 0 && len(r.events)-keep < recentKept/2; keep-- {
		if total += size(r.events[keep-1 : keep]); total > recentBytes/2 {
			break
		}
	}
	r.events = append(make([]*Event, 0, recentKept), r.events[keep:]...)
	r.bytes = size(r.events)
}

// growth returns what is closed once there may be more events.
func (r *Recent) growth() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.moved
}

// after returns up to limit events that follow a position of a timeline; none when it does not have
// the first of them.
func (r *Recent) after(timeline, position int64, limit int) []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.events) == 0 || timeline != r.timeline {
		return nil
	}
	if position < r.events[0].Position-1 {
		return nil
	}
	return r.page(position, limit)
}

// since returns up to limit events after a position, the first of which may be later than the next
// one, and their timeline. When there are none, more is closed once there may be; it is nil when the
// writer of this process does not hold the shard.
func (r *Recent) since(position int64, limit int) (timeline int64, events []Event, more <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.leading {
		more = r.moved
	}
	if len(r.events) == 0 {
		return r.timeline, nil, more
	}
	return r.timeline, r.page(max(position, r.events[0].Position-1), limit), more
}

// page copies up to limit events after a position that is not before the oldest's. The copies have no
// Body: what it was when it was decided is not what it is when it is read. r.mu is held.
func (r *Recent) page(position int64, limit int) []Event {
	from := min(position+1-r.events[0].Position, int64(len(r.events)))
	kept := r.events[from:]
	out := make([]Event, min(limit, len(kept)))
	for i := range out {
		out[i] = *kept[i]
		out[i].Body = nil
	}
	return out
}

// endsAt reports whether the newest event that it has is the one at a position of a timeline.
func (r *Recent) endsAt(timeline, position int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.events)
	return n > 0 && timeline == r.timeline && r.events[n-1].Position == position
}
