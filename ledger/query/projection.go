package query

import (
	"errors"
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// What cannot be done to a projection. They are answered with a reason in words.
var (
	// ErrNoProjection: there is none of that name.
	ErrNoProjection = errors.New("query: there is no such projection")
	// ErrMoneyProjection: an event of money is not passed by.
	ErrMoneyProjection = errors.New("query: a projection of money passes no event by")
	// ErrNotStuck: it does not stand before the event that was named.
	ErrNotStuck = errors.New("query: the projection does not stand before that event")
	// ErrRebuilding: another rebuild of it is not finished.
	ErrRebuilding = errors.New("query: the projection is being built already")
	// ErrNotBuilt: its tables of this version have never been built to the end. Who waits for them has not failed.
	ErrNotBuilt = fmt.Errorf("query: its tables are not built yet: %w", journal.ErrHeld)
)

// ProjectionStatus says how a projection is.
type ProjectionStatus string

const (
	// ProjectionRunning follows the journal.
	ProjectionRunning ProjectionStatus = "running"
	// ProjectionDegraded follows it, too, but has passed events by.
	ProjectionDegraded ProjectionStatus = "degraded"
	// ProjectionFailed stands before an event that it cannot take, and tries it again and again.
	ProjectionFailed ProjectionStatus = "failed"
	// ProjectionPaused was held by an operator.
	ProjectionPaused ProjectionStatus = "paused"
	// ProjectionBuilding has no tables of this version that could be read.
	ProjectionBuilding ProjectionStatus = "building"
)

// Projection is a read model as operators see it. Positions are those of its shard.
type Projection struct {
	Shard journal.Shard
	Name  string
	// Version is this program's, Generation the set of tables that is read; 0 for none.
	Version, Generation int
	// Money says that it shows money, so that no event may be passed by.
	Money bool
	// Position is the last event in the tables, Head the last of the journal.
	Position, Head int64
	// Lag is how long ago the first event that is not in the tables was recorded; 0 when there is none.
	Lag    time.Duration
	Status ProjectionStatus
	// Error is why it cannot take the event FailedAt; empty and 0 when it runs.
	Error    string
	FailedAt int64
	// Pause is set while it is paused.
	Pause *ProjectionPause
	// Skips are the events that were passed by, in their order.
	Skips []Skip
	// Rebuild is the newest one, finished or not; nil when there never was one.
	Rebuild *Rebuild
}

// LagEvents is how many events are not in the tables.
func (p *Projection) LagEvents() int64 { return max(0, p.Head-p.Position) }

// ProjectionPause says who holds a projection, and why.
type ProjectionPause struct {
	At            time.Time
	Reason, Actor string
}

// Skip is an event that a projection, or a reactor, passes by.
type Skip struct {
	Position      int64
	At            time.Time
	Reason, Actor string
}

// RebuildStage is how far a rebuild has come.
type RebuildStage string

// The stages, in their order. A comparison ends by StageCompare, what is to be read by a swap.
const (
	StageAsked     RebuildStage = "asked"
	StageLoad      RebuildStage = "load"
	StageIndex     RebuildStage = "index"
	StageFollow    RebuildStage = "follow"
	StageCompare   RebuildStage = "compare"
	StageDone      RebuildStage = "done"
	StageAbandoned RebuildStage = "abandoned"
)

// Rebuild is a generation of tables that is filled beside the one that is read.
type Rebuild struct {
	// Generation is the new one; 0 until somebody has begun.
	Generation int
	// Compare says that it is only held against the one that is read.
	Compare bool
	Stage   RebuildStage
	// Position is the last event in the new tables, Total how many there are to take.
	Position, Total int64
	// Rate is in events per second, ETA how long the rest takes at that rate; 0 where nobody knows.
	Rate int64
	ETA  time.Duration
	// Error is what it stands at, or why it was given up.
	Error                          string
	AskedAt, UpdatedAt, FinishedAt time.Time // the last two are zero when they have not come
	Actor                          string
	// Comparison is what a finished comparison found.
	Comparison *Comparison
}

// Finished reports whether nothing more comes of it.
func (r *Rebuild) Finished() bool { return !r.FinishedAt.IsZero() }

// Comparison is what came of holding a projection's tables against freshly built ones, row by row.
type Comparison struct {
	// Position is the event up to which both were filled.
	Position int64 `json:"position"`
	// Rows is how many there are in the tables that are read, Differ how many rows are not alike in both; of one
	// table, no more than a thousand are counted.
	Rows   int64 `json:"rows"`
	Differ int64 `json:"differ"`
	// Differences are the first of them.
	Differences []RowDifference `json:"differences,omitempty"`
}

// RowDifference is a row that is not in both tables alike: which, and how. Texts are named and not shown.
type RowDifference struct {
	Table  string `json:"table"`
	Key    string `json:"key"`
	Detail string `json:"detail"`
}
