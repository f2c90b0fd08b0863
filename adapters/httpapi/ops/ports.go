package ops

import (
	"context"

	"github.com/florinledger/florin/ledger/query"
)

// Ports are what the handlers of the machinery call out to.
type Ports struct {
	Projections Projections
	Control     ProjectionControl
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
