package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// errUnbounded says that a decision kept asking for state that was not at hand.
var errUnbounded = errors.New("decision did not come to an end of its look-ups")

// Scope is what a decider and an evolver see: decision state as of everything decided before, the
// events of the command so far, and the time.
//
// State that is not in memory reads as absent and is noted; the decision is then thrown away, what
// was missing is loaded, and the command is decided again. So deciders are written as if all state
// were at hand, and stay free of I/O.
type Scope struct {
	registry *Registry
	shard    Shard
	epoch    int64
	now      time.Time
	command  *Command

	// below are the rows under this batch: of the batch in flight first, then of the cache.
	below   func(key string) (row, bool)
	history func(position int64) (*Event, bool)

	rows   map[string]row // what this batch wrote
	undo   []undo         // how to take it back
	events []*Event       // what this batch emitted
	next   int64          // position of the next event

	missingRows   map[string]struct{}
	missingEvents map[int64]struct{}
	evolving      *Event
	result        json.RawMessage
	fault         error
}

type undo struct {
	key string
	row row
	had bool
}

// Now is the recorded time of every event of this decision.
func (s *Scope) Now() time.Time { return s.now }

// Command is the command being decided. In an evolver of a replay it is nil.
func (s *Scope) Command() *Command { return s.command }

// Registry is the registry of the writer, for evolvers that must decode an event's body.
func (s *Scope) Registry() *Registry { return s.registry }

// NextID returns the id of the event that is emitted next, for a thing that is named after the fact
// that made it.
func (s *Scope) NextID() PlaceID { return NewPlaceID(s.shard, s.epoch, s.next, s.now) }

// Result sets what the outcome carries besides its events. v marshals to JSON.
func (s *Scope) Result(v any) {
	data, err := json.Marshal(v)
	if err != nil {
		s.fault = &undecodableError{fmt.Errorf("result: %w", err)}
		return
	}
	s.result = data
}

// Emit makes e a fact of this decision: it gets its position and the command's identity, and every
// evolver sees it at once. The core has set Ledger, Number, Stream, Type, Schema, Body, Postings
// and EffectiveAt (zero: now). The returned event carries the position.
func (s *Scope) Emit(e Event) *Event {
	e.Shard, e.Epoch, e.Position = s.shard, s.epoch, s.next
	e.RecordedAt = s.now
	if e.EffectiveAt.IsZero() {
		e.EffectiveAt = s.now
	}
	e.EffectiveAt = e.EffectiveAt.UTC().Truncate(time.Microsecond)
	if s.command != nil {
		e.Actor, e.Command = s.command.Actor, s.command.ID
		e.Correlation, e.Trace = s.command.Correlation, s.command.Trace
	}
	data, err := Marshal(e.Body)
	if err != nil {
		s.fault = &undecodableError{fmt.Errorf("event %s: %w", e.Type, err)}
		return &e
	}
	e.Data = data
	if err := Balanced(e.Position, e.Postings); err != nil && s.Complete() {
		s.fault = err
		return &e
	}
	s.next++
	s.events = append(s.events, &e)
	s.evolve(&e)
	return &e
}

// evolve applies e to the state.
func (s *Scope) evolve(e *Event) {
	s.evolving = e
	for _, f := range s.registry.evolvers {
		f(s, e)
	}
	s.evolving = nil
}

// Try runs f and, when f returns an error, takes back every event and every change that f made.
func (s *Scope) Try(f func() error) error {
	mark, events, result := len(s.undo), len(s.events), s.result
	err := f()
	if err != nil {
		s.rewind(mark, events)
		s.result = result
	}
	return err
}

// rewind takes back what happened since there were mark undo entries and n events.
func (s *Scope) rewind(mark, n int) {
	for i := len(s.undo) - 1; i >= mark; i-- {
		if u := s.undo[i]; u.had {
			s.rows[u.key] = u.row
		} else {
			delete(s.rows, u.key)
		}
	}
	s.undo = s.undo[:mark]
	s.next -= int64(len(s.events) - n)
	clear(s.events[n:])
	s.events = s.events[:n]
}

// Event returns an event of this shard by position, of this very decision included. ok is false
// when there is none, or when it is not at hand (see Kind.Get).
func (s *Scope) Event(position int64) (e *Event, ok bool) {
	if n := len(s.events); n > 0 && position >= s.events[0].Position {
		if i := position - s.events[0].Position; i < int64(n) {
			return s.events[i], true
		}
		return nil, false
	}
	if position < 1 || position >= s.next {
		return nil, false
	}
	if e, ok = s.history(position); !ok {
		s.missingEvents[position] = struct{}{}
		return nil, false
	}
	if err := s.registry.Decode(e); err != nil {
		s.fault = err
		return nil, false
	}
	return e, true
}

// Complete reports whether everything asked for so far was at hand.
func (s *Scope) Complete() bool { return len(s.missingRows)+len(s.missingEvents) == 0 }

func (s *Scope) get(key string) (any, bool) {
	r, ok := s.row(key)
	if !ok {
		s.missingRows[key] = struct{}{}
	}
	return r.value, r.value != nil
}

func (s *Scope) row(key string) (row, bool) {
	if r, ok := s.rows[key]; ok {
		return r, true
	}
	return s.below(key)
}

func (s *Scope) put(key string, value any) {
	loaded := s.rows[key].loaded
	if _, had := s.rows[key]; !had {
		under, ok := s.below(key)
		if !ok {
			s.missingRows[key] = struct{}{}
		}
		loaded = under.version
	}
	s.set(key, value, loaded)
}

// putNew puts a row that is over none: should the store have one all the same, the commit fails.
func (s *Scope) putNew(key string, value any) { s.set(key, value, 0) }

func (s *Scope) set(key string, value any, loaded int64) {
	if s.evolving == nil {
		panic("journal: state put by a decider: emit an event and let an evolver put it")
	}
	r, had := s.rows[key]
	s.undo = append(s.undo, undo{key, r, had})
	s.rows[key] = row{value: value, version: s.evolving.Position, loaded: loaded}
}
