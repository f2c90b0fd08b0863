package wallets

import (
	"context"
	"strconv"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	wallets "github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// GetWithdrawal implements api.StrictServerInterface. Who executes it reads where it goes.
func (h *Handlers) GetWithdrawal(ctx context.Context, r api.GetWithdrawalRequestObject) (api.GetWithdrawalResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	place, err := withdrawal.Place(r.ID)
	if err != nil || place.Shard() != handling.MainShard {
		return nil, request.ProblemOf(withdrawal.ErrNotFound)
	}
	at, ok, err := h.ports.Withdrawals.Withdrawal(ctx, place.Position())
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok:
		return nil, request.ProblemOf(withdrawal.ErrNotFound)
	}
	found, err := h.withdrawalsAt(ctx, []wallets.FoundWithdrawal{at})
	if err != nil {
		return nil, err
	}
	w, principal := found[0], request.CallOf(ctx).Principal
	if w.ID != r.ID || !handling.MaySee(principal, w.Owner) { // of an epoch that was given up, or somebody else's
		return nil, request.ProblemOf(withdrawal.ErrNotFound)
	}
	shown, err := h.withdrawalOf(ctx, w, principal.Roles.Has(request.RoleFinance|request.RoleAdmin))
	if err != nil {
		return nil, err
	}
	request.CallOf(ctx).SetVersion(w.Version)
	return api.GetWithdrawal200JSONResponse(shown), nil
}

// ListWithdrawals implements api.StrictServerInterface. A user sees those of his own wallets.
func (h *Handlers) ListWithdrawals(ctx context.Context, r api.ListWithdrawalsRequestObject) (api.ListWithdrawalsResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f := wallets.WithdrawalFilter{
		WalletID: r.Params.WalletID, Status: withdrawal.Status(r.Params.Status), From: r.Params.From, Until: r.Params.Until, Limit: p.Limit + 1,
	}
	if p.Place != "" {
		if f.Before, err = strconv.ParseInt(p.Place, 10, 64); err != nil {
			return nil, &request.Problem{Code: "invalid-cursor", Cause: err}
		}
	}
	if _, err := h.See(ctx, r.Params.AtLeast, wallets.Wallets); err != nil {
		return nil, err
	}
	principal := request.CallOf(ctx).Principal
	if f.WalletID != "" {
		w, ok, err := h.ports.Wallets.Wallet(ctx, f.WalletID)
		switch {
		case err != nil:
			return nil, request.Unavailable(err)
		case !ok || !handling.MaySee(principal, w.Owner):
			return nil, &request.Problem{Code: "wallet-not-found"}
		}
	}
	if !handling.MaySee(principal, "") {
		f.Owner = principal.Subject
	}
	found, err := h.ports.Withdrawals.Withdrawals(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	found, more, next := handling.Turn(ctx, p, found, func(at wallets.FoundWithdrawal) string { return strconv.FormatInt(at.Requested, 10) })
	list, err := h.withdrawalsAt(ctx, found)
	if err != nil {
		return nil, err
	}
	data := make([]api.Withdrawal, len(list))
	for i, w := range list {
		if data[i], err = h.withdrawalOf(ctx, w, false); err != nil {
			return nil, err
		}
	}
	return api.ListWithdrawals200JSONResponse{Data: data, HasMore: more, NextCursor: next}, nil
}

// withdrawalsAt returns the withdrawals that were found, in the order given, from the journal.
func (h *Handlers) withdrawalsAt(ctx context.Context, found []wallets.FoundWithdrawal) ([]withdrawal.Withdrawal, error) {
	if len(found) == 0 {
		return nil, nil
	}
	positions := make([]int64, 0, 2*len(found))
	for _, at := range found {
		positions = append(positions, at.Requested)
		if at.Last != at.Requested {
			positions = append(positions, at.Last)
		}
	}
	events, err := h.Journal.EventsAt(ctx, handling.MainShard, positions)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	byPosition := make(map[int64]*journal.Event, len(events))
	for i := range events {
		if err := h.Registry.Decode(&events[i]); err != nil {
			return nil, err
		}
		byPosition[events[i].Position] = &events[i]
	}
	out := make([]withdrawal.Withdrawal, len(found))
	for i, at := range found {
		requesting, last := byPosition[at.Requested], byPosition[at.Last]
		if requesting == nil || last == nil {
			return nil, handling.NotInJournal(at.Last)
		}
		if out[i], err = withdrawal.Show(requesting, last); err != nil {
			return nil, err
		}
	}
	return out, nil
}
