package books

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// CreateLedger implements api.StrictServerInterface.
func (h *Handlers) CreateLedger(ctx context.Context, r api.CreateLedgerRequestObject) (api.CreateLedgerResponseObject, error) {
	c := ledger.CreateLedger{Name: r.Body.Name, Description: r.Body.Description}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.Submit(ctx, handling.Order{CommandType: ledger.CommandCreateLedger, Data: c, Key: r.Params.IdempotencyKey})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateLedger202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	l, err := h.LedgerOf(a)
	return api.CreateLedger201JSONResponse(l), err
}

// LedgerOf shows the ledger that a command opened.
func (h *Handlers) LedgerOf(a journal.Answer) (api.Ledger, error) {
	e, body, err := handling.Only[ledger.LedgerCreated](h.Registry, a)
	if err != nil {
		return api.Ledger{}, err
	}
	return api.Ledger{Name: body.Name, Description: body.Description, CreatedAt: handling.Time(e.RecordedAt)}, nil
}

// ListLedgers implements api.StrictServerInterface. main stands first: it needed no opening, so no
// projection knows it.
func (h *Handlers) ListLedgers(ctx context.Context, r api.ListLedgersRequestObject) (api.ListLedgersResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, r.Params.AtLeast, query.Accounts); err != nil {
		return nil, err
	}
	var rows []query.Ledger
	after := p.Place
	switch p.Place {
	case "":
		rows = append(rows, query.Ledger{Name: ledger.Main})
	case ledger.Main:
		after = ""
	}
	opened, err := h.ports.Books.Ledgers(ctx, after, p.Limit+1)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	data, more, next := handling.Turn(ctx, p, append(rows, opened...), func(l query.Ledger) string { return l.Name })
	return api.ListLedgers200JSONResponse{HasMore: more, NextCursor: next, Data: handling.Each(data, func(l query.Ledger) api.Ledger {
		return api.Ledger{Name: l.Name, Description: l.Description, CreatedAt: handling.Time(l.CreatedAt)}
	})}, nil
}
