package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// maxQueued is how many deliveries may wait to be decided before whoever brings them has to wait too,
// and how many batches of answers may wait for the replier before more are dropped.
const maxQueued = 64

// term is one term of office of the writer: from the take-over to the first thing that goes wrong.
//
// One goroutine decides. While a batch commits (the flight), the next one (open) is decided on top
// of it and grows with whatever arrives; it is sent when the flight has landed. If the flight does
// not land, everything decided on top of it is thrown away.
type term struct {
	w     *Writer
	store Term
	head  Head // of the last landed batch
	cache *cache

	flight *batch
	open   *batch
	landed chan error

	in   chan []*item
	said chan news
}

// news is what a commit leaves to be told: its answers, by address, and its events.
type news struct {
	answers map[string][]Answer
	events  []*Event
}

func newTerm(w *Writer, store Term) *term {
	return &term{
		w: w, store: store, head: store.Head(), cache: newCache(w.cfg.MaxCached),
		landed: make(chan error, 1), in: make(chan []*item, maxQueued), said: make(chan news, maxQueued),
	}
}

// now is the recorded time of what is decided now: the writer's clock, never running backwards.
func (t *term) now() time.Time {
	now := t.w.cfg.Now().UTC().Truncate(time.Microsecond)
	last := t.head.RecordedAt
	if t.flight != nil {
		last = t.flight.after().RecordedAt
	}
	if t.open != nil {
		last = t.open.after().RecordedAt
	}
	if now.Before(last) {
		return last
	}
	return now
}

// run serves until ctx ends or something goes wrong. On a plain end of ctx it lets what is decided
// land and be answered.
func (t *term) run(ctx context.Context) error {
	intake, stop := context.WithCancel(ctx)
	var hands sync.WaitGroup
	hands.Go(func() { t.receive(intake) })
	hands.Go(func() { t.pollInbox(intake) })
	var speaker sync.WaitGroup
	speaker.Go(t.speak)
	defer func() {
		stop()
		hands.Wait()
		close(t.said)
		speaker.Wait()
	}()
	err := t.serve(ctx)
	stop()
	if t.flight != nil { // the commit's goroutine always reports
		err = errors.Join(err, t.settle(<-t.landed))
	}
	if err == nil && t.open != nil {
		t.send()
		err = t.settle(<-t.landed)
	}
	return err
}

// serve is the loop: take what has arrived, decide it, send a batch whenever none is in flight.
func (t *term) serve(ctx context.Context) error {
	for {
		if t.open != nil && t.flight == nil {
			t.send()
		}
		in := t.in
		if t.open != nil && t.open.full() {
			in = nil
		}
		select {
		case <-ctx.Done():
			return nil
		case items := <-in:
			if err := t.decide(ctx, items); err != nil {
				return err
			}
		case err := <-t.landed:
			if err := t.settle(err); err != nil {
				return err
			}
		}
	}
}

// decide adds items, and whatever else is waiting, to the open batch.
func (t *term) decide(ctx context.Context, items []*item) error {
	for room := MaxBatch - weight(items); room > 0; {
		select {
		case more := <-t.in:
			items = append(items, more...)
			room -= weight(more)
			continue
		default:
		}
		break
	}
	if t.open == nil {
		t.open = t.newBatch()
	}
	return t.open.add(ctx, items)
}

// load asks the store, for as long as a commit may take: a connection that went dead without a word
// must end the term, not hang it.
func (t *term) load(ctx context.Context, want Wanted) (Found, error) {
	ctx, cancel := context.WithTimeout(ctx, t.w.cfg.CommitTimeout)
	defer cancel()
	found, err := t.store.Load(ctx, want)
	if err != nil {
		return Found{}, fmt.Errorf("load decision state: %w", err)
	}
	return found, nil
}

// send puts the open batch in flight. Its commit is not cut off by a shutdown: it has its own
// time-out, after which its end is unknown.
func (t *term) send() {
	b := t.open
	t.flight, t.open = b, nil
	chain := t.head.Chain
	go func() { t.landed <- t.commit(b, chain) }()
}

// commit writes one batch and returns when its end is known.
func (t *term) commit(b *batch, chain [32]byte) error {
	out, ok, err := b.seal(chain, t.w.cfg.Now())
	if err != nil || !ok {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), t.w.cfg.CommitTimeout)
	defer cancel()
	start := t.w.cfg.Now()
	err = t.store.Append(ctx, out)
	took := t.w.cfg.Now().Sub(start)
	if errors.Is(err, ErrClockSkew) && took > MaxClockSkew {
		// The store held its clock against a time that was as old as that when it came.
		err = fmt.Errorf("journal: a batch was under way for %s: %v", took, err) //nolint:errorlint // it is no proof of skew
	}
	t.w.cfg.Observer.Committed(Commit{
		Commands: len(b.decisions), Events: len(out.Events), Position: out.After.Position,
		Began: start, Took: took, Decisions: b.told, Err: err,
	})
	return err
}

// settle deals with the end of the flight: it lands, or the command to blame is found.
func (t *term) settle(err error) error {
	b := t.flight
	t.flight = nil
	if err == nil {
		t.land(b)
		return nil
	}
	if !errors.Is(err, ErrBadData) {
		return err
	}
	open := t.open
	t.open = nil
	if err := t.isolate(b.items, err); err != nil || open == nil {
		return err
	}
	t.open = t.newBatch()
	return t.open.add(context.Background(), open.items)
}

// land makes the batch's writes the state to decide on and lets its answers go.
func (t *term) land(b *batch) {
	t.head = b.after()
	if n := len(b.scope.events); n > 0 {
		t.head.Chain = b.scope.events[n-1].Chain()
	} else {
		t.head.Chain = b.before.Chain
	}
	for key, r := range b.loaded {
		t.cache.put(key, r)
	}
	for key, r := range b.scope.rows {
		t.cache.put(key, row{value: r.value, version: r.version})
	}
	if t.open != nil {
		t.open.landed(b)
		t.open.before.Chain = t.head.Chain
	}
	for _, it := range b.items {
		if it.done != nil {
			close(it.done)
		}
	}
	t.w.landed(t.head, t.cache.len())
	select {
	case t.said <- news{b.answers(), b.scope.events}:
	default: // the bus hangs; who is not answered asks for the outcome, and the events are in the store
	}
}

// isolate commits items, which failed together because of somebody's data, without the one to
// blame: halves are tried until it stands alone, and then it is buried. Its neighbours are decided
// as if it had never come.
func (t *term) isolate(items []*item, why error) error {
	if len(items) == 1 {
		return t.commitAlone(items, why)
	}
	half := len(items) / 2
	for _, part := range [][]*item{items[:half], items[half:]} {
		err := t.commitAlone(part, nil)
		if errors.Is(err, ErrBadData) {
			err = t.isolate(part, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// commitAlone decides and commits items with nothing in flight. With why, they are buried for it.
func (t *term) commitAlone(items []*item, why error) error {
	b := t.newBatch()
	if err := b.add(context.Background(), items); err != nil {
		return err
	}
	if why != nil {
		b.buryAll(why)
	}
	if err := t.commit(b, t.head.Chain); err != nil {
		return fmt.Errorf("commit of %d commands apart: %w", len(items), err)
	}
	t.land(b)
	return nil
}

// speak tells of commits, after noting outside the store how far it does. What has queued up
// meanwhile goes with it: while the bus hangs, a note takes long, and the writer must not wait for
// as many notes as it makes commits.
func (t *term) speak() {
	for first := range t.said {
		queued := []news{first}
		for range len(t.said) {
			queued = append(queued, <-t.said)
		}
		ctx, cancel := context.WithTimeout(context.Background(), replyTimeout)
		t.w.raise(ctx)
		for _, n := range queued {
			t.w.cfg.Recent.add(t.store.Head().Timeline, n.events)
			for to, as := range n.answers {
				t.w.replier.Reply(ctx, to, as)
			}
		}
		cancel()
	}
}
