package journal

import (
	"encoding/json"
	"time"
)

// Command is a request to make facts happen.
type Command struct {
	ID   CommandID
	Type string
	// Data is the request as one JSON object, of the shape that Type's decider wants.
	Data json.RawMessage
	// Hash is a keyed digest of what was asked (method, path, query, canonical body). The same ID
	// with another Hash is refused with ErrKeyReused.
	Hash [16]byte
	// Actor is the principal that asks, never its credential.
	Actor string
	// Deadline is when the asker stops waiting; past it the command is refused with ErrExpired.
	// Zero: it is decided whenever it arrives.
	Deadline time.Time
	// DryRun asks for the answer without the facts: nothing is recorded.
	DryRun bool
	// Correlation is the first command of the chain (zero: this one); Trace a W3C traceparent.
	Correlation CommandID
	Trace       string
}

// Status says how a command ended.
type Status byte

// The ways in which a command ends.
const (
	// Done: its events are in the journal.
	Done Status = 'd'
	// Refused: a rule said no, and it will say no for ever.
	Refused Status = 'r'
	// Dead: it could not be decided; it lies with the dead letters.
	Dead Status = 'x'
)

// Outcome is how a command ended. It is written in the same commit as the command's events.
type Outcome struct {
	Command CommandID
	Type    string
	Hash    [16]byte
	Caller  string
	Status  Status
	// First and Count name the command's events: positions First to First+Count-1. Count is 0 for
	// a refusal and for a command that had nothing to change.
	First int64
	Count int
	// Position is the shard's last position when it was decided, its own events included.
	Position int64
	// Refusal is set when Status is Refused, or Dead with a code that says why.
	Refusal *Refusal
	// Result is what the decider adds to the events for whoever renders the answer; nil for none.
	Result json.RawMessage
	At     time.Time
}

// Answer is what a caller gets for a command: its outcome, the events it caused, and whether this
// is the first time it is told.
type Answer struct {
	Outcome  Outcome
	Events   []Event
	Replayed bool
}

// DeadLetter is a command that could not be decided, kept whole for an operator.
type DeadLetter struct {
	Command Command
	Reason  string
	At      time.Time
}
