package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
)

// Finding is something in the books that is not as it must be.
type Finding struct {
	// Check is the rule that does not hold: positions, chain, balance, time, epochs, numbers,
	// head, outcomes, state, or a check of a projection.
	Check string `json:"check"`
	// Position is the event it was found at; 0 when it is not at one.
	Position int64  `json:"position,omitempty"`
	Detail   string `json:"detail"`
}

// maxFindings bounds a report: books with more wrong than this are wrong enough.
const maxFindings = 1_000

// Report is what a verification saw.
type Report struct {
	Shard    Shard `json:"shard"`
	Position int64 `json:"position"`
	// Events, Outcomes and StateRows were read and held against each other.
	Events    int64     `json:"events"`
	Outcomes  int64     `json:"outcomes"`
	StateRows int64     `json:"state_rows"`
	Findings  []Finding `json:"findings"`
}

// Sound reports whether nothing was found.
func (r *Report) Sound() bool { return len(r.Findings) == 0 }

// Add adds findings, up to a bound.
func (r *Report) Add(findings ...Finding) {
	r.Findings = append(r.Findings, findings[:min(len(findings), maxFindings-len(r.Findings))]...)
}

func (r *Report) found(check string, position int64, format string, args ...any) {
	r.Add(Finding{Check: check, Position: position, Detail: fmt.Sprintf(format, args...)})
}

// Books is one consistent view of all that a shard has stored.
type Books interface {
	Reader
	// EachState calls f with every row of decision state, in order of keys.
	EachState(ctx context.Context, shard Shard, f func(StateRow) error) error
	// EachDone calls f with every outcome that has events, in order of First.
	EachDone(ctx context.Context, shard Shard, f func(Outcome) error) error
}

// Verify reads the whole journal of a shard, works its decision state out again, and compares:
// events with their hashes, order and sums, outcomes with the events they name, state with the
// replay. at, if not nil, is called with each event, in order, for checks of projections.
func Verify(ctx context.Context, registry *Registry, shard Shard, books Books, at func(*Event, *Report) error) (*Report, error) {
	report := &Report{Shard: shard, Findings: []Finding{}}
	head, err := books.Head(ctx, shard)
	if err != nil {
		return nil, err
	}
	commands := make([]CommandID, head.Position)
	replay := NewReplay(registry, shard)
	for replay.Position() < head.Position {
		events, err := books.Events(ctx, shard, replay.Position(), tailPage)
		if err != nil {
			return nil, err
		}
		if len(events) == 0 {
			report.found("positions", replay.Position()+1, "the journal ends before its head, %d", head.Position)
			break
		}
		for i := range events {
			e := &events[i]
			if e.Position <= head.Position {
				commands[e.Position-1] = e.Command
			}
			findings, err := replay.Apply(e)
			report.Add(findings...)
			if err != nil {
				return report, err
			}
			report.Events++
			if at != nil {
				if err := at(e, report); err != nil {
					return nil, err
				}
			}
		}
	}
	if replay.Position() == head.Position && replay.Chain() != head.Chain {
		report.found("head", head.Position, "the head's chain value differs from the journal's")
	}
	report.Position = replay.Position()
	if err := verifyOutcomes(ctx, shard, books, commands, report); err != nil {
		return nil, err
	}
	return report, verifyState(ctx, shard, books, replay, report)
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
	var x, y bytes.Buffer
	if json.Compact(&x, a) != nil || json.Compact(&y, b) != nil {
		return false
	}
	return bytes.Equal(x.Bytes(), y.Bytes())
}
