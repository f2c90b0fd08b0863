// Package decidetest is the harness for tests of cores: given these facts, when this is asked, then
// these facts or this refusal. Nothing is written anywhere, and no clock runs but the test's.
package decidetest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// Start is the time at which every [Book] begins.
func Start() time.Time { return time.Date(2026, 3, 14, 9, 26, 53, 589793000, time.UTC) }

// Book is a journal in memory with the cores that were registered.
type Book struct {
	t     testing.TB
	bench *journal.Bench
	now   time.Time
	asked int
	count map[string]int64
}

// Open returns an empty book over the cores that register gives. With cold every decision starts
// with no state at hand and is made in passes, as after a take-over.
func Open(t testing.TB, cold bool, register ...func(*journal.Registry)) *Book {
	t.Helper()
	r := journal.NewRegistry()
	for _, f := range register {
		f(r)
	}
	b := &Book{t: t, bench: journal.NewBench(r), now: Start(), count: map[string]int64{}}
	b.bench.Cold = cold
	return b
}

// Now returns the book's time.
func (b *Book) Now() time.Time { return b.now }

// Advance lets time pass.
func (b *Book) Advance(d time.Duration) { b.now = b.now.Add(d) }

// Given writes facts down. An event with postings and no number gets the next one of its ledger;
// an event without a schema is of schema 1.
func (b *Book) Given(events ...journal.Event) []*journal.Event {
	b.t.Helper()
	out := make([]*journal.Event, len(events))
	for i, e := range events {
		e.RecordedAt = b.now
		e.Schema = max(e.Schema, 1)
		if len(e.Postings) > 0 && e.Number == 0 {
			e.Number = b.count[e.Ledger] + 1
		}
		b.count[e.Ledger] = max(b.count[e.Ledger], e.Number)
		fact, err := b.bench.Apply(e)
		require.NoError(b.t, err)
		out[i] = fact
	}
	return out
}

// Answer is what came of a command.
type Answer struct {
	Events []*journal.Event
	// Result is what the decider added to the events; nil for nothing.
	Result json.RawMessage
	// Refusal is nil when the command is done.
	Refusal *journal.Refusal
}

// When asks for a command, with body as its data. A fault fails the test.
func (b *Book) When(commandType string, body any) Answer {
	b.t.Helper()
	return b.ask(commandType, body, false)
}

// WhenDry asks for a command as a dry run.
func (b *Book) WhenDry(commandType string, body any) Answer {
	b.t.Helper()
	return b.ask(commandType, body, true)
}

// Do asks for a command that has to be done and returns its events.
func (b *Book) Do(commandType string, body any) []*journal.Event {
	b.t.Helper()
	a := b.When(commandType, body)
	if a.Refusal != nil {
		require.Failf(b.t, "refused", "%s: %v %s", commandType, a.Refusal, a.Refusal.Members)
	}
	return a.Events
}

func (b *Book) ask(commandType string, body any, dry bool) Answer {
	b.t.Helper()
	data, err := json.Marshal(body)
	require.NoError(b.t, err)
	b.asked++
	c := journal.Command{
		ID: journal.NewCommandID("tester", fmt.Sprint(b.asked)), Type: commandType, Data: data,
		Actor: "tester", DryRun: dry,
	}
	events, result, err := b.bench.Decide(c, b.now)
	if err != nil {
		refusal := journal.AsRefusal(err)
		require.NotNilf(b.t, refusal, "%s: fault: %v", commandType, err)
		return Answer{Refusal: refusal}
	}
	for _, e := range events {
		if !dry {
			b.count[e.Ledger] = max(b.count[e.Ledger], e.Number)
		}
	}
	return Answer{Events: events, Result: result}
}

// Events returns every fact so far.
func (b *Book) Events() []*journal.Event { return b.bench.Events() }

// State returns the decision state as it would be stored, by key.
func (b *Book) State() map[string]string {
	b.t.Helper()
	state, err := b.bench.State()
	require.NoError(b.t, err)
	return state
}

// Reload writes the decision state down and reads it back, as a take-over does.
func (b *Book) Reload() {
	b.t.Helper()
	require.NoError(b.t, b.bench.Reload())
}

// Replay tells the book's facts, as the journal would keep them, to a new book over the same cores
// and returns it. Its state has to equal the first one's.
func (b *Book) Replay(register ...func(*journal.Registry)) *Book {
	b.t.Helper()
	twin := Open(b.t, false, register...)
	for _, e := range b.Events() {
		fact := *e
		fact.Body = nil
		twin.now = fact.RecordedAt
		_, err := twin.bench.Apply(fact)
		require.NoError(b.t, err)
	}
	return twin
}
