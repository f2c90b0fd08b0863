package readmodel

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/query"
)

// Control is what operators have of the projections.
type Control struct{ pool *pgxpool.Pool }

// NewControl returns what operators have of the projections in pool's database.
func NewControl(pool *pgxpool.Pool) *Control { return &Control{pool} }

// Projections returns how the projections are, in the order in which they are built.
func (c *Control) Projections(ctx context.Context) ([]query.Projection, error) {
	return c.list(ctx, "")
}

// Projection returns how a projection is. Errors: query.ErrNoProjection, ctx's, or the store's.
func (c *Control) Projection(ctx context.Context, name string) (query.Projection, error) {
	if _, err := kindOf(name); err != nil {
		return query.Projection{}, err
	}
	list, err := c.list(ctx, name)
	if err != nil {
		return query.Projection{}, err
	}
	return list[0], nil
}

// kindOf returns the kind of that name.
func kindOf(name string) (kind, error) {
	for _, k := range kinds() {
		if k.name == name {
			return k, nil
		}
	}
	return kind{}, fmt.Errorf("%w: %s", query.ErrNoProjection, name)
}

// list returns the projection of a name; all of them for none.
func (c *Control) list(ctx context.Context, name string) ([]query.Projection, error) {
	skips, err := c.skips(ctx)
	if err != nil {
		return nil, err
	}
	names, versions := namesAndVersions()
	rows, err := c.pool.Query(ctx, sqlOf("projection_list"), pgx.NamedArgs{"names": names, "versions": versions, "name": name})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (query.Projection, error) {
		p, err := scanProjection(row)
		if err != nil {
			return p, err
		}
		p.Skips = skips[p.Name]
		p.Status = statusOf(&p)
		k, err := kindOf(p.Name)
		p.Money = k.money
		return p, err
	})
}

// statusOf says how a projection is in one word.
func statusOf(p *query.Projection) query.ProjectionStatus {
	switch {
	case p.Generation == 0:
		return query.ProjectionBuilding
	case p.Pause != nil:
		return query.ProjectionPaused
	case p.FailedAt > 0:
		return query.ProjectionFailed
	case len(p.Skips) > 0:
		return query.ProjectionDegraded
	}
	return query.ProjectionRunning
}

func scanProjection(row pgx.CollectableRow) (p query.Projection, err error) {
	var lag float64
	var paused, asked, updated, finished *time.Time
	var pause query.ProjectionPause
	var r query.Rebuild
	var comparison []byte
	var moving *bool
	if err := row.Scan(&p.Name, &p.Version, &p.Generation, &p.Position, &p.Head, &lag, &p.FailedAt, &p.Error,
		&paused, &pause.Reason, &pause.Actor,
		&asked, &updated, &finished, &r.Generation, &r.Compare, &r.Stage, &r.Position, &r.Total, &r.Rate, &r.Error, &r.Actor, &comparison, &moving); err != nil {
		return p, err
	}
	p.Lag = time.Duration(lag * float64(time.Second))
	if p.FailedAt == 0 {
		p.Error = ""
	}
	if paused != nil {
		pause.At = paused.UTC()
		p.Pause = &pause
	}
	if asked == nil {
		return p, nil
	}
	r.AskedAt, r.UpdatedAt, r.FinishedAt = asked.UTC(), utcOrZero(updated), utcOrZero(finished)
	switch {
	case r.Finished() || moving == nil || !*moving:
		r.Rate = 0
	case r.Rate > 0:
		r.ETA = time.Duration(max(0, r.Total-r.Position)) * time.Second / time.Duration(r.Rate)
	}
	if comparison != nil {
		r.Comparison = &query.Comparison{}
		err = json.Unmarshal(comparison, r.Comparison)
	}
	p.Rebuild = &r
	return p, err
}

func utcOrZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// skips are the events that are passed by, by projection.
func (c *Control) skips(ctx context.Context) (map[string][]query.Skip, error) {
	out := map[string][]query.Skip{}
	var name string
	var s query.Skip
	err := forEach(ctx, c.pool, `SELECT name, position, at, reason, actor FROM projection_skip ORDER BY name, position`,
		[]any{&name, &s.Position, &s.At, &s.Reason, &s.Actor}, func() error {
			s.At = s.At.UTC()
			out[name] = append(out[name], s)
			return nil
		})
	return out, err
}
