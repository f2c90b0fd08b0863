package journal

import (
	"context"
	"fmt"
)

// item is a command on its way through the writer.
type item struct {
	command Command
	known   bool // the command's body is here, not only its id
	inbox   bool // it waits in the inbox and is settled there
	replyTo string
	mark    Mark
	done    chan<- struct{} // closed when the delivery's last item has been dealt with; may be nil
}

// batch is a group of commands decided together, on top of the batch in flight and the cache. It
// can grow until it is sent.
type batch struct {
	term      *term
	scope     *Scope
	items     []*item
	decisions []*decision
	byID      map[CommandID]*decision
	// loaded are rows, events and outcomes read for this batch; they stay until it has landed, so
	// that no eviction can take away what a decision stands on.
	loaded   map[string]row
	past     map[int64]*Event
	outcomes map[CommandID]Outcome
	looked   map[CommandID]bool
	before   Head
	mark     Mark
}

func (t *term) newBatch() *batch {
	b := &batch{
		term: t, byID: map[CommandID]*decision{}, loaded: map[string]row{}, past: map[int64]*Event{},
		outcomes: map[CommandID]Outcome{}, looked: map[CommandID]bool{}, before: t.head,
	}
	if t.flight != nil {
		b.before = t.flight.after()
	}
	b.mark = b.before.Mark
	b.scope = &Scope{
		registry: t.w.registry, shard: t.head.Shard, epoch: t.head.Epoch, next: b.before.Position + 1,
		rows: map[string]row{}, below: b.below, history: b.history,
		missingRows: map[string]struct{}{}, missingEvents: map[int64]struct{}{},
	}
	return b
}

// below finds a row under this batch: in the batch in flight, among what was loaded, in the cache.
func (b *batch) below(key string) (row, bool) {
	if f := b.term.flight; f != nil && f != b {
		if r, ok := f.scope.rows[key]; ok {
			return r, true
		}
	}
	if r, ok := b.loaded[key]; ok {
		return r, true
	}
	return b.term.cache.get(key)
}

func (b *batch) history(position int64) (*Event, bool) {
	if f := b.term.flight; f != nil && f != b && position > f.before.Position {
		return f.scope.events[position-f.before.Position-1], true
	}
	e, ok := b.past[position]
	return e, ok
}

// prior finds what was decided about a command id before: in this batch, in flight, or on record.
func (b *batch) prior(id CommandID) *decision {
	if d, ok := b.byID[id]; ok {
		return d
	}
	if f := b.term.flight; f != nil && f != b {
		if d, ok := f.byID[id]; ok {
			return d
		}
	}
	if o, ok := b.outcomes[id]; ok {
		return &decision{outcome: o}
	}
	return nil
}

// add decides items on top of what the batch holds. It decides once with what is at hand, loads
// outcomes and whatever was missing in one query, and decides again only where that was needed.
func (b *batch) add(ctx context.Context, items []*item) error {
	decided, events, undos := len(b.decisions), len(b.scope.events), len(b.scope.undo)
	// The clock stands still while items are decided again and again: ids are made of it, and state
	// that is keyed by an id could never be loaded if every pass asked for another one.
	b.scope.now = b.term.now()
	for pass := 1; ; pass++ {
		if pass > MaxPasses && len(items) > 1 {
			return b.addApart(ctx, items)
		}
		b.decideAll(items, pass > MaxPasses)
		want := b.wanted(items)
		if want.empty() {
			break
		}
		complete := b.scope.Complete()
		found, err := b.term.load(ctx, want)
		if err != nil {
			return err
		}
		if err := b.take(items, want, found); err != nil {
			return err
		}
		if complete && len(found.Outcomes) == 0 && len(want.Inbox) == 0 {
			break
		}
		b.rewind(decided, events, undos)
	}
	b.items = append(b.items, items...)
	for _, it := range items {
		if it.mark.after(b.mark) {
			b.mark = it.mark
		}
	}
	return nil
}

// addApart adds items one by one. Where look-ups of one command follow from what another one did,
// their chains add up, and only a chain that is too long by itself is its command's fault.
func (b *batch) addApart(ctx context.Context, items []*item) error {
	for i := range items {
		if err := b.add(ctx, items[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// decideAll decides items in order. With last, a decision that still lacks state is given up.
func (b *batch) decideAll(items []*item, last bool) {
	for _, it := range items {
		d := b.timed(it, last)
		b.decisions = append(b.decisions, d)
		if d.recorded {
			b.byID[it.command.ID] = d
		}
	}
}

// timed decides about one command, and notes how long that took where its trace is sampled.
func (b *batch) timed(it *item, last bool) *decision {
	if !Sampled(it.command.Trace) {
		return b.decide(it, last)
	}
	began := b.term.w.cfg.Now()
	d := b.decide(it, last)
	d.began, d.ended = began, b.term.w.cfg.Now()
	return d
}

func (b *batch) rewind(decided, events, undos int) {
	for _, d := range b.decisions[decided:] {
		if d.recorded {
			delete(b.byID, d.item.command.ID)
		}
	}
	b.decisions = b.decisions[:decided]
	b.scope.rewind(undos, events)
	clear(b.scope.missingRows)
	clear(b.scope.missingEvents)
}

// wanted says what has to be loaded before the decisions about items can stand.
func (b *batch) wanted(items []*item) Wanted {
	var w Wanted
	for _, it := range items {
		id := it.command.ID
		if b.looked[id] || it.command.DryRun {
			continue
		}
		if first, here := b.byID[id]; here && first.item != it && it.known {
			continue // its twin in this very batch is looked up
		}
		w.Outcomes = append(w.Outcomes, id)
		if !it.known {
			w.Inbox = append(w.Inbox, id)
		}
	}
	for key := range b.scope.missingRows {
		w.State = append(w.State, key)
	}
	for position := range b.scope.missingEvents {
		w.Events = append(w.Events, position)
	}
	return w
}

func (w *Wanted) empty() bool {
	return len(w.Outcomes)+len(w.State)+len(w.Events)+len(w.Inbox) == 0
}

// take keeps what was found, and remembers as absent what was not.
func (b *batch) take(items []*item, want Wanted, found Found) error {
	for _, id := range want.Outcomes {
		b.looked[id] = true
	}
	for id, o := range found.Outcomes {
		b.outcomes[id] = o
	}
	for _, key := range want.State {
		b.loaded[key] = row{}
	}
	for key, r := range found.State {
		v, err := b.scope.registry.decodeState(key, r.Data)
		if err != nil {
			return err
		}
		b.loaded[key] = row{value: v, version: r.Version}
	}
	for position, e := range found.Events {
		b.past[position] = &e
	}
	for _, position := range want.Events {
		if b.past[position] == nil {
			return fmt.Errorf("event %d of shard %d is not in the journal", position, b.before.Shard)
		}
	}
	for _, it := range items {
		if c, ok := found.Inbox[it.command.ID]; ok && !it.known {
			it.command, it.known = c, true
		}
	}
	return nil
}

// landed tells the batch that the one it stands on is committed: what it pinned is on record now.
func (b *batch) landed(f *batch) {
	for id, d := range f.byID {
		b.outcomes[id] = d.outcome
	}
}

// full reports whether the batch should take no more.
func (b *batch) full() bool {
	return weight(b.items) >= MaxBatch || len(b.scope.events) >= MaxBatchEvents
}

// after is the head once the batch has landed. Its Chain is set by seal.
func (b *batch) after() Head {
	h := b.before
	h.Position, h.Mark = b.scope.next-1, b.mark
	if n := len(b.scope.events); n > 0 {
		h.RecordedAt = b.scope.events[n-1].RecordedAt
	}
	return h
}
