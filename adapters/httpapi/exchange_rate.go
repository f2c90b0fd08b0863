package httpapi

import (
	"context"
	"strings"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/exchange"
	wallets "github.com/florinledger/florin/wallet/query"
)

// SetExchangeRate implements api.StrictServerInterface.
func (h *walletsHandlers) SetExchangeRate(ctx context.Context, r api.SetExchangeRateRequestObject) (api.SetExchangeRateResponseObject, error) {
	b := r.Body
	c := exchange.SetRate{From: r.From, To: r.To, Rate: b.Rate, Spread: b.Spread, MinAmount: b.MinAmount, ValidFor: b.ValidFor}
	var err error
	if c.IfVersion, err = ifMatch(r.Params.IfMatch); err != nil {
		return nil, err
	}
	if err := malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.submit(ctx, order{commandType: exchange.CommandSetRate, data: c, key: r.Params.IdempotencyKey})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.SetExchangeRate202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	rate, err := h.setRateOf(a)
	if err == nil {
		callOf(ctx).setVersion(rate.Version)
	}
	return api.SetExchangeRate200JSONResponse(rate), err
}

// setRateOf shows the pair that a command set.
func (h *walletsHandlers) setRateOf(a journal.Answer) (api.ExchangeRate, error) {
	e, _, err := only[exchange.RateSet](h.registry, a)
	if err != nil {
		return api.ExchangeRate{}, err
	}
	rate, err := exchange.ShowRate(e)
	return rateOf(rate), err
}

// WithdrawExchangeRate implements api.StrictServerInterface.
func (h *walletsHandlers) WithdrawExchangeRate(ctx context.Context, r api.WithdrawExchangeRateRequestObject) (api.WithdrawExchangeRateResponseObject, error) {
	c := exchange.WithdrawRate{From: r.From, To: r.To}
	var err error
	if c.IfVersion, err = ifMatch(r.Params.IfMatch); err != nil {
		return nil, err
	}
	_, _, err = h.submit(ctx, order{commandType: exchange.CommandWithdrawRate, data: c, waits: true})
	return api.WithdrawExchangeRate204Response{}, err
}

// GetExchangeRate implements api.StrictServerInterface.
func (h *walletsHandlers) GetExchangeRate(ctx context.Context, r api.GetExchangeRateRequestObject) (api.GetExchangeRateResponseObject, error) {
	if _, err := h.see(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	rate, ok, err := h.ports.Exchanges.ExchangeRate(ctx, r.From, r.To)
	switch {
	case err != nil:
		return nil, away(err)
	case !ok:
		return nil, &Problem{Code: "exchange-rate-not-found"}
	}
	callOf(ctx).setVersion(rate.Version)
	return api.GetExchangeRate200JSONResponse(rateOf(rate)), nil
}

// ListExchangeRates implements api.StrictServerInterface. A page ends at a pair, from/to.
func (h *walletsHandlers) ListExchangeRates(ctx context.Context, r api.ListExchangeRatesRequestObject) (api.ListExchangeRatesResponseObject, error) {
	p, err := h.page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.see(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	f := wallets.RateFilter{From: r.Params.From, Limit: p.limit + 1}
	f.AfterFrom, f.AfterTo, _ = strings.Cut(p.place, "/")
	rates, err := h.ports.Exchanges.ExchangeRates(ctx, f)
	if err != nil {
		return nil, away(err)
	}
	rates, more, next := turn(ctx, p, rates, func(r exchange.Rate) string { return r.From + "/" + r.To })
	return api.ListExchangeRates200JSONResponse{Data: each(rates, rateOf), HasMore: more, NextCursor: next}, nil
}

// rateOf shows a pair.
func rateOf(r exchange.Rate) api.ExchangeRate {
	return api.ExchangeRate{
		From: r.From, To: r.To, Rate: r.Rate, Spread: r.Spread, CustomerRate: r.CustomerRate, MinAmount: r.MinAmount,
		ValidFor: r.ValidFor, CreatedAt: shown(r.CreatedAt), UpdatedAt: shown(r.UpdatedAt), Version: r.Version,
	}
}
