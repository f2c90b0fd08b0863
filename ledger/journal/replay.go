package journal

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Replay works the decision state of a shard out again from its events alone, and checks on the
// way what every event must be. It keeps all state in memory.
type Replay struct {
	scope   *Scope
	chain   [32]byte
	last    time.Time
	epoch   int64
	numbers map[string]int64
}

// NewReplay returns a replay at the beginning of the shard's journal.
func NewReplay(registry *Registry, shard Shard) *Replay {
	s := &Scope{
		registry: registry, shard: shard, next: 1, rows: map[string]row{},
		below:       func(string) (row, bool) { return row{}, true },
		missingRows: map[string]struct{}{}, missingEvents: map[int64]struct{}{},
	}
	s.history = func(int64) (*Event, bool) { return nil, false }
	return &Replay{scope: s, numbers: map[string]int64{}}
}

// Position returns the position of the last event applied.
func (r *Replay) Position() int64 { return r.scope.next - 1 }

// Chain returns the chain value after the last event applied.
func (r *Replay) Chain() [32]byte { return r.chain }

// Apply checks e against what came before it, and evolves the state. Every finding is returned;
// only an event that cannot be decoded ends the replay, with err.
func (r *Replay) Apply(e *Event) (findings []Finding, err error) { return r.apply(e, e.Intact()) }

// apply is Apply of an event of which it is known whether it hashes to its leaf hash.
func (r *Replay) apply(e *Event, intact bool) (findings []Finding, err error) {
	found := func(check, format string, args ...any) {
		findings = append(findings, Finding{Check: check, Position: e.Position, Detail: fmt.Sprintf(format, args...)})
	}
	if e.Position != r.scope.next {
		found("positions", "expected position %d", r.scope.next)
	}
	if e.Prev != r.chain {
		found("chain", "previous hash differs from the chain before it")
	}
	if !intact {
		found("chain", "leaf hash differs from the event")
	}
	if err := Balanced(e.Position, e.Postings); err != nil {
		found("balance", "%v", err)
	}
	if e.RecordedAt.Before(r.last) {
		found("time", "recorded at %s, before the event before it", e.RecordedAt.Format(time.RFC3339Nano))
	}
	if e.Epoch < r.epoch {
		found("epochs", "epoch %d after epoch %d", e.Epoch, r.epoch)
	}
	if len(e.Postings) > 0 {
		r.numbers[e.Ledger]++
		if want := r.numbers[e.Ledger]; e.Number != want {
			found("numbers", "number %d in ledger %s, expected %d", e.Number, e.Ledger, want)
			r.numbers[e.Ledger] = e.Number
		}
	}
	if err := r.scope.registry.Decode(e); err != nil {
		return findings, err
	}
	r.chain, r.last, r.epoch = e.Chain(), e.RecordedAt, e.Epoch
	r.scope.next = e.Position + 1
	r.scope.now = e.RecordedAt
	r.scope.evolve(e)
	r.scope.undo = r.scope.undo[:0]
	return findings, nil
}

// Row returns a row of the state as it is now; ok is false when there is none.
func (r *Replay) Row(key string) (row StateRow, ok bool, err error) {
	v, ok := r.scope.rows[key]
	if !ok {
		return StateRow{}, false, nil
	}
	data, err := json.Marshal(v.value)
	return StateRow{Key: key, Version: v.version, Data: data}, true, err
}

// Keys returns the keys of every row, in order.
func (r *Replay) Keys() []string { return slices.Sorted(maps.Keys(r.scope.rows)) }

// Value returns a row's value of a kind.
func Value[T any](r *Replay, k Kind[T], id string) (value T, ok bool) { return k.Get(r.scope, id) }
