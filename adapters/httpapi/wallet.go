package httpapi

import (
	"cmp"
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/wallet"
	wallets "github.com/florinledger/florin/wallet/query"
)

// CreateWallet implements api.StrictServerInterface.
func (h *walletsHandlers) CreateWallet(ctx context.Context, r api.CreateWalletRequestObject) (api.CreateWalletResponseObject, error) {
	as := asOf(callOf(ctx).principal)
	c := wallet.OpenWallet{As: as, Owner: r.Body.OwnerID, Name: r.Body.Name, Metadata: r.Body.Metadata, TimeZone: r.Body.TimeZone}
	if c.Owner == "" {
		c.Owner = as.Principal
	}
	if err := malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.submit(ctx, order{commandType: wallet.CommandOpenWallet, data: c, key: r.Params.IdempotencyKey})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateWallet202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	w, err := h.openedOf(a)
	if err == nil {
		callOf(ctx).setVersion(w.Version)
	}
	return api.CreateWallet201JSONResponse(w), err
}

// openedOf shows the wallet that a command opened.
func (h *walletsHandlers) openedOf(a journal.Answer) (api.Wallet, error) {
	e, _, err := only[wallet.Opened](h.registry, a)
	if err != nil {
		return api.Wallet{}, err
	}
	w, err := wallet.ShowWallet(e)
	return walletOf(w, nil), err
}

// GetWallet implements api.StrictServerInterface.
func (h *walletsHandlers) GetWallet(ctx context.Context, r api.GetWalletRequestObject) (api.GetWalletResponseObject, error) {
	if _, err := h.see(ctx, r.Params.AtLeast, query.Accounts, wallets.Wallets); err != nil {
		return nil, err
	}
	w, ok, err := h.ports.Wallets.Wallet(ctx, r.ID)
	switch {
	case err != nil:
		return nil, away(err)
	case !ok || !maySee(callOf(ctx).principal, w.Owner):
		return nil, &Problem{Code: "wallet-not-found"}
	}
	shown, err := h.walletsOf(ctx, []wallet.Wallet{w})
	if err != nil {
		return nil, err
	}
	callOf(ctx).setVersion(w.Version)
	return api.GetWallet200JSONResponse(shown[0]), nil
}

// ListWallets implements api.StrictServerInterface. A user sees his own, whatever he asks for.
func (h *walletsHandlers) ListWallets(ctx context.Context, r api.ListWalletsRequestObject) (api.ListWalletsResponseObject, error) {
	p, err := h.page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.see(ctx, r.Params.AtLeast, query.Accounts, wallets.Wallets); err != nil {
		return nil, err
	}
	principal := callOf(ctx).principal
	f := wallets.WalletFilter{Owner: r.Params.OwnerID, Status: wallet.Status(r.Params.Status), Asset: r.Params.Asset, After: p.place, Limit: p.limit + 1}
	if !maySee(principal, f.Owner) {
		if f.Owner != "" {
			return api.ListWallets200JSONResponse{Data: []api.Wallet{}}, nil
		}
		f.Owner = principal.Subject
	}
	rows, err := h.ports.Wallets.Wallets(ctx, f)
	if err != nil {
		return nil, away(err)
	}
	rows, more, next := turn(ctx, p, rows, func(w wallet.Wallet) string { return w.ID })
	data, err := h.walletsOf(ctx, rows)
	return api.ListWallets200JSONResponse{Data: data, HasMore: more, NextCursor: next}, err
}

// walletsOf shows wallets with their balances, in the order given.
func (h *walletsHandlers) walletsOf(ctx context.Context, rows []wallet.Wallet) ([]api.Wallet, error) {
	if len(rows) == 0 {
		return []api.Wallet{}, nil
	}
	parts := wallet.Parts()
	addresses := make([]string, 0, len(parts)*len(rows))
	for _, w := range rows {
		for _, part := range parts {
			addresses = append(addresses, wallet.Account(w.ID, part))
		}
	}
	balances, err := h.ports.Balances.Balances(ctx, ledger.Main, "", addresses...)
	if err != nil {
		return nil, away(err)
	}
	of := make(map[string][]query.Balance, len(addresses))
	for _, b := range balances {
		of[b.Address] = append(of[b.Address], b)
	}
	return each(rows, func(w wallet.Wallet) api.Wallet { return walletOf(w, of) }), nil
}

// walletOf shows a wallet with what its accounts hold, by asset.
func walletOf(w wallet.Wallet, of map[string][]query.Balance) api.Wallet {
	held := map[string]map[wallet.Part]decimal.Decimal{}
	assets := []string{}
	for _, part := range wallet.Parts() {
		for _, b := range of[wallet.Account(w.ID, part)] {
			if held[b.Asset] == nil {
				held[b.Asset] = map[wallet.Part]decimal.Decimal{}
				assets = append(assets, b.Asset)
			}
			held[b.Asset][part] = onNormalSide(b)
		}
	}
	for asset := range w.Credit {
		if held[asset] == nil {
			held[asset] = map[wallet.Part]decimal.Decimal{}
			assets = append(assets, asset)
		}
	}
	slices.Sort(assets)
	return api.Wallet{
		ID: w.ID, OwnerID: w.Owner, Name: w.Name, Status: api.WalletStatus(w.Status), Metadata: metadataOf(w.Metadata),
		SpendingLimits: spendingOf(w), TimeZone: cmp.Or(w.TimeZone, wallet.UTC), CreatedAt: shown(w.CreatedAt), Version: w.Version,
		Balances: each(assets, func(asset string) api.WalletBalance {
			of := held[asset]
			scale := scaleOf(creditOf(w, asset), of[wallet.Available], of[wallet.Held], of[wallet.Pending], of[wallet.Disputed])
			return api.WalletBalance{
				Asset: asset, Available: of[wallet.Available].StringFixed(scale), Held: of[wallet.Held].StringFixed(scale),
				Pending: of[wallet.Pending].StringFixed(scale), Disputed: of[wallet.Disputed].StringFixed(scale),
				CreditLimit: creditOf(w, asset).StringFixed(scale),
			}
		}),
	}
}

// creditOf is how far below zero a wallet may go in an asset.
func creditOf(w wallet.Wallet, asset string) decimal.Decimal {
	credit, err := decimal.NewFromString(w.Credit[asset])
	if err != nil {
		return decimal.Zero // none was ever set
	}
	return credit
}
