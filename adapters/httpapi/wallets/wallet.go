package wallets

import (
	"cmp"
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/wallet"
	wallets "github.com/florinledger/florin/wallet/query"
)

// CreateWallet implements api.StrictServerInterface.
func (h *Handlers) CreateWallet(ctx context.Context, r api.CreateWalletRequestObject) (api.CreateWalletResponseObject, error) {
	as := handling.ActingAs(request.CallOf(ctx).Principal)
	c := wallet.OpenWallet{As: as, Owner: r.Body.OwnerID, Name: r.Body.Name, Metadata: r.Body.Metadata, TimeZone: r.Body.TimeZone}
	if c.Owner == "" {
		c.Owner = as.Principal
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.Submit(ctx, handling.Order{CommandType: wallet.CommandOpenWallet, Data: c, Key: r.Params.IdempotencyKey})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateWallet202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	w, err := h.OpenedOf(a)
	if err == nil {
		request.CallOf(ctx).SetVersion(w.Version)
	}
	return api.CreateWallet201JSONResponse(w), err
}

// OpenedOf shows the wallet that a command opened.
func (h *Handlers) OpenedOf(a journal.Answer) (api.Wallet, error) {
	e, _, err := handling.Only[wallet.Opened](h.Registry, a)
	if err != nil {
		return api.Wallet{}, err
	}
	w, err := wallet.ShowWallet(e)
	return walletOf(w, nil), err
}

// GetWallet implements api.StrictServerInterface.
func (h *Handlers) GetWallet(ctx context.Context, r api.GetWalletRequestObject) (api.GetWalletResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, query.Accounts, wallets.Wallets); err != nil {
		return nil, err
	}
	w, ok, err := h.ports.Wallets.Wallet(ctx, r.ID)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok || !handling.MaySee(request.CallOf(ctx).Principal, w.Owner):
		return nil, &request.Problem{Code: "wallet-not-found"}
	}
	shown, err := h.walletsOf(ctx, []wallet.Wallet{w})
	if err != nil {
		return nil, err
	}
	request.CallOf(ctx).SetVersion(w.Version)
	return api.GetWallet200JSONResponse(shown[0]), nil
}

// ListWallets implements api.StrictServerInterface. A user sees his own, whatever he asks for.
func (h *Handlers) ListWallets(ctx context.Context, r api.ListWalletsRequestObject) (api.ListWalletsResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, r.Params.AtLeast, query.Accounts, wallets.Wallets); err != nil {
		return nil, err
	}
	principal := request.CallOf(ctx).Principal
	f := wallets.WalletFilter{Owner: r.Params.OwnerID, Status: wallet.Status(r.Params.Status), Asset: r.Params.Asset, After: p.Place, Limit: p.Limit + 1}
	if !handling.MaySee(principal, f.Owner) {
		if f.Owner != "" {
			return api.ListWallets200JSONResponse{Data: []api.Wallet{}}, nil
		}
		f.Owner = principal.Subject
	}
	rows, err := h.ports.Wallets.Wallets(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(w wallet.Wallet) string { return w.ID })
	data, err := h.walletsOf(ctx, rows)
	return api.ListWallets200JSONResponse{Data: data, HasMore: more, NextCursor: next}, err
}

// walletsOf shows wallets with their balances, in the order given.
func (h *Handlers) walletsOf(ctx context.Context, rows []wallet.Wallet) ([]api.Wallet, error) {
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
		return nil, request.Unavailable(err)
	}
	of := make(map[string][]query.Balance, len(addresses))
	for _, b := range balances {
		of[b.Address] = append(of[b.Address], b)
	}
	return handling.Each(rows, func(w wallet.Wallet) api.Wallet { return walletOf(w, of) }), nil
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
			held[b.Asset][part] = handling.OnNormalSide(b)
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
		ID: w.ID, OwnerID: w.Owner, Name: w.Name, Status: api.WalletStatus(w.Status), Metadata: handling.Metadata(w.Metadata),
		SpendingLimits: spendingOf(w), TimeZone: cmp.Or(w.TimeZone, wallet.UTC), CreatedAt: handling.Time(w.CreatedAt), Version: w.Version,
		Balances: handling.Each(assets, func(asset string) api.WalletBalance {
			of := held[asset]
			scale := handling.Scale(creditOf(w, asset), of[wallet.Available], of[wallet.Held], of[wallet.Pending], of[wallet.Disputed])
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
