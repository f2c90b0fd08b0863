package postgres

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/recon"
)

// Runs are asked for once, taken in their order, taken up again when whoever was at them has gone, and shown with their breaks.
func TestReconciliations(t *testing.T) {
	t.Parallel()
	c := NewReconciliations(newPeople(t).pool)
	day := func(n int) recon.Period {
		return recon.Period{From: noon().AddDate(0, 0, n), Until: noon().AddDate(0, 0, n+1)}
	}
	ask := func(n int, request byte, nightly bool) recon.Run {
		t.Helper()
		r, again, err := c.Ask(t.Context(), recon.Run{Source: recon.Stripe, Period: day(n), Actor: "usr_boss", Nightly: nightly}, [16]byte{request})
		require.NoError(t, err)
		require.False(t, again)
		require.Equal(t, []any{recon.Queued, day(n), "usr_boss"}, []any{r.Status, r.Period, r.Actor})
		return r
	}
	first, second := ask(1, 1, false), ask(2, 0, true)
	same, again, err := c.Ask(t.Context(), recon.Run{Source: recon.Stripe, Period: day(1), Actor: "usr_boss"}, [16]byte{1})
	require.NoError(t, err)
	require.True(t, again)
	require.Equal(t, first, same)
	_, _, err = c.Ask(t.Context(), recon.Run{Source: recon.Stripe, Period: day(3), Actor: "usr_boss"}, [16]byte{1})
	require.ErrorIs(t, err, recon.ErrReused)

	next := func() recon.Run {
		t.Helper()
		r, ok, err := c.Next(t.Context())
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, recon.Running, r.Status)
		return r
	}
	require.Equal(t, first.ID, next().ID)
	r := next()
	require.Equal(t, first.ID, r.ID, "nobody ended it")
	breaks := []recon.Break{
		{Reason: recon.MissingInJournal, At: noon(), Of: "line/txn_1", Line: "txn_1", Difference: []recon.Money{{Asset: "USD", Amount: decimal.RequireFromString("-1.50")}}, Detail: "nothing"},
		{Reason: recon.Timing, At: noon(), Position: 7},
		{Reason: recon.Duplicate, At: noon(), Position: 8, Transaction: "txn_8"},
	}
	r.Status, r.EndedAt, r.Position, r.Lines, r.Breaks = recon.Done, noon(), 9, 4, 3
	r.Reasons = map[recon.Reason]int{recon.MissingInJournal: 1, recon.Timing: 1, recon.Duplicate: 1}
	r.Assets = []recon.Figures{{Asset: "USD", Opening: decimal.RequireFromString("12.30")}}
	for range 2 {
		require.NoError(t, c.End(t.Context(), r, breaks))
	}
	shown, err := c.Run(t.Context(), first.ID)
	require.NoError(t, err)
	require.Equal(t, []any{recon.Done, int64(9), 4, 3, r.Reasons, "12.3", 2}, []any{shown.Status, shown.Position, shown.Lines, shown.Breaks, shown.Reasons, shown.Assets[0].Opening.String(), shown.Open()})
	page, err := c.Breaks(t.Context(), first.ID, 0, 2)
	require.NoError(t, err)
	require.Len(t, page, 2)
	require.Equal(t, "-1.5", page[0].Difference[0].Amount.String())
	page, err = c.Breaks(t.Context(), first.ID, 2, 2)
	require.NoError(t, err)
	require.Len(t, page, 1)
	require.Equal(t, "txn_8", page[0].Transaction)

	// What ends the process each time is given up.
	for range reconAttempts {
		require.Equal(t, second.ID, next().ID)
	}
	_, ok, err := c.Next(t.Context())
	require.NoError(t, err)
	require.False(t, ok)
	shown, err = c.Run(t.Context(), second.ID)
	require.NoError(t, err)
	require.Equal(t, []any{recon.Failed, "It was begun several times, and never ended."}, []any{shown.Status, shown.Fault})
	days, failed, err := c.Nights(t.Context(), recon.Stripe, noon())
	require.NoError(t, err)
	require.Empty(t, days)
	require.WithinDuration(t, time.Now(), failed, time.Minute)
	third := ask(2, 0, true)
	days, _, err = c.Nights(t.Context(), recon.Stripe, noon())
	require.NoError(t, err)
	require.Equal(t, []time.Time{day(2).From}, days)

	kept, err := c.Record(t.Context(), recon.Run{Source: recon.Stripe, Period: day(5), Actor: "boss", Status: recon.Done, StartedAt: noon(), EndedAt: noon()}, breaks[:1])
	require.NoError(t, err)
	list := func(before string, limit int) (ids []string) {
		t.Helper()
		runs, err := c.List(t.Context(), before, limit)
		require.NoError(t, err)
		for _, r := range runs {
			ids = append(ids, r.ID)
		}
		return ids
	}
	require.Equal(t, []string{kept.ID, third.ID, second.ID, first.ID}, list("", 10))
	require.Equal(t, []string{second.ID}, list(third.ID, 1))
	for _, id := range []string{"rec_01kkntq2cng008000100000003", "rec_x", ""} {
		_, err = c.Run(t.Context(), id)
		require.ErrorIs(t, err, recon.ErrNoRun, id)
	}
}
