package httpapi

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/alert"
	wallets "github.com/florinledger/florin/wallet/query"
)

// CreateAlert implements api.StrictServerInterface.
func (h *walletsHandlers) CreateAlert(ctx context.Context, r api.CreateAlertRequestObject) (api.CreateAlertResponseObject, error) {
	b := r.Body
	c := alert.CreateAlert{
		As: asOf(callOf(ctx).principal), WalletID: b.WalletID, Asset: b.Asset, Bound: alert.Bound{Below: b.Below, Above: b.Above},
	}
	if err := malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.submit(ctx, order{commandType: alert.CommandCreateAlert, data: c, key: r.Params.IdempotencyKey})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateAlert202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	shown, err := h.alertOf(a)
	if err == nil {
		callOf(ctx).setVersion(shown.Version)
	}
	return api.CreateAlert201JSONResponse(shown), err
}

// alertOf shows the alert that a command made.
func (h *walletsHandlers) alertOf(a journal.Answer) (api.Alert, error) {
	e, _, err := only[alert.Created](h.registry, a)
	if err != nil {
		return api.Alert{}, err
	}
	shown, err := alert.Show(e)
	return showAlert(shown), err
}

// GetAlert implements api.StrictServerInterface.
func (h *walletsHandlers) GetAlert(ctx context.Context, r api.GetAlertRequestObject) (api.GetAlertResponseObject, error) {
	if _, err := h.see(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	a, ok, err := h.ports.Wallets.Alert(ctx, r.ID)
	switch {
	case err != nil:
		return nil, away(err)
	case !ok || !maySee(callOf(ctx).principal, a.Owner):
		return nil, &Problem{Code: "alert-not-found"}
	}
	callOf(ctx).setVersion(a.Version)
	return api.GetAlert200JSONResponse(showAlert(a.Alert)), nil
}

// ListAlerts implements api.StrictServerInterface. A user sees those of his own wallets.
func (h *walletsHandlers) ListAlerts(ctx context.Context, r api.ListAlertsRequestObject) (api.ListAlertsResponseObject, error) {
	p, err := h.page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.see(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	f := wallets.AlertFilter{WalletID: r.Params.WalletID, After: p.place, Limit: p.limit + 1}
	if f.Owner, err = h.whose(ctx, f.WalletID); err != nil {
		return nil, err
	}
	rows, err := h.ports.Wallets.Alerts(ctx, f)
	if err != nil {
		return nil, away(err)
	}
	rows, more, next := turn(ctx, p, rows, func(a wallets.Alert) string { return a.ID })
	return api.ListAlerts200JSONResponse{
		Data: each(rows, func(a wallets.Alert) api.Alert { return showAlert(a.Alert) }), HasMore: more, NextCursor: next,
	}, nil
}

// whose says whose things a list shows that may be of one wallet: the caller's own, or, to who may see all, anybody's,
// which is empty. Errors: wallet-not-found when the wallet is not one that the caller may see.
func (h *walletsHandlers) whose(ctx context.Context, walletID string) (owner string, err error) {
	principal := callOf(ctx).principal
	if walletID != "" {
		w, ok, err := h.ports.Wallets.Wallet(ctx, walletID)
		switch {
		case err != nil:
			return "", away(err)
		case !ok || !maySee(principal, w.Owner):
			return "", &Problem{Code: "wallet-not-found"}
		}
	}
	if maySee(principal, "") {
		return "", nil
	}
	return principal.Subject, nil
}

// DeleteAlert implements api.StrictServerInterface.
func (h *walletsHandlers) DeleteAlert(ctx context.Context, r api.DeleteAlertRequestObject) (api.DeleteAlertResponseObject, error) {
	c := alert.DeleteAlert{As: asOf(callOf(ctx).principal), AlertID: r.ID}
	_, _, err := h.submit(ctx, order{commandType: alert.CommandDeleteAlert, data: c, key: r.Params.IdempotencyKey, waits: true})
	return api.DeleteAlert204Response{}, err
}

// showAlert shows an alert.
func showAlert(a alert.Alert) api.Alert {
	return api.Alert{
		ID: a.ID, WalletID: a.WalletID, Asset: a.Asset, Below: a.Below, Above: a.Above, Fired: a.Fired,
		LastFiredAt: shownIfAny(a.LastFiredAt), CreatedAt: shown(a.CreatedAt), Version: a.Version,
	}
}
