package stripepay_test

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/recon"
	"github.com/florinledger/florin/wallet/payment"
)

// A history that is booked has no breaks. Of one that lacks a booking, exactly the lines of what that is of break; and
// whichever part of it is reconciled, the breaks explain the difference.
func (w *world) reconcile() {
	registry := journal.NewRegistry()
	for _, register := range cores() {
		register(registry)
	}
	var entries []recon.Entry
	for _, e := range w.actual.Events() {
		own := *e
		if entry, ok, err := payment.EntryOf(registry, &own); ok {
			entries = append(entries, entry)
		} else {
			require.NoError(w.r, err)
		}
	}
	end := w.stripe.Now().Add(48 * time.Hour)
	whole := w.report(entries, begun(), end)
	require.Empty(w.r, whole.Breaks)
	require.Equal(w.r, whole.Lines, whole.Matched)
	for _, f := range whole.Assets {
		require.Equal(w.r, []string{"0", f.Stated.String()}, []string{f.Opening.String(), f.Closing.String()}, f.Asset)
	}

	part := w.report(entries, begun().Add(time.Duration(w.pick(120))*time.Second), w.stripe.Now().Add(-time.Duration(w.pick(60))*time.Second))
	for _, b := range part.Breaks {
		require.Equal(w.r, recon.Timing, b.Reason, "nothing but the edges: %+v", b)
	}

	dropped := slices.IndexFunc(entries, func(e recon.Entry) bool { return len(e.Changes) > 0 })
	if dropped < 0 {
		return
	}
	dropped += w.pick(len(entries) - dropped)
	lost := entries[dropped]
	if len(lost.Changes) == 0 {
		return
	}
	report := w.report(slices.Delete(slices.Clone(entries), dropped, dropped+1), begun(), end)
	require.NotEmpty(w.r, report.Breaks, "%+v is lost", lost)
	less := map[string]decimal.Decimal{}
	for _, b := range report.Breaks {
		require.Equal(w.r, lost.Of, b.Of, "%+v is lost, and this breaks: %+v", lost, b)
		for _, d := range b.Difference {
			less[d.Asset] = less[d.Asset].Add(d.Amount)
		}
	}
	for _, c := range lost.Changes {
		require.True(w.r, less[c.Asset].Equal(c.Amount.Neg()), "%+v is lost, and %v is found missing", lost, less)
	}
}

// report reconciles a part of the history.
func (w *world) report(entries []recon.Entry, from, until time.Time) *recon.Report {
	if !from.Before(until) {
		until = from.Add(time.Second)
	}
	m := recon.NewMatcher(from, until, until.Add(time.Hour))
	statement := stripepay.NewStatement(w.gateway, false)
	require.NoError(w.r, statement.Lines(w.r.Context(), from.Add(-recon.Edge), until.Add(recon.Edge), m.Line))
	standing := map[string]decimal.Decimal{}
	for _, e := range entries {
		for _, c := range e.Changes {
			standing[c.Asset] = standing[c.Asset].Add(c.Amount)
		}
		require.NoError(w.r, m.Entry(e))
	}
	var balances []recon.Money
	for asset, amount := range standing {
		balances = append(balances, recon.Money{Asset: asset, Amount: amount})
	}
	report := m.Report(balances)
	require.NoError(w.r, report.Check())
	return report
}
