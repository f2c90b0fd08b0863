package journal

import (
	"context"
	"errors"
)

// ErrBusAway says that a command could not be handed to the bus, or that the bus was lost while its
// answer was awaited. Whether it arrived is not known: the same command may be sent again.
var ErrBusAway = errors.New("journal: the command bus is away")

// Bus takes commands to the writer of a shard and brings their answers back.
type Bus interface {
	// Send hands c over and waits for its answer until ctx ends. With ref only the id travels: the
	// body waits in the inbox. Errors: ErrBusAway, or ctx's.
	Send(ctx context.Context, shard Shard, c Command, ref bool) (Answer, error)
	// Hint tells the writer, without waiting, that a command waits in the inbox.
	Hint(shard Shard, id CommandID)
}

// Inbox is where commands wait that may not be lost on their way, or that have no other.
type Inbox interface {
	// Put stores c; a command that is already there, or has an outcome, stays as it is.
	Put(ctx context.Context, shard Shard, c Command) error
	// Outcome returns how a command ended, with at most MaxReplyEvents bytes of its events. ok is
	// false while it has not ended; waiting then says whether it is in the inbox, and the answer's
	// outcome whose it is and what it asks: Caller, Type, Hash.
	Outcome(ctx context.Context, id CommandID) (answer Answer, ok, waiting bool, err error)
}

// ErrOutrun says that somebody else published events of the shard in the meantime.
var ErrOutrun = errors.New("journal: another relay has published")

// Publisher is the log of published events, EVENTS.
type Publisher interface {
	// Published returns the timeline and position of the last event published of the shard, zeroes
	// when there is none.
	Published(ctx context.Context, shard Shard) (timeline, position int64, err error)
	// Publish appends events of one shard, in order, and returns when all are stored. It is a
	// compare-and-set on the log's end as seen by Published or the last Publish: ErrOutrun when
	// the end has moved, and then an unknown prefix of events is not in the log.
	Publish(ctx context.Context, timeline int64, events []Event) error
	// Reset empties the log of the shard for a new timeline.
	Reset(ctx context.Context, shard Shard) error
}

// Subscriber reads the log of published events.
type Subscriber interface {
	// Subscribe calls sink, from one goroutine, with events as they come, beginning no later than
	// the first one published after it was called and no earlier than position after+1. It returns
	// with an error when the log is lost or sink fails, and nil when ctx ends.
	Subscribe(ctx context.Context, shard Shard, after int64, sink func(timeline int64, events []Event) error) error
}
