package wallets

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/wallet"
	wallets "github.com/florinledger/florin/wallet/query"
)

// ListWalletEntries implements api.StrictServerInterface.
func (h *Handlers) ListWalletEntries(ctx context.Context, r api.ListWalletEntriesRequestObject) (api.ListWalletEntriesResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f := wallets.EntryFilter{
		Wallet: r.ID, Asset: r.Params.Asset, Order: query.ByRecorded, From: r.Params.From, Until: r.Params.Until, Limit: p.Limit + 1,
	}
	if r.Params.Order == api.EntryOrderEffective {
		f.Order = query.ByEffective
	}
	if f.Before, err = handling.ParseEntryPlace(p.Place); err != nil {
		return nil, err
	}
	if _, f.UpTo, err = h.seeWallet(ctx, r.ID, r.Params.AtLeast); err != nil {
		return nil, err
	}
	rows, err := h.ports.Statements.WalletEntries(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(e wallets.Entry) string {
		return handling.EntryPlace(query.EntryPlace{EffectiveAt: e.EffectiveAt, Position: e.Position, Line: e.Line})
	})
	return api.ListWalletEntries200JSONResponse{Data: handling.Each(rows, walletEntryOf), HasMore: more, NextCursor: next}, nil
}

// seeWallet is See for reads of what moved in one wallet, which must be there for the caller. It answers
// up to where everything was seen.
//
// Errors: those of See, wallet-not-found.
func (h *Handlers) seeWallet(ctx context.Context, id, atLeast string) (w wallet.Wallet, at int64, err error) {
	if at, err = h.See(ctx, atLeast, query.Accounts, query.Entries, wallets.Wallets); err != nil {
		return w, at, err
	}
	w, ok, err := h.ports.Wallets.Wallet(ctx, id)
	switch {
	case err != nil:
		return w, at, request.Unavailable(err)
	case !ok || !handling.MaySee(request.CallOf(ctx).Principal, w.Owner):
		return w, at, &request.Problem{Code: "wallet-not-found"}
	}
	return w, at, nil
}

// walletEntryOf shows an entry of a wallet.
func walletEntryOf(e wallets.Entry) api.WalletEntry {
	return api.WalletEntry{
		TransactionID: e.Transaction, Number: e.Number, Type: e.Type, Position: handling.Position(e.Position),
		EffectiveAt: handling.Time(e.EffectiveAt), RecordedAt: handling.Time(e.RecordedAt), Asset: e.Asset,
		Reference: e.Reference, Description: e.Description, HoldID: e.Hold, Counterparties: e.Counterparties,
		Changes: walletAmountsOf(e.Changes), Balances: walletAmountsOf(e.Balances),
	}
}

func walletAmountsOf(b wallets.Balance) api.WalletAmounts {
	total := b.Total()
	scale := handling.Scale(total)
	return api.WalletAmounts{
		Available: b.Available.StringFixed(scale), Held: b.Held.StringFixed(scale), Pending: b.Pending.StringFixed(scale),
		Disputed: b.Disputed.StringFixed(scale), Total: total.StringFixed(scale),
	}
}
