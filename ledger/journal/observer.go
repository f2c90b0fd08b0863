package journal

import (
	"context"
	"iter"
	"time"
)

// Observer is told what happens to commands and events on their way, for metrics and traces. It is called where the
// work is done, from several goroutines: it is quick, and changes nothing but what it is asked to. Runners without
// one tell nobody.
//
// A trace is a W3C traceparent. It comes with a command, goes into the command's events, and so reaches
// everything that is made of them, in whichever process that is.
type Observer interface {
	// Asked is told of a command that is about to be sent. It may put another trace into it, whose children
	// all that follows will be. ctx goes on into the sending, and ended is called when there is an answer or an error.
	Asked(ctx context.Context, c *Command) (_ context.Context, ended func(Answer, error))
	// Committed is told of each commit that was tried, also of those that failed.
	Committed(c Commit)
	// Carried is told of events that were published, or taken into a projection.
	Carried(c Carriage)
	// Reacting is told of events that a reactor is about to act on. ctx goes on into its effects, and ended is called after them.
	Reacting(ctx context.Context, reactor string, events []*Event) (_ context.Context, ended func(error))
}

// Commit says what one commit was like.
type Commit struct {
	// Commands is how many were decided for it, repeats and dry runs included.
	Commands, Events int
	// Position is the last one of the journal after it.
	Position int64
	Began    time.Time
	Took     time.Duration
	// Decisions are those on the commands, in their order.
	Decisions iter.Seq[Decision]
	// Err is why nothing was committed; nil when it was.
	Err error
}

// Decision is what was decided of one command.
type Decision struct {
	Command *Command
	// Status is how it ended, and Refusal the code of the rule that said no.
	Status  Status
	Refusal string
	// Replayed is set when it was decided before, and DryRun when nothing was to be recorded.
	Replayed, DryRun bool
	// Began and Ended are when it was decided; zero unless its trace is sampled.
	Began, Ended time.Time
}

// Carriage is a step that events took together.
type Carriage struct {
	// By is who did it: RelayStep, or the name of a projection.
	By     string
	Events []Event
	Began  time.Time
	Took   time.Duration
	Err    error
}

// RelayStep is what the relay is called in a Carriage.
const RelayStep = "relay"

// Sampled reports whether somebody records what happens under a traceparent of version 00.
func Sampled(trace string) bool {
	const form = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	if len(trace) != len(form) {
		return false
	}
	flags := trace[len(trace)-1]
	return flags >= '0' && flags <= '9' && flags&1 == 1 || flags >= 'a' && flags <= 'f' && flags&1 == 0
}

// nobody is told of nothing.
type nobody struct{}

func (nobody) Asked(ctx context.Context, _ *Command) (context.Context, func(Answer, error)) {
	return ctx, func(Answer, error) {}
}

func (nobody) Committed(Commit) {}

func (nobody) Carried(Carriage) {}

func (nobody) Reacting(ctx context.Context, _ string, _ []*Event) (context.Context, func(error)) {
	return ctx, func(error) {}
}
