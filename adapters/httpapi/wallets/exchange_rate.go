package wallets

import (
	"context"
	"strings"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/exchange"
	wallets "github.com/florinledger/florin/wallet/query"
)

// SetExchangeRate implements api.StrictServerInterface.
func (h *Handlers) SetExchangeRate(ctx context.Context, r api.SetExchangeRateRequestObject) (api.SetExchangeRateResponseObject, error) {
	b := r.Body
	c := exchange.SetRate{From: r.From, To: r.To, Rate: b.Rate, Spread: b.Spread, MinAmount: b.MinAmount, ValidFor: b.ValidFor}
	var err error
	if c.IfVersion, err = request.IfMatch(r.Params.IfMatch); err != nil {
		return nil, err
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.Submit(ctx, handling.Order{CommandType: exchange.CommandSetRate, Data: c, Key: r.Params.IdempotencyKey})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.SetExchangeRate202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	rate, err := h.SetRateOf(a)
	if err == nil {
		request.CallOf(ctx).SetVersion(rate.Version)
	}
	return api.SetExchangeRate200JSONResponse(rate), err
}

// SetRateOf shows the pair that a command set.
func (h *Handlers) SetRateOf(a journal.Answer) (api.ExchangeRate, error) {
	e, _, err := handling.Only[exchange.RateSet](h.Registry, a)
	if err != nil {
		return api.ExchangeRate{}, err
	}
	rate, err := exchange.ShowRate(e)
	return rateOf(rate), err
}

// WithdrawExchangeRate implements api.StrictServerInterface.
func (h *Handlers) WithdrawExchangeRate(ctx context.Context, r api.WithdrawExchangeRateRequestObject) (api.WithdrawExchangeRateResponseObject, error) {
	c := exchange.WithdrawRate{From: r.From, To: r.To}
	var err error
	if c.IfVersion, err = request.IfMatch(r.Params.IfMatch); err != nil {
		return nil, err
	}
	_, _, err = h.Submit(ctx, handling.Order{CommandType: exchange.CommandWithdrawRate, Data: c, Waits: true})
	return api.WithdrawExchangeRate204Response{}, err
}

// GetExchangeRate implements api.StrictServerInterface.
func (h *Handlers) GetExchangeRate(ctx context.Context, r api.GetExchangeRateRequestObject) (api.GetExchangeRateResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	rate, ok, err := h.ports.Exchanges.ExchangeRate(ctx, r.From, r.To)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok:
		return nil, &request.Problem{Code: "exchange-rate-not-found"}
	}
	request.CallOf(ctx).SetVersion(rate.Version)
	return api.GetExchangeRate200JSONResponse(rateOf(rate)), nil
}

// ListExchangeRates implements api.StrictServerInterface. A page ends at a pair, from/to.
func (h *Handlers) ListExchangeRates(ctx context.Context, r api.ListExchangeRatesRequestObject) (api.ListExchangeRatesResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	f := wallets.RateFilter{From: r.Params.From, Limit: p.Limit + 1}
	f.AfterFrom, f.AfterTo, _ = strings.Cut(p.Place, "/")
	rates, err := h.ports.Exchanges.ExchangeRates(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rates, more, next := handling.Turn(ctx, p, rates, func(r exchange.Rate) string { return r.From + "/" + r.To })
	return api.ListExchangeRates200JSONResponse{Data: handling.Each(rates, rateOf), HasMore: more, NextCursor: next}, nil
}

// rateOf shows a pair.
func rateOf(r exchange.Rate) api.ExchangeRate {
	return api.ExchangeRate{
		From: r.From, To: r.To, Rate: r.Rate, Spread: r.Spread, CustomerRate: r.CustomerRate, MinAmount: r.MinAmount,
		ValidFor: r.ValidFor, CreatedAt: handling.Time(r.CreatedAt), UpdatedAt: handling.Time(r.UpdatedAt), Version: r.Version,
	}
}
