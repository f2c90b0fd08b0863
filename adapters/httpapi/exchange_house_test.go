package httpapi

import (
	"cmp"
	"context"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/exchange"
	wallets "github.com/florinledger/florin/wallet/query"
)

func (h *house) ExchangeRate(ctx context.Context, from, to string) (r exchange.Rate, ok bool, err error) {
	all, err := h.ExchangeRates(ctx, wallets.RateFilter{From: from, Limit: 1000})
	if i := slices.IndexFunc(all, func(r exchange.Rate) bool { return r.To == to }); i >= 0 {
		return all[i], true, err
	}
	return r, false, err
}

func (h *house) ExchangeRates(_ context.Context, f wallets.RateFilter) (out []exchange.Rate, err error) {
	listed := map[string]exchange.Rate{}
	facts(h, func(e *journal.Event, b exchange.RateSet) {
		r, err := exchange.ShowRate(e)
		require.NoError(h.t, err)
		listed[b.From+"/"+b.To] = r
	})
	facts(h, func(e *journal.Event, b exchange.RateWithdrawn) {
		if listed[b.From+"/"+b.To].Version < e.Position {
			delete(listed, b.From+"/"+b.To)
		}
	})
	for _, r := range listed {
		after := cmp.Or(cmp.Compare(r.From, f.AfterFrom), cmp.Compare(r.To, f.AfterTo)) > 0
		if (f.From == "" || r.From == f.From) && after {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b exchange.Rate) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return out[:min(f.Limit, len(out))], h.broken
}

func (h *house) QuoteUse(_ context.Context, id string) (transaction string, ok bool, err error) {
	facts(h, func(e *journal.Event, b exchange.Exchanged) {
		if b.QuoteID == id {
			transaction, ok = e.TransactionID(), true
		}
	})
	return transaction, ok, h.broken
}
