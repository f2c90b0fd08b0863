package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"time"
)

// Books is one consistent view of all that a shard has stored.
type Books interface {
	Reader
	// EachState calls f with every row of decision state, in order of keys.
	EachState(ctx context.Context, shard Shard, f func(StateRow) error) error
	// EachDone calls f with every outcome that has events, in order of First.
	EachDone(ctx context.Context, shard Shard, f func(Outcome) error) error
}

const (
	// verifyPage is how many events are read at once, and verifyAhead how many pages are read and hashed while
	// one is replayed.
	verifyPage, verifyAhead = 2_000, 2
)

// Verify reads the whole journal of a shard, works its decision state out again, and compares:
// events with their hashes, order and sums, outcomes with the events they name, state with the
// replay. at, if not nil, is called with each event, decoded, in order, for checks of projections.
func Verify(ctx context.Context, registry *Registry, shard Shard, books Books, at func(*Event, *Report) error) (*Report, error) {
	report := NewReport(shard)
	head, err := books.Head(ctx, shard)
	if err != nil {
		return nil, err
	}
	commands := make([]CommandID, head.Position)
	replay := NewReplay(registry, shard)
	begun := time.Now()
	if err := eachPage(ctx, shard, books, head.Position, func(p *page) error {
		for i := range p.events {
			e := &p.events[i]
			if e.Position <= head.Position {
				commands[e.Position-1] = e.Command
			}
			findings, err := replay.apply(e, p.intact[i])
			report.Add(findings...)
			if err != nil {
				return err
			}
			report.Events++
			if at != nil {
				if err := at(e, report); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		return report, err
	}
	if replay.Position() < head.Position {
		report.found("positions", replay.Position()+1, "the journal ends before its head, %d", head.Position)
	} else if replay.Chain() != head.Chain {
		report.found("head", head.Position, "the head's chain value differs from the journal's")
	}
	report.Position = replay.Position()
	for _, check := range []string{"positions", "chain", "balance", "time", "epochs", "numbers"} {
		report.Checked(check, report.Events, time.Since(begun))
	}
	report.Checked("head", 1, 0)
	begun = time.Now()
	if err := verifyOutcomes(ctx, shard, books, commands, report); err != nil {
		return nil, err
	}
	report.Checked("outcomes", report.Outcomes, time.Since(begun))
	begun = time.Now()
	err = verifyState(ctx, shard, books, replay, report)
	report.Checked("state", report.StateRows, time.Since(begun))
	return report, err
}

// page is some events, and of each whether it hashes to its leaf hash.
type page struct {
	events []Event
	intact []bool
	err    error
}

// eachPage calls f with the journal up to its head, page by page, or as far as it goes. The next ones are read and
// hashed meanwhile.
func eachPage(ctx context.Context, shard Shard, books Books, head int64, f func(*page) error) error {
	ctx, cancel := context.WithCancel(ctx)
	pages, done := make(chan *page, verifyAhead), make(chan struct{})
	defer func() {
		cancel()
		<-done // nobody reads the books any more
	}()
	go func() {
		defer close(done)
		defer close(pages)
		for after := int64(0); after < head; {
			p := &page{}
			if p.events, p.err = books.Events(ctx, shard, after, verifyPage); p.err == nil && len(p.events) == 0 {
				// A page is a range of positions: it is empty in the midst of a journal that lacks as many.
				if after += verifyPage; after < head {
					continue
				}
				return
			}
			p.intact = make([]bool, len(p.events))
			for i := range p.events {
				p.intact[i] = p.events[i].Intact()
			}
			select {
			case pages <- p:
			case <-ctx.Done():
				return
			}
			if p.err != nil {
				return
			}
			after += verifyPage
		}
	}()
	for p := range pages {
		if p.err != nil {
			return p.err
		}
		if err := f(p); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// verifyOutcomes holds the outcomes against the commands of the events: together they must tile
// the journal.
func verifyOutcomes(ctx context.Context, shard Shard, books Books, commands []CommandID, report *Report) error {
	next := int64(1)
	err := books.EachDone(ctx, shard, func(o Outcome) error {
		report.Outcomes++
		if o.First != next {
			report.found("outcomes", o.First, "outcome of %s begins at %d, expected %d", o.Command, o.First, next)
		}
		next = o.First + int64(o.Count)
		for p := o.First; p < next; p++ {
			if p < 1 || p > int64(len(commands)) || commands[p-1] != o.Command {
				report.found("outcomes", p, "outcome of %s names an event that is not its own", o.Command)
				break
			}
		}
		return nil
	})
	if err == nil && next != int64(len(commands))+1 {
		report.found("outcomes", next, "events from here on have no outcome")
	}
	return err
}

// verifyState holds the stored decision state against the replayed one.
func verifyState(ctx context.Context, shard Shard, books Books, replay *Replay, report *Report) error {
	seen := 0
	err := books.EachState(ctx, shard, func(stored StateRow) error {
		report.StateRows++
		want, ok, err := replay.Row(stored.Key)
		switch {
		case err != nil:
			return err
		case !ok:
			report.found("state", 0, "%s is stored and follows from no event", stored.Key)
			return nil
		case want.Version != stored.Version:
			report.found("state", want.Version, "%s has version %d, expected %d", stored.Key, stored.Version, want.Version)
		case !sameJSON(want.Data, stored.Data):
			report.found("state", want.Version, "%s is %s, expected %s", stored.Key, stored.Data, want.Data)
		}
		seen++
		return nil
	})
	if err == nil && seen != len(replay.scope.rows) {
		report.found("state", 0, "%d rows follow from the journal, %d of them are stored", len(replay.scope.rows), seen)
	}
	return err
}

// sameJSON compares two texts as JSON without regard to white space.
func sameJSON(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y bytes.Buffer
	if json.Compact(&x, a) != nil || json.Compact(&y, b) != nil {
		return false
	}
	return bytes.Equal(x.Bytes(), y.Bytes())
}
