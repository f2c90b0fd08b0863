package wallets

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/alert"
	wallets "github.com/florinledger/florin/wallet/query"
)

// CreateAlert implements api.StrictServerInterface.
func (h *Handlers) CreateAlert(ctx context.Context, r api.CreateAlertRequestObject) (api.CreateAlertResponseObject, error) {
	b := r.Body
	c := alert.CreateAlert{
		As: handling.ActingAs(request.CallOf(ctx).Principal), WalletID: b.WalletID, Asset: b.Asset, Bound: alert.Bound{Below: b.Below, Above: b.Above},
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.Submit(ctx, handling.Order{CommandType: alert.CommandCreateAlert, Data: c, Key: r.Params.IdempotencyKey})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateAlert202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	shown, err := h.AlertOf(a)
	if err == nil {
		request.CallOf(ctx).SetVersion(shown.Version)
	}
	return api.CreateAlert201JSONResponse(shown), err
}

// AlertOf shows the alert that a command made.
func (h *Handlers) AlertOf(a journal.Answer) (api.Alert, error) {
	e, _, err := handling.Only[alert.Created](h.Registry, a)
	if err != nil {
		return api.Alert{}, err
	}
	shown, err := alert.Show(e)
	return showAlert(shown), err
}

// GetAlert implements api.StrictServerInterface.
func (h *Handlers) GetAlert(ctx context.Context, r api.GetAlertRequestObject) (api.GetAlertResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	a, ok, err := h.ports.Wallets.Alert(ctx, r.ID)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok || !handling.MaySee(request.CallOf(ctx).Principal, a.Owner):
		return nil, &request.Problem{Code: "alert-not-found"}
	}
	request.CallOf(ctx).SetVersion(a.Version)
	return api.GetAlert200JSONResponse(showAlert(a.Alert)), nil
}

// ListAlerts implements api.StrictServerInterface. A user sees those of his own wallets.
func (h *Handlers) ListAlerts(ctx context.Context, r api.ListAlertsRequestObject) (api.ListAlertsResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	f := wallets.AlertFilter{WalletID: r.Params.WalletID, After: p.Place, Limit: p.Limit + 1}
	if f.Owner, err = h.whose(ctx, f.WalletID); err != nil {
		return nil, err
	}
	rows, err := h.ports.Wallets.Alerts(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(a wallets.Alert) string { return a.ID })
	return api.ListAlerts200JSONResponse{
		Data: handling.Each(rows, func(a wallets.Alert) api.Alert { return showAlert(a.Alert) }), HasMore: more, NextCursor: next,
	}, nil
}

// whose says whose things a list shows that may be of one wallet: the caller's own, or, to who may see all, anybody's,
// which is empty. Errors: wallet-not-found when the wallet is not one that the caller may see.
func (h *Handlers) whose(ctx context.Context, walletID string) (owner string, err error) {
	principal := request.CallOf(ctx).Principal
	if walletID != "" {
		w, ok, err := h.ports.Wallets.Wallet(ctx, walletID)
		switch {
		case err != nil:
			return "", request.Unavailable(err)
		case !ok || !handling.MaySee(principal, w.Owner):
			return "", &request.Problem{Code: "wallet-not-found"}
		}
	}
	if handling.MaySee(principal, "") {
		return "", nil
	}
	return principal.Subject, nil
}

// DeleteAlert implements api.StrictServerInterface.
func (h *Handlers) DeleteAlert(ctx context.Context, r api.DeleteAlertRequestObject) (api.DeleteAlertResponseObject, error) {
	c := alert.DeleteAlert{As: handling.ActingAs(request.CallOf(ctx).Principal), AlertID: r.ID}
	_, _, err := h.Submit(ctx, handling.Order{CommandType: alert.CommandDeleteAlert, Data: c, Key: r.Params.IdempotencyKey, Waits: true})
	return api.DeleteAlert204Response{}, err
}

// showAlert shows an alert.
func showAlert(a alert.Alert) api.Alert {
	return api.Alert{
		ID: a.ID, WalletID: a.WalletID, Asset: a.Asset, Below: a.Below, Above: a.Above, Fired: a.Fired,
		LastFiredAt: handling.TimeIfAny(a.LastFiredAt), CreatedAt: handling.Time(a.CreatedAt), Version: a.Version,
	}
}
