package handling

import (
	"context"

	"github.com/florinledger/florin/ledger/journal"
)

// Ports are what the handlers of all areas call out to. All of them are needed.
type Ports struct {
	Commands  Commands
	Outcomes  Outcomes
	Journal   Journal
	Positions Positions
}

// Commands takes commands to the writer: *journal.Dispatcher.
type Commands interface {
	// Do has a command decided. A refusal is an answer, not an error. Errors:
	// journal.ErrOutcomeUnknown, ctx's, or the store's.
	Do(ctx context.Context, c journal.Command) (journal.Answer, error)
	// Record is Do for a command that tells of what has happened: it is never too late for it.
	Record(ctx context.Context, c journal.Command) (journal.Answer, error)
	// Accept makes a command safe, and does not wait for its outcome.
	Accept(ctx context.Context, c journal.Command) error
}

// Outcomes knows how commands ended: any journal.Inbox.
type Outcomes interface {
	// Outcome returns how a command ended. ok is false while it has not; waiting then says whether
	// it will, and the answer whose command it is and what it asks (Outcome.Caller, Type, Hash).
	Outcome(ctx context.Context, id journal.CommandID) (answer journal.Answer, ok, waiting bool, err error)
}

// Journal reads facts by their places.
type Journal interface {
	// EventsAt returns the events at positions, in no order; positions without one are left out.
	EventsAt(ctx context.Context, shard journal.Shard, positions []int64) ([]journal.Event, error)
}

// Positions knows how far projections have come.
type Positions interface {
	// Await waits until the named projections have reached a position, for up to 2 s, and returns
	// how far they are. Errors: query.ErrNotYetVisible (with the position), ctx's, or the store's.
	Await(ctx context.Context, position int64, names ...string) (int64, error)
}

// Owners knows whose wallets are, as of the writer's last commit.
type Owners interface {
	// Owner returns who owns a wallet; ok is false when there is none of that id, which may be any text.
	Owner(ctx context.Context, walletID string) (principal string, ok bool, err error)
}

// Names knows what people want to be called.
type Names interface {
	// Names returns the names of people by their ids. Who has none, is erased, or is no person, is left out.
	Names(ctx context.Context, ids []string) (map[string]string, error)
}
