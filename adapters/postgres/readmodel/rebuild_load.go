package readmodel

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/ledger/journal"
)

const (
	// loadReaders is how many pages of the journal are read at a time, loadAhead how many may wait for those who take
	// them.
	loadReaders = 2
	loadAhead   = 4
)

// loadLimits are how much a load does at once.
type loadLimits struct {
	// page is how many events are read from the journal.
	page int
	// rows is how many rows are copied.
	rows int
	// balances is how many balances are kept in memory before they are written, some 50 MiB: what happens often happens
	// to the same accounts, so the more, the fewer rows are written twice. facts is how many events are kept beside
	// them for what else they change; each keeps its page.
	balances, facts int
	// commit is after how many events what was taken is written in any case: who is killed does no more again.
	commit int
}

func usualLimits() loadLimits {
	return loadLimits{page: 2_000, rows: 50_000, balances: 100_000, facts: 5_000, commit: 100_000}
}

// load fills the tables of jobs from the journal, together: what costs most is to read it, and it is read once.
// It ends near the journal's end, and returns the jobs that were given up. A job that meets an event that it
// cannot take is not: it goes on by single events, as projectors do, and says there which it is.
func (r *Rebuilder) load(ctx context.Context, jobs []*job) (left map[*job]bool) {
	left = map[*job]bool{}
	if len(jobs) == 0 {
		return left
	}
	loading, cancel := context.WithCancel(ctx)
	defer cancel()
	var filling sync.WaitGroup
	var failed atomic.Int64
	errs := make([]error, len(jobs))
	feeds := make([]chan []journal.Event, len(jobs))
	for i, j := range jobs {
		feeds[i] = make(chan []journal.Event)
		filling.Go(func() {
			if errs[i] = r.fill(loading, j, feeds[i]); errs[i] != nil && failed.Add(1) == int64(len(jobs)) {
				cancel() // nobody is left to read for
			}
			for range feeds[i] { // the others go on
			}
		})
	}
	err := r.read(loading, jobs, func(page []journal.Event) error {
		for _, feed := range feeds {
			select {
			case feed <- page:
			case <-loading.Done():
				return loading.Err()
			}
		}
		return nil
	})
	if err != nil {
		cancel() // so that nobody takes the end of the pages for the end of the journal
	}
	for _, feed := range feeds {
		close(feed)
	}
	filling.Wait()
	for i, j := range jobs {
		if errors.Is(errs[i], context.Canceled) {
			errs[i] = err
		}
		if errs[i] != nil {
			left[j] = true
			r.leave(ctx, j, j.fail("load", errs[i]))
		}
	}
	return left
}

// read hands pages of the journal on, in order, from where the last of the jobs stands to near the end.
func (r *Rebuilder) read(ctx context.Context, jobs []*job, take func([]journal.Event) error) error {
	after := slices.MinFunc(jobs, func(a, b *job) int { return int(a.position.Load() - b.position.Load()) }).position.Load()
	for {
		head, err := r.reader.Head(ctx, 0)
		if err != nil || head.Position-after < int64(r.limits.page) {
			return err
		}
		for _, j := range jobs {
			j.total.Store(head.Position)
		}
		if err := r.pages(ctx, after, head.Position, take); err != nil {
			return err
		}
		after = head.Position
	}
}

// pages reads (after, end] with several readers, and hands the pages on in order, decoded. As positions have no
// gaps, it is known beforehand where each page begins. What cannot be decoded is left to those who want it.
func (r *Rebuilder) pages(ctx context.Context, after, end int64, take func([]journal.Event) error) error {
	type page struct {
		after  int64
		limit  int
		events chan []journal.Event
	}
	group, ctx := errgroup.WithContext(ctx)
	wanted, ordered := make(chan page), make(chan page, loadAhead)
	group.Go(func() error {
		defer close(wanted)
		defer close(ordered)
		for at := after; at < end; at += int64(r.limits.page) {
			p := page{at, int(min(int64(r.limits.page), end-at)), make(chan []journal.Event, 1)}
			for _, to := range []chan page{ordered, wanted} {
				select {
				case to <- p:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		return nil
	})
	for range loadReaders {
		group.Go(func() error {
			for p := range wanted {
				events, err := r.reader.Events(ctx, 0, p.after, p.limit)
				if err != nil {
					return err
				}
				for i := range events {
					_ = r.reg.Decode(&events[i]) // who wants it finds out
				}
				p.events <- events
			}
			return nil
		})
	}
	group.Go(func() error {
		for p := range ordered {
			select {
			case events := <-p.events:
				if err := take(events); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return group.Wait()
}

// fill adds pages to a job's tables until there are no more.
func (r *Rebuilder) fill(ctx context.Context, j *job, feed <-chan []journal.Event) error {
	l := j.def.loader(r.limits)
	committed := j.position.Load()
	var last *journal.Event
	commit := func() error {
		if last == nil {
			return nil
		}
		if err := j.gen.commitLoaded(ctx, j.id, l, committed, last); err != nil {
			return err
		}
		committed, last = last.Position, nil
		return nil
	}
	for events := range feed {
		for len(events) > 0 && events[0].Position <= j.position.Load() {
			events = events[1:]
		}
		if j.compare {
			events = upTo(events, j.bound)
		}
		if len(events) == 0 {
			continue
		}
		err := l.add(without(events, j.gen.passed))
		if err == nil {
			e := events[len(events)-1]
			last = &journal.Event{Position: e.Position, Prev: e.Prev, Leaf: e.Leaf}
			j.position.Store(e.Position)
			if l.full() || e.Position-committed >= int64(r.limits.commit) {
				err = commit()
			}
		}
		if err != nil {
			return r.unless(ctx, j, committed, err)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := commit(); err != nil {
		return r.unless(ctx, j, committed, err)
	}
	return nil
}

// unless returns an error of a load, unless it comes from an event: then the rest is left to what follows, from
// what was committed.
func (r *Rebuilder) unless(ctx context.Context, j *job, committed int64, err error) error {
	if !ofData(err) || ctx.Err() != nil {
		return err
	}
	j.position.Store(committed)
	r.log.Warn("a rebuild meets an event that it cannot take", "projection", j.def.name, "after", committed, "error", err)
	return nil
}

// upTo cuts events off that come after a position.
func upTo(events []journal.Event, position int64) []journal.Event {
	for i := range events {
		if events[i].Position > position {
			return events[:i]
		}
	}
	return events
}

// loader returns what fills the projection's new tables.
func (d *definition) loader(n loadLimits) loader {
	if d.load != nil {
		return d.load(n)
	}
	return &applierLoader{apply: d.apply}
}
