package ops

import (
	"context"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// Ports are what the handlers of the machinery call out to.
type Ports struct {
	Projections   Projections
	Control       ProjectionControl
	Reactors      Reactors
	DeadLetters   DeadLetters
	Verifications Verifications
}

// Projections knows how the projections are.
type Projections interface {
	// Projections returns them in the order in which they are built.
	Projections(ctx context.Context) ([]query.Projection, error)
	// Projection returns one. Errors: query.ErrNoProjection, ctx's, or the store's.
	Projection(ctx context.Context, name string) (query.Projection, error)
}

// ProjectionControl holds the projections. Errors: query.ErrNoProjection, ctx's, the store's, and those that are named.
type ProjectionControl interface {
	// Rebuild asks for one to be built anew. Errors: query.ErrRebuilding, query.ErrNotBuilt.
	Rebuild(ctx context.Context, name string, compare bool, actor string) error
	Pause(ctx context.Context, name, reason, actor string) error
	Resume(ctx context.Context, name string) error
	// Skip has one pass an event by. Errors: query.ErrMoneyProjection, query.ErrNotStuck.
	Skip(ctx context.Context, name string, position int64, reason, actor string) error
}

// Reactors knows how the reactors are, and has one pass an event by: *postgres.Reactors.
type Reactors interface {
	Reactors(ctx context.Context) ([]query.Reactor, error)
	// Reactor returns one. Errors: query.ErrNoReactor, ctx's, or the store's.
	Reactor(ctx context.Context, name string) (query.Reactor, error)
	// Skip has one pass an event by. Errors: query.ErrNoReactor, query.ErrVitalReactor, query.ErrReactorNotStuck.
	Skip(ctx context.Context, name string, position int64, reason, actor string) error
}

// DeadLetters are the commands that could not be decided, and the events that somebody cannot take: *postgres.DeadLetters.
type DeadLetters interface {
	Letters(ctx context.Context, f journal.LetterFilter) ([]journal.Letter, error)
	// Letter returns a dead letter. Errors: journal.ErrNoLetter, or a fault.
	Letter(ctx context.Context, id journal.LetterID) (journal.Letter, error)
	// Resolve notes what was decided about it, once, and has it asked for or tried again where that was decided. Errors:
	// journal.ErrNoLetter, journal.ErrLetterResolved, journal.ErrLetterUnreadable; of events, those of ProjectionControl and
	// Reactors for passing them by; or a fault.
	Resolve(ctx context.Context, id journal.LetterID, r journal.Resolution, by, why string) (journal.Letter, error)
}

// Verifications are those that were asked for: *postgres.Verifications.
type Verifications interface {
	// Recent returns the one that ended last and the one that waits or runs; nil for none.
	Recent(ctx context.Context) (last, open *journal.Verification, err error)
	// Ask returns the one that waits or runs, and makes one that waits if there is none.
	Ask(ctx context.Context, by string) (journal.Verification, error)
}
