package books

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// ListEntries implements api.StrictServerInterface.
func (h *Handlers) ListEntries(ctx context.Context, r api.ListEntriesRequestObject) (api.ListEntriesResponseObject, error) {
	if err := checkAddress(r.Address); err != nil {
		return nil, err
	}
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f := query.EntryFilter{
		Ledger: r.Ledger, Address: r.Address, Order: query.ByRecorded,
		From: r.Params.From, Until: r.Params.Until, Limit: p.Limit + 1,
	}
	if r.Params.Order == api.EntryOrderEffective {
		f.Order = query.ByEffective
	}
	if f.Before, err = handling.ParseEntryPlace(p.Place); err != nil {
		return nil, err
	}
	if f.UpTo, err = h.seeLedger(ctx, r.Ledger, r.Params.AtLeast, query.Accounts, query.Entries); err != nil {
		return nil, err
	}
	if f.Assets, err = h.assetsOf(ctx, r.Ledger, r.Address, r.Params.Asset); err != nil {
		return nil, err
	}
	var rows []query.Entry
	if len(f.Assets) > 0 {
		if rows, err = h.ports.Accounts.Entries(ctx, f); err != nil {
			return nil, request.Unavailable(err)
		}
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(e query.Entry) string {
		return handling.EntryPlace(query.EntryPlace{EffectiveAt: e.EffectiveAt, Position: e.Position, Line: e.Line})
	})
	return api.ListEntries200JSONResponse{Data: handling.Each(rows, entryOf), HasMore: more, NextCursor: next}, nil
}

// assetsOf returns the assets of an account: the one asked for, or all that it ever held.
func (h *Handlers) assetsOf(ctx context.Context, name, address, asset string) ([]string, error) {
	if asset != "" {
		return []string{asset}, nil
	}
	balances, err := h.ports.Accounts.Balances(ctx, name, "", address)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	return handling.Each(balances, func(b query.Balance) string { return b.Asset }), nil
}

// entryOf shows an entry.
func entryOf(e query.Entry) api.Entry {
	amount := journal.FormatAmount(e.Posting.Amount)
	return api.Entry{
		TransactionID: e.Transaction, Number: e.Number, Position: handling.Position(e.Position), Type: e.Type,
		Side: handling.Side(e.Posting.Side), Amount: amount, Asset: e.Posting.Asset,
		Balance:     e.Balance.StringFixed(handling.Scale(e.Posting.Amount)),
		EffectiveAt: handling.Time(e.EffectiveAt), RecordedAt: handling.Time(e.RecordedAt),
		Reference: e.Reference, Description: e.Description,
	}
}
