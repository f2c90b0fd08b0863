package ops

import (
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/ledger/query"
)

// projectionOf shows a projection.
func projectionOf(p *query.Projection) api.Projection {
	out := api.Projection{
		Name: p.Name, Version: p.Version, Generation: p.Generation, Position: p.Position, Head: p.Head,
		LagEvents: p.LagEvents(), LagSeconds: int64(p.Lag / time.Second), Status: api.ProjectionStatus(p.Status), FailedAt: p.FailedAt, Error: p.Error,
	}
	if p.Pause != nil {
		out.Paused = api.ProjectionPause{At: handling.Time(p.Pause.At), Reason: p.Pause.Reason, Actor: p.Pause.Actor}
	}
	out.Skips = skipsOf(p.Skips)
	if p.Rebuild != nil {
		out.Rebuild = rebuildOf(p.Rebuild)
	}
	return out
}

func rebuildOf(r *query.Rebuild) api.ProjectionRebuild {
	out := api.ProjectionRebuild{
		Generation: r.Generation, Compare: r.Compare, Stage: api.ProjectionRebuildStage(r.Stage), Position: r.Position, Total: r.Total,
		Rate: r.Rate, EtaSeconds: int64(r.ETA / time.Second), Error: r.Error, AskedAt: handling.Time(r.AskedAt),
	}
	if r.Finished() {
		out.FinishedAt = handling.Time(r.FinishedAt)
	}
	if c := r.Comparison; c != nil {
		shown := api.ProjectionComparison{Position: c.Position, Rows: c.Rows, Differ: c.Differ, Differences: make([]api.ProjectionDifference, 0, len(c.Differences))}
		for _, d := range c.Differences {
			shown.Differences = append(shown.Differences, api.ProjectionDifference{Table: d.Table, Key: d.Key, Detail: d.Detail})
		}
		out.Comparison = shown
	}
	return out
}

// skipsOf shows the events that were passed by.
func skipsOf(skips []query.Skip) (out []api.SkippedEvent) {
	for _, s := range skips {
		out = append(out, api.SkippedEvent{Position: s.Position, At: handling.Time(s.At), Reason: s.Reason, Actor: s.Actor})
	}
	return out
}
