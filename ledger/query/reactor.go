package query

import (
	"errors"
	"time"
)

// What cannot be done to a reactor. They are answered with a reason in words.
var (
	// ErrNoReactor: there is none of that name.
	ErrNoReactor = errors.New("query: there is no such reactor")
	// ErrVitalReactor: what it does of an event may not be left undone.
	ErrVitalReactor = errors.New("query: a reactor of money, or of erasing, passes no event by")
	// ErrReactorNotStuck: it does not stand before the event that was named.
	ErrReactorNotStuck = errors.New("query: the reactor does not stand before that event")
)

// ReactorStatus says how a reactor is.
type ReactorStatus string

const (
	// ReactorRunning is run by a process, and follows the journal.
	ReactorRunning ReactorStatus = "running"
	// ReactorDegraded follows it, too, but has passed events by.
	ReactorDegraded ReactorStatus = "degraded"
	// ReactorFailed stands before an event that it cannot act on, and tries it again and again.
	ReactorFailed ReactorStatus = "failed"
	// ReactorStopped is run by no process.
	ReactorStopped ReactorStatus = "stopped"
)

// ReactorKind is what there is to know of a reactor before it runs.
type ReactorKind struct {
	Name string
	// Vital says that its effects move money, or erase somebody: an event whose effect is missing would be a loss that nothing
	// makes good, so that none is passed by.
	Vital bool
}

// Reactor is what makes effects from events, as operators see it.
type Reactor struct {
	ReactorKind
	Status ReactorStatus
	// Place is the process that runs it, as "host/pid"; empty for none, and where Postgres does not tell.
	Place string
	// Position is the last event that it has noted to be past, 0 when it never ran; Head the last of the journal. It notes
	// what it had nothing to do about once a second.
	Position, Head int64
	// Lag is how long ago the first event after Position was recorded; 0 when there is none.
	Lag time.Duration
	// Failure is the event that it stands before; nil when it runs.
	Failure *EventFailure
	// Skips are the events that were passed by, in their order.
	Skips []Skip
}

// LagEvents is how many events are after its position.
func (r *Reactor) LagEvents() int64 { return max(0, r.Head-r.Position) }

// EventFailure is an event that cannot be taken, or acted on.
type EventFailure struct {
	Position int64
	Error    string
	// Since is when it was tried first, Tries how often it has been, Next when it is tried again at the latest.
	Since, Next time.Time
	Tries       int
}
