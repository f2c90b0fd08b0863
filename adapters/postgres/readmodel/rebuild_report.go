package readmodel

import (
	"context"
	"time"
)

const (
	// reportInterval is how often it is noted how far a rebuild is.
	reportInterval = 500 * time.Millisecond
	// paceOver is how long back a rate is taken.
	paceOver = 10 * time.Second
)

// pace is how fast something has gone lately.
type pace struct{ seen []moment }

type moment struct {
	at       time.Time
	position int64
}

// rate notes a position, and returns how many per second they have been.
func (p *pace) rate(now time.Time, position int64) int64 {
	p.seen = append(p.seen, moment{now, position})
	for len(p.seen) > 2 && now.Sub(p.seen[1].at) >= paceOver {
		p.seen = p.seen[1:]
	}
	first := p.seen[0]
	if took := now.Sub(first.at); took > 0 {
		return (position - first.position) * int64(time.Second) / int64(took)
	}
	return 0
}

// report notes how far jobs are until ctx ends.
func (r *Rebuilder) report(ctx context.Context, jobs []*job) {
	paces := make([]pace, len(jobs))
	ticker := time.NewTicker(reportInterval)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			for i, j := range jobs {
				at := j.position.Load()
				if at == 0 && j.total.Load() == 0 {
					continue // it has not begun
				}
				_, err := r.pool.Exec(ctx, `UPDATE projection_rebuild SET position = $2, total = $3, rate = $4, updated_at = clock_timestamp()
					WHERE id = $1 AND finished_at IS NULL`, j.id, at, max(at, j.total.Load()), paces[i].rate(now, at))
				if err != nil && ctx.Err() == nil {
					r.log.Warn("how far a rebuild is cannot be noted", "projection", j.def.name, "error", err)
				}
			}
		case <-ctx.Done():
			return
		}
	}
}
