package wallets

import (
	"context"
	"errors"
	"fmt"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	wallets "github.com/florinledger/florin/wallet/query"
)

// CreateHold implements api.StrictServerInterface.
func (h *Handlers) CreateHold(ctx context.Context, r api.CreateHoldRequestObject) (api.CreateHoldResponseObject, error) {
	b := r.Body
	c := wallet.PlaceHold{
		As: handling.ActingAs(request.CallOf(ctx).Principal), WalletID: b.WalletID, Amount: ledger.Money{Amount: b.Amount.Amount, Asset: b.Amount.Asset},
		Payee: wallet.Payee{ToWallet: b.ToWallet, ToAccount: b.ToAccount}, Description: b.Description, Metadata: b.Metadata,
		ExpiresAt: b.ExpiresAt, ExpiresIn: b.ExpiresIn,
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	shown, later, err := h.onHold(ctx, handling.Order{
		CommandType: wallet.CommandPlaceHold, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun,
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateHold202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.CreateHold201JSONResponse(shown), nil
}

// CaptureHold implements api.StrictServerInterface.
func (h *Handlers) CaptureHold(ctx context.Context, r api.CaptureHoldRequestObject) (api.CaptureHoldResponseObject, error) {
	c := wallet.CaptureHold{
		As: handling.ActingAs(request.CallOf(ctx).Principal), HoldID: r.ID, Final: r.Body.Final,
		Payee: wallet.Payee{ToWallet: r.Body.ToWallet, ToAccount: r.Body.ToAccount},
	}
	if m := r.Body.Amount; m != nil {
		c.Amount = &ledger.Money{Amount: m.Amount, Asset: m.Asset}
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	shown, later, err := h.onHold(ctx, handling.Order{
		CommandType: wallet.CommandCaptureHold, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun,
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CaptureHold202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.CaptureHold200JSONResponse(shown), nil
}

// IncreaseHold implements api.StrictServerInterface.
func (h *Handlers) IncreaseHold(ctx context.Context, r api.IncreaseHoldRequestObject) (api.IncreaseHoldResponseObject, error) {
	c := wallet.IncreaseHold{
		As: handling.ActingAs(request.CallOf(ctx).Principal), HoldID: r.ID, Amount: ledger.Money{Amount: r.Body.Amount.Amount, Asset: r.Body.Amount.Asset},
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	shown, later, err := h.onHold(ctx, handling.Order{
		CommandType: wallet.CommandIncreaseHold, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun,
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.IncreaseHold202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.IncreaseHold200JSONResponse(shown), nil
}

// ReleaseHold implements api.StrictServerInterface.
func (h *Handlers) ReleaseHold(ctx context.Context, r api.ReleaseHoldRequestObject) (api.ReleaseHoldResponseObject, error) {
	c := wallet.ReleaseHold{As: handling.ActingAs(request.CallOf(ctx).Principal), HoldID: r.ID}
	shown, later, err := h.onHold(ctx, handling.Order{
		CommandType: wallet.CommandReleaseHold, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun,
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.ReleaseHold202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	return api.ReleaseHold200JSONResponse(shown), nil
}

// onHold has a command on a hold decided and shows the hold as it left it.
func (h *Handlers) onHold(ctx context.Context, o handling.Order) (api.Hold, *api.AcceptedJSONResponse, error) {
	a, later, err := h.Submit(ctx, o)
	if err != nil || later != nil {
		return api.Hold{}, later, err
	}
	shown, err := h.HoldAfter(ctx, a)
	if err == nil {
		request.CallOf(ctx).SetVersion(shown.Version)
	}
	return shown, nil, err
}

// HoldAfter shows a hold as the last event of a command left it. The event that placed it, which
// its id names, is read from the journal.
func (h *Handlers) HoldAfter(ctx context.Context, a journal.Answer) (api.Hold, error) {
	if len(a.Events) == 0 {
		return api.Hold{}, fmt.Errorf("command %s, a %s, has no events", a.Outcome.Command, a.Outcome.Type)
	}
	last := &a.Events[len(a.Events)-1]
	if err := h.Registry.Decode(last); err != nil {
		return api.Hold{}, err
	}
	placing := last
	if _, ok := last.Body.(wallet.HoldPlaced); !ok {
		var err error
		if placing, err = h.placing(ctx, last); err != nil {
			return api.Hold{}, err
		}
	}
	hold, err := wallet.ShowHold(placing, last)
	return holdOf(hold), err
}

// placing returns the event that placed the hold that another event is about.
func (h *Handlers) placing(ctx context.Context, e *journal.Event) (*journal.Event, error) {
	var id string
	switch body := e.Body.(type) {
	case wallet.HoldIncreased:
		id = body.HoldID
	case wallet.HoldCaptured:
		id = body.HoldID
	case wallet.HoldReleased:
		id = body.HoldID
	case wallet.HoldExpired:
		id = body.HoldID
	}
	place, err := journal.ParsePlaceID("hld", id)
	if err != nil {
		return nil, fmt.Errorf("event %d, a %s, is not of a hold: %w", e.Position, e.Type, err)
	}
	placing, found, err := h.EventAt(ctx, place.Position())
	switch {
	case err != nil:
		return nil, err
	case !found || !place.Names(&placing):
		return nil, errors.New("hold " + id + " was placed by no event of the journal")
	}
	return &placing, h.Registry.Decode(&placing)
}

// GetHold implements api.StrictServerInterface. A hold is the business of who pays and who is paid.
func (h *Handlers) GetHold(ctx context.Context, r api.GetHoldRequestObject) (api.GetHoldResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	hold, ok, err := h.ports.Wallets.Hold(ctx, r.ID)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	if ok {
		if ok, err = h.mayHold(ctx, hold); err != nil {
			return nil, err
		}
	}
	if !ok {
		return nil, &request.Problem{Code: "hold-not-found"}
	}
	request.CallOf(ctx).SetVersion(hold.Version)
	return api.GetHold200JSONResponse(holdOf(hold)), nil
}

// mayHold reports whether the caller has a part in a hold.
func (h *Handlers) mayHold(ctx context.Context, hold wallet.Hold) (bool, error) {
	principal := request.CallOf(ctx).Principal
	for _, id := range [...]string{hold.WalletID, hold.ToWallet} {
		if id == "" {
			continue
		}
		w, ok, err := h.ports.Wallets.Wallet(ctx, id)
		switch {
		case err != nil:
			return false, request.Unavailable(err)
		case ok && handling.MaySee(principal, w.Owner):
			return true, nil
		}
	}
	return false, nil
}

// holdOf shows a hold.
func holdOf(h wallet.Hold) api.Hold {
	in := func(amount string) api.SignedMoney { return api.SignedMoney{Amount: amount, Asset: h.Amount.Asset} }
	return api.Hold{
		ID: h.ID, WalletID: h.WalletID, Amount: handling.Money(h.Amount), Captured: in(h.Captured), Released: in(h.Released),
		Remaining: in(h.Remaining), Status: api.HoldStatus(h.Status), ToWallet: h.ToWallet, ToAccount: h.ToAccount,
		ExpiresAt: handling.TimeIfAny(h.ExpiresAt), Description: h.Description, Metadata: handling.Metadata(h.Metadata), CreatedAt: handling.Time(h.CreatedAt), Version: h.Version,
	}
}
