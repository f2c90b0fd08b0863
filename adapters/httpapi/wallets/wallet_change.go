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

// ChangeWallet implements api.StrictServerInterface. The answer is the wallet as it is read then, with
// what was changed, whatever the read model knows of it yet.
func (h *Handlers) ChangeWallet(ctx context.Context, r api.ChangeWalletRequestObject) (api.ChangeWalletResponseObject, error) {
	c := wallet.ChangeWallet{As: handling.ActingForAnybody(request.CallOf(ctx).Principal), WalletID: r.ID, Changes: wallet.Changes{
		Name: r.Body.Name, Metadata: (*map[string]string)(r.Body.Metadata), TimeZone: r.Body.TimeZone,
	}}
	var err error
	if c.IfVersion, err = request.IfMatch(r.Params.IfMatch); err != nil {
		return nil, err
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, _, err := h.Submit(ctx, handling.Order{CommandType: wallet.CommandChangeWallet, Data: c, Waits: true})
	if err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, "", query.Accounts, wallets.Wallets); err != nil {
		return nil, err
	}
	w, ok, err := h.ports.Wallets.Wallet(ctx, r.ID)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok: // it was opened a moment ago, and is changed; only the reading is late
		return nil, &request.Problem{Code: "not-yet-visible"}
	}
	if at := a.Outcome.First; a.Outcome.Count > 0 && w.Version < at {
		c.Apply(&w)
		w.Version = at
	}
	all, err := h.walletsOf(ctx, []wallet.Wallet{w})
	if err != nil {
		return nil, err
	}
	request.CallOf(ctx).SetVersion(w.Version)
	return api.ChangeWallet200JSONResponse(all[0]), nil
}
