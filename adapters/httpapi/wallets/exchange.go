package wallets

import (
	"context"
	"fmt"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/wallet/exchange"
	wallets "github.com/florinledger/florin/wallet/query"
)

// CreateExchange implements api.StrictServerInterface.
func (h *Handlers) CreateExchange(ctx context.Context, r api.CreateExchangeRequestObject) (api.CreateExchangeResponseObject, error) {
	b := r.Body
	c := exchange.Exchange{
		As: handling.ActingAs(request.CallOf(ctx).Principal), QuoteID: b.QuoteID, WalletID: b.WalletID, ToWallet: b.ToWallet,
		Description: b.Description, Reference: b.Reference, Metadata: b.Metadata,
	}
	if b.Amount != nil {
		c.Amount = &ledger.Money{Amount: b.Amount.Amount, Asset: b.Amount.Asset}
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.Submit(ctx, handling.Order{
		CommandType: exchange.CommandExchange, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun,
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateExchange202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	t, err := h.ExchangeOf(request.CallOf(ctx).Principal, a)
	return api.CreateExchange201JSONResponse(t), err
}

// ExchangeOf shows the exchange that a command made to who asked for it.
func (h *Handlers) ExchangeOf(p request.Principal, a journal.Answer) (api.Transaction, error) {
	t, err := h.TransactionOf(a)
	if err != nil {
		return t, err
	}
	e := &a.Events[len(a.Events)-1]
	body, ok := e.Body.(exchange.Exchanged)
	switch {
	case !ok:
		return t, fmt.Errorf("event %d of command %s, a %s, is no exchange", e.Position, a.Outcome.Command, e.Type)
	case p.Roles.Has(request.RoleService | request.RoleFinance | request.RoleAdmin):
		return t, nil
	case p.Subject != e.Actor: // somebody who looks after commands, and not the payer
		return seenByOwner(t, true), nil
	}
	return seenByOwner(t, true, body.WalletID), nil
}

// GetExchange implements api.StrictServerInterface.
func (h *Handlers) GetExchange(ctx context.Context, r api.GetExchangeRequestObject) (api.GetExchangeResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, query.Accounts, wallets.Wallets); err != nil {
		return nil, err
	}
	e, err := h.placed(ctx, "txn", r.ID, exchange.TypeExchanged)
	if err != nil {
		return nil, err
	}
	if e == nil {
		return nil, &request.Problem{Code: "transaction-not-found"}
	}
	body, ok := e.Body.(exchange.Exchanged)
	if !ok {
		return nil, fmt.Errorf("event %d, a %s, is no exchange", e.Position, e.Type)
	}
	own, err := h.ownOf(ctx, body.Wallets(), false)
	switch {
	case err != nil:
		return nil, err
	case len(own) == 0:
		return nil, &request.Problem{Code: "transaction-not-found"}
	}
	t, err := h.Transaction(e, "")
	if !request.CallOf(ctx).Principal.Roles.Has(request.RoleService | request.RoleFinance | request.RoleAdmin) {
		t = seenByOwner(t, true, own...)
	}
	return api.GetExchange200JSONResponse(t), err
}
