package httpapi

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// CreateLedger implements api.StrictServerInterface.
func (h *booksHandlers) CreateLedger(ctx context.Context, r api.CreateLedgerRequestObject) (api.CreateLedgerResponseObject, error) {
	c := ledger.CreateLedger{Name: r.Body.Name, Description: r.Body.Description}
	if err := malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.submit(ctx, order{commandType: ledger.CommandCreateLedger, data: c, key: r.Params.IdempotencyKey})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateLedger202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	l, err := h.ledgerOf(a)
	return api.CreateLedger201JSONResponse(l), err
}

// ledgerOf shows the ledger that a command opened.
func (h *booksHandlers) ledgerOf(a journal.Answer) (api.Ledger, error) {
	e, body, err := only[ledger.LedgerCreated](h.registry, a)
	if err != nil {
		return api.Ledger{}, err
	}
	return api.Ledger{Name: body.Name, Description: body.Description, CreatedAt: shown(e.RecordedAt)}, nil
}

// ListLedgers implements api.StrictServerInterface. main stands first: it needed no opening, so no
// projection knows it.
func (h *booksHandlers) ListLedgers(ctx context.Context, r api.ListLedgersRequestObject) (api.ListLedgersResponseObject, error) {
	p, err := h.page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.see(ctx, r.Params.AtLeast, query.Accounts); err != nil {
		return nil, err
	}
	var rows []query.Ledger
	after := p.place
	switch p.place {
	case "":
		rows = append(rows, query.Ledger{Name: ledger.Main})
	case ledger.Main:
		after = ""
	}
	opened, err := h.ports.Books.Ledgers(ctx, after, p.limit+1)
	if err != nil {
		return nil, away(err)
	}
	data, more, next := turn(ctx, p, append(rows, opened...), func(l query.Ledger) string { return l.Name })
	return api.ListLedgers200JSONResponse{HasMore: more, NextCursor: next, Data: each(data, func(l query.Ledger) api.Ledger {
		return api.Ledger{Name: l.Name, Description: l.Description, CreatedAt: shown(l.CreatedAt)}
	})}, nil
}
