package journal_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/memory"
	"github.com/florinledger/florin/ledger/journal"
)

// deaf is a store whose connections can go dead without a word, each until it is given up.
type deaf struct {
	*faulty
	campaigns, heads, loads, polls atomic.Int32 // how many more of each hang
}

func newDeaf() *deaf { return &deaf{faulty: &faulty{Store: memory.NewStore(memory.Config{})}} }

func hang(ctx context.Context, left *atomic.Int32) error {
	if left.Add(-1) < 0 {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

func (d *deaf) Campaign(ctx context.Context, shard journal.Shard, holder string) (bool, error) {
	if err := hang(ctx, &d.campaigns); err != nil {
		return false, err
	}
	return d.faulty.Campaign(ctx, shard, holder)
}

func (d *deaf) Head(ctx context.Context, shard journal.Shard) (journal.Head, error) {
	if err := hang(ctx, &d.heads); err != nil {
		return journal.Head{}, err
	}
	return d.faulty.Head(ctx, shard)
}

func (d *deaf) TakeOver(ctx context.Context, shard journal.Shard) (journal.Term, error) {
	t, err := d.faulty.TakeOver(ctx, shard)
	return &deafTerm{Term: t, store: d}, err
}

type deafTerm struct {
	journal.Term
	store *deaf
}

func (t *deafTerm) Load(ctx context.Context, want journal.Wanted) (journal.Found, error) {
	if err := hang(ctx, &t.store.loads); err != nil {
		return journal.Found{}, err
	}
	return t.Term.Load(ctx, want)
}

func (t *deafTerm) Waiting(ctx context.Context, limit int) ([]journal.Command, error) {
	if err := hang(ctx, &t.store.polls); err != nil {
		return nil, err
	}
	return t.Term.Waiting(ctx, limit)
}

func TestAConnectionThatGoesDeadStallsNothingForEver(t *testing.T) {
	t.Parallel()
	for name, deafen := range map[string]func(*deaf){
		"while it campaigns": func(d *deaf) { d.campaigns.Store(1) },
		"while it looks":     func(d *deaf) { d.heads.Store(1) },
		"while it loads":     func(d *deaf) { d.loads.Store(1) },
		"while it polls":     func(d *deaf) { d.polls.Store(1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, d := newEngine(t), newDeaf()
			e.store = d.faulty
			deafen(d)
			c := command("k", add{To: "x", N: 1})
			require.NoError(t, e.store.Put(t.Context(), 0, c))
			w := journal.NewWriter(0, "a", countingCore(), d, e.stream, e.replies, e.water,
				journal.Config{Log: quiet(), CommitTimeout: 100 * time.Millisecond})
			background(t, w.Run)
			require.Eventually(t, func() bool {
				_, ok, _, err := e.store.Outcome(t.Context(), c.ID)
				return err == nil && ok
			}, 10*time.Second, time.Millisecond)
			require.Len(t, e.events(), 1)
		})
	}
}
