package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

var (
	//go:embed queries/reactor_list.sql
	reactorListSQL string
	//go:embed queries/reactor_skips.sql
	reactorSkipsSQL string
	//go:embed queries/reactor_skip.sql
	reactorSkipSQL string
	//go:embed queries/reactor_requeue.sql
	reactorRequeueSQL string
)

// Reactors is what operators have of the reactors. What it says is what the reactors themselves have noted, so that it is
// so whether the service runs or not.
type Reactors struct {
	pool  *pgxpool.Pool
	shard journal.Shard
	kinds []query.ReactorKind
}

// NewReactors returns the reactors of those kinds in pool's database.
func NewReactors(pool *pgxpool.Pool, shard journal.Shard, kinds []query.ReactorKind) *Reactors {
	return &Reactors{pool: pool, shard: shard, kinds: kinds}
}

// Reactors returns how the reactors are, in the order of their kinds.
func (r *Reactors) Reactors(ctx context.Context) ([]query.Reactor, error) { return r.list(ctx, "") }

// Reactor returns how a reactor is. Errors: query.ErrNoReactor, ctx's, or the store's.
func (r *Reactors) Reactor(ctx context.Context, name string) (query.Reactor, error) {
	if _, err := r.kind(name); err != nil {
		return query.Reactor{}, err
	}
	list, err := r.list(ctx, name)
	switch {
	case err != nil:
		return query.Reactor{}, err
	case len(list) == 0:
		return query.Reactor{}, fmt.Errorf("reactor %s: there is no shard %d", name, r.shard)
	}
	return list[0], nil
}

// Skip has a reactor pass the event by that it stands before: its effect is never made, and that is kept with the reason.
//
// Errors: query.ErrNoReactor, query.ErrVitalReactor, query.ErrReactorNotStuck.
func (r *Reactors) Skip(ctx context.Context, name string, position int64, reason, actor string) error {
	k, err := r.kind(name)
	if err != nil {
		return err
	}
	if k.Vital {
		return fmt.Errorf("%w: %s", query.ErrVitalReactor, name)
	}
	return r.change(ctx, reactorSkipSQL, name, position, reason, actor, int16(r.shard))
}

// Requeue has a reactor try the event at once that it stands before. Errors: query.ErrNoReactor, query.ErrReactorNotStuck.
func (r *Reactors) Requeue(ctx context.Context, name string, position int64, reason, actor string) error {
	if _, err := r.kind(name); err != nil {
		return err
	}
	return r.change(ctx, reactorRequeueSQL, name, position, reason, actor)
}

// change runs a statement that changes a row where the reactor stands before the event.
func (r *Reactors) change(ctx context.Context, sql, name string, position int64, args ...any) error {
	tag, err := r.pool.Exec(ctx, sql, append([]any{name, position}, args...)...)
	switch {
	case err != nil:
		return fmt.Errorf("reactor %s: %w", name, err)
	case tag.RowsAffected() == 0:
		return fmt.Errorf("%w: %s, %d", query.ErrReactorNotStuck, name, position)
	}
	return nil
}

func (r *Reactors) kind(name string) (query.ReactorKind, error) {
	at := slices.IndexFunc(r.kinds, func(k query.ReactorKind) bool { return k.Name == name })
	if at < 0 {
		return query.ReactorKind{}, fmt.Errorf("%w: %s", query.ErrNoReactor, name)
	}
	return r.kinds[at], nil
}

// list returns the reactor of a name; all of them for none.
func (r *Reactors) list(ctx context.Context, name string) ([]query.Reactor, error) {
	skips, err := r.skips(ctx, name)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(r.kinds))
	for _, k := range r.kinds {
		names = append(names, k.Name)
	}
	rows, err := r.pool.Query(ctx, reactorListSQL, names, name, int16(r.shard))
	if err != nil {
		return nil, fmt.Errorf("reactors: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (query.Reactor, error) {
		x, running, err := scanReactor(row)
		if err != nil {
			return x, err
		}
		x.Skips = skips[x.Name]
		x.Status = reactorStatus(&x, running)
		x.ReactorKind, err = r.kind(x.Name)
		return x, err
	})
	if err != nil {
		return nil, fmt.Errorf("reactors: %w", err)
	}
	return list, nil
}

// reactorStatus says how a reactor is in one word. One that rests before an event is run by nobody for that while.
func reactorStatus(r *query.Reactor, running bool) query.ReactorStatus {
	switch {
	case r.Failure != nil:
		return query.ReactorFailed
	case !running:
		return query.ReactorStopped
	case len(r.Skips) > 0:
		return query.ReactorDegraded
	}
	return query.ReactorRunning
}

func scanReactor(row pgx.CollectableRow) (r query.Reactor, running bool, err error) {
	var lag float64
	var f query.EventFailure
	var tries *int
	err = row.Scan(&r.Name, &r.Position, &r.Head, &lag, &running, &r.Place, &f.Position, &f.Error, &f.Since, &tries, &f.Next)
	r.Lag = time.Duration(lag * float64(time.Second))
	if f.Position > 0 && tries != nil {
		f.Since, f.Next, f.Tries = f.Since.UTC(), f.Next.UTC(), *tries
		r.Failure = &f
	}
	return r, running, err
}

// skips are the events that were passed by, by reactor.
func (r *Reactors) skips(ctx context.Context, name string) (map[string][]query.Skip, error) {
	rows, err := r.pool.Query(ctx, reactorSkipsSQL, name)
	if err != nil {
		return nil, fmt.Errorf("events that reactors passed by: %w", err)
	}
	type skip struct {
		reactor string
		query.Skip
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s skip, err error) {
		err = row.Scan(&s.reactor, &s.Position, &s.At, &s.Reason, &s.Actor)
		s.At = s.At.UTC()
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("events that reactors passed by: %w", err)
	}
	out := map[string][]query.Skip{}
	for _, s := range list {
		out[s.reactor] = append(out[s.reactor], s.Skip)
	}
	return out, nil
}
