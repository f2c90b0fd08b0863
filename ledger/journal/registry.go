package journal

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Registry is where cores say what they decide, what they evolve and how their facts and state are
// written. It is filled before the writer starts and only read after.
type Registry struct {
	deciders map[string]func(*Scope, *Command) error
	evolvers []func(*Scope, *Event)
	kinds    map[string]func([]byte) (any, error)
	events   map[string]eventType
	refusals []*Refusal
}

type eventType struct {
	schema   int
	decode   func(json.RawMessage) (any, error)
	upcaster map[int]func(json.RawMessage) (json.RawMessage, error)
}

// NewRegistry returns an empty registry.
func NewRegistry() *Registry {
	r := &Registry{
		deciders: map[string]func(*Scope, *Command) error{},
		kinds:    map[string]func([]byte) (any, error){},
		events:   map[string]eventType{},
	}
	r.Refuses(ErrKeyReused, ErrExpired, ErrNoLetter, ErrLetterResolved, ErrLetterUnreadable)
	return r
}

// Decides registers the decider of a command type. It is given the command's data decoded; data
// that does not decode makes the command a dead letter. *C may have a method
// ReadQuickly(data []byte) bool that reads usual data faster than encoding/json, and reports false for
// what it does not take; so may events and state.
//
// A decider is pure: it reads through the scope, emits through the scope, and returns nil, a
// *Refusal, or a fault. It may run several times for one command, so it keeps nothing.
func Decides[C any](r *Registry, commandType string, decide func(*Scope, C) error) {
	r.deciders[commandType] = func(s *Scope, c *Command) error {
		body, err := unmarshal[C](c.Data)
		if err != nil {
			return &undecodableError{err}
		}
		return decide(s, body)
	}
}

// undecodableError marks a command whose data cannot be read: a dead letter, not a fault to retry.
type undecodableError struct{ err error }

func (e *undecodableError) Error() string { return "undecodable: " + e.err.Error() }
func (e *undecodableError) Unwrap() error { return e.err }

// Evolves registers an evolver. It is called for every event of every core, in order, and changes
// decision state through the scope. It must not fail: the event is a fact.
func (r *Registry) Evolves(evolve func(*Scope, *Event)) { r.evolvers = append(r.evolvers, evolve) }

// Holds registers a kind of decision state.
func Holds[T any](r *Registry, k Kind[T]) {
	r.kinds[k.name] = func(data []byte) (any, error) {
		return unmarshal[T](data)
	}
}

// unmarshal reads JSON: in a short way, if T has one and it takes the data, or as encoding/json does.
func unmarshal[T any](data []byte) (v T, err error) {
	if short, ok := any(&v).(interface{ ReadQuickly(data []byte) bool }); ok {
		if short.ReadQuickly(data) {
			return v, nil
		}
		v = *new(T)
	}
	err = json.Unmarshal(data, &v)
	return v, err
}

// Records registers an event type at its current schema. Upcasters, keyed by the schema they read,
// turn the data of an older schema into the next one's.
func Records[B any](r *Registry, name string, schema int, upcasters map[int]func(json.RawMessage) (json.RawMessage, error)) {
	r.events[name] = eventType{schema: schema, upcaster: upcasters, decode: func(data json.RawMessage) (any, error) {
		return unmarshal[B](data)
	}}
}

// Refuses registers the refusals of a core, so that a test can see that each has a status, an
// answer in the API's description, and a place in the docs.
func (r *Registry) Refuses(refusals ...*Refusal) { r.refusals = append(r.refusals, refusals...) }

// Refusals returns every registered refusal.
func (r *Registry) Refusals() []*Refusal { return r.refusals }

// EventTypes returns the registered event types with their current schemas.
func (r *Registry) EventTypes() map[string]int {
	out := make(map[string]int, len(r.events))
	for name, t := range r.events {
		out[name] = t.schema
	}
	return out
}

// Decode fills e.Body from e.Data, upcasting older schemas. An unknown type or a schema from the
// future is an error: a reader that is older than the writer stops instead of guessing.
func (r *Registry) Decode(e *Event) error {
	if e.Body != nil {
		return nil
	}
	t, ok := r.events[e.Type]
	if !ok {
		return fmt.Errorf("event %d: unknown type %q", e.Position, e.Type)
	}
	if e.Schema > t.schema || e.Schema < 1 {
		return fmt.Errorf("event %d: %s has schema %d, known up to %d", e.Position, e.Type, e.Schema, t.schema)
	}
	data := e.Data
	for v := e.Schema; v < t.schema; v++ {
		up, ok := t.upcaster[v]
		if !ok {
			return fmt.Errorf("event %d: %s has no upcaster from schema %d", e.Position, e.Type, v)
		}
		var err error
		if data, err = up(data); err != nil {
			return fmt.Errorf("event %d: %s from schema %d: %w", e.Position, e.Type, v, err)
		}
	}
	body, err := t.decode(data)
	if err != nil {
		return fmt.Errorf("event %d: %s: %w", e.Position, e.Type, err)
	}
	e.Body = body
	return nil
}

// decodeState reads a row of decision state by the kind in its key.
func (r *Registry) decodeState(key string, data []byte) (any, error) {
	kind, _, ok := strings.Cut(key, "/")
	decode := r.kinds[kind]
	if !ok || decode == nil {
		return nil, fmt.Errorf("decision state %q: unknown kind", key)
	}
	v, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("decision state %q: %w", key, err)
	}
	return v, nil
}

// decide runs the decider of c. A panic is an error like any other that only this command has.
func (r *Registry) decide(s *Scope, c *Command) (err error) {
	decider, ok := r.deciders[c.Type]
	if !ok {
		return &undecodableError{fmt.Errorf("unknown command type %q", c.Type)}
	}
	defer contain(&err)
	return decider(s, c)
}
