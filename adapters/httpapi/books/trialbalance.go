package books

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/query"
)

// GetTrialBalance implements api.StrictServerInterface.
func (h *Handlers) GetTrialBalance(ctx context.Context, r api.GetTrialBalanceRequestObject) (api.GetTrialBalanceResponseObject, error) {
	if _, err := h.seeLedger(ctx, r.Ledger, r.Params.AtLeast, query.Accounts); err != nil {
		return nil, err
	}
	depth := r.Params.Depth
	if depth == 0 {
		depth = request.MaxDepthFilter // no address has more segments: each account by itself
	}
	t, err := h.ports.Books.TrialBalance(ctx, r.Ledger, r.Params.Asset, depth, MaxTrialRows)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	if t.Cut {
		return nil, request.NewProblem("invalid-parameter", "the trial balance has more than %d rows: ask for one asset, or for a depth", MaxTrialRows)
	}
	return api.GetTrialBalance200JSONResponse{
		Ledger: r.Ledger, Position: handling.Position(t.Position), Data: handling.Each(t.Rows, trialRowOf), Totals: totalsOf(t.Rows),
	}, nil
}

func trialRowOf(b query.Balance) api.TrialBalanceRow {
	shown := balanceOf(b)
	return api.TrialBalanceRow{Account: b.Address, Asset: b.Asset, Debits: shown.Debits, Credits: shown.Credits, Balance: shown.Balance}
}

// totalsOf sums the rows of each asset, in the order in which the assets come up first.
func totalsOf(rows []query.Balance) []api.TrialBalanceTotal {
	type total struct{ debits, credits decimal.Decimal }
	totals := map[string]*total{}
	order := []string{}
	for _, b := range rows {
		sum := totals[b.Asset]
		if sum == nil {
			sum = &total{}
			totals[b.Asset], order = sum, append(order, b.Asset)
		}
		sum.debits, sum.credits = sum.debits.Add(b.Debits), sum.credits.Add(b.Credits)
	}
	return handling.Each(order, func(asset string) api.TrialBalanceTotal {
		sum := totals[asset]
		scale := handling.Scale(sum.debits, sum.credits)
		return api.TrialBalanceTotal{Asset: asset, Debits: sum.debits.StringFixed(scale), Credits: sum.credits.StringFixed(scale)}
	})
}
