package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Bench decides and evolves over maps: what a [Writer] does, without a store, a source or a commit.
// Tests of cores stand on it, and so does whoever works decision state out again from events.
//
// It is for one goroutine.
type Bench struct {
	// Cold makes every decision begin with nothing at hand, so that it is made in passes as it is
	// in a writer whose cache is empty. The answer has to be the same.
	Cold bool

	scope   *Scope
	rows    map[string]row
	journal []*Event
	hand    *hand
}

// hand is what a cold decision has loaded so far.
type hand struct {
	rows   map[string]struct{}
	events map[int64]struct{}
}

// NewBench returns a bench with an empty journal on shard 0 in epoch 1.
func NewBench(r *Registry) *Bench {
	b := &Bench{rows: map[string]row{}}
	b.scope = &Scope{
		registry: r, epoch: 1, next: 1, rows: map[string]row{}, below: b.below, history: b.history,
		missingRows: map[string]struct{}{}, missingEvents: map[int64]struct{}{},
	}
	return b
}

func (b *Bench) below(key string) (row, bool) {
	if b.hand != nil {
		if _, ok := b.hand.rows[key]; !ok {
			return row{}, false
		}
	}
	return b.rows[key], true
}

func (b *Bench) history(position int64) (*Event, bool) {
	if b.hand != nil {
		if _, ok := b.hand.events[position]; !ok {
			return nil, false
		}
	}
	return b.journal[position-1], true
}

// Apply takes e as the next fact, recorded at e.RecordedAt, and evolves the state. Whatever else
// places an event (position, command) is given by the bench.
//
// Errors: a body that cannot be encoded or decoded, postings that do not balance.
func (b *Bench) Apply(e Event) (*Event, error) {
	if err := b.scope.registry.Decode(&e); err != nil {
		return nil, err
	}
	s := b.scope
	s.now, s.command, s.result, s.fault, b.hand = e.RecordedAt, nil, nil, nil, nil
	fact := s.Emit(e)
	if s.fault != nil {
		return nil, s.fault
	}
	b.keep()
	return fact, nil
}

// Decide decides c at the given time. It returns the events and the result of a command that is
// done; a *[Refusal] as error of one that is refused, or a fault: both of these change nothing.
// With c.DryRun a command that is done changes nothing either.
func (b *Bench) Decide(c Command, at time.Time) ([]*Event, json.RawMessage, error) {
	s := b.scope
	s.now, s.command = at, &c
	b.hand = nil
	if b.Cold {
		b.hand = &hand{rows: map[string]struct{}{}, events: map[int64]struct{}{}}
	}
	for range MaxPasses {
		s.result, s.fault = nil, nil
		err := s.registry.decide(s, &c)
		if err == nil {
			err = s.fault
		}
		if b.load() {
			s.rewind(0, 0)
			continue
		}
		if err != nil {
			s.rewind(0, 0)
			return nil, nil, err
		}
		events := append([]*Event(nil), s.events...)
		if c.DryRun {
			s.rewind(0, 0)
		} else {
			b.keep()
		}
		return events, s.result, nil
	}
	s.rewind(0, 0)
	return nil, nil, errUnbounded
}

// load puts at hand what the last pass missed and reports whether it missed anything.
func (b *Bench) load() bool {
	s := b.scope
	if s.Complete() {
		return false
	}
	for key := range s.missingRows {
		b.hand.rows[key] = struct{}{}
	}
	for position := range s.missingEvents {
		b.hand.events[position] = struct{}{}
	}
	clear(s.missingRows)
	clear(s.missingEvents)
	return true
}

// keep makes what the scope holds the state below the next decision.
func (b *Bench) keep() {
	s := b.scope
	for key, r := range s.rows {
		b.rows[key] = row{value: r.value, version: r.version}
	}
	b.journal = append(b.journal, s.events...)
	clear(s.rows)
	clear(s.events)
	s.events, s.undo = s.events[:0], s.undo[:0]
}

// Events returns every fact so far, in order.
func (b *Bench) Events() []*Event { return b.journal }

// State returns the rows of decision state as they would be stored. Two benches that were told the
// same facts return equal maps.
//
// Errors: a row that cannot be encoded.
func (b *Bench) State() (map[string]string, error) {
	out := make(map[string]string, len(b.rows))
	for key, r := range b.rows {
		data, err := json.Marshal(r.value)
		if err != nil {
			return nil, fmt.Errorf("decision state %q: %w", key, err)
		}
		out[key] = string(data)
	}
	return out, nil
}

// Reload writes the state down and reads it back, as a take-over by another writer does.
//
// Errors: a row that cannot be encoded, or that does not read back as the kind in its key.
func (b *Bench) Reload() error {
	var errs []error
	for key, r := range b.rows {
		data, err := json.Marshal(r.value)
		if err == nil {
			r.value, err = b.scope.registry.decodeState(key, data)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		b.rows[key] = r
	}
	return errors.Join(errs...)
}
