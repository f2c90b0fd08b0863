package httpapi

import (
	"context"
	"strconv"
	"strings"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/wallet"
	wallets "github.com/florinledger/florin/wallet/query"
)

// CreateTransfer implements api.StrictServerInterface.
func (h *Handlers) CreateTransfer(ctx context.Context, r api.CreateTransferRequestObject) (api.CreateTransferResponseObject, error) {
	b := r.Body
	c := wallet.Transfer{
		As: asOf(callOf(ctx).principal), FromWallet: b.FromWallet, ToWallet: b.ToWallet,
		Amount: ledger.Money{Amount: b.Amount.Amount, Asset: b.Amount.Asset}, Description: b.Description, Reference: b.Reference, Metadata: b.Metadata,
	}
	if err := malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.submit(ctx, order{
		commandType: wallet.CommandTransfer, data: c, key: r.Params.IdempotencyKey, dryRun: r.Params.DryRun,
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateTransfer202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	t, err := h.transactionOf(a)
	// Whose the other wallet is, the caller need not be told: what it holds he is not.
	return api.CreateTransfer201JSONResponse(h.seenBy(callOf(ctx).principal, t, c.FromWallet)), err
}

// seenBy leaves of a transaction what its caller may see: of a user's, the balances of his own wallets.
func (h *Handlers) seenBy(p Principal, t api.Transaction, own ...string) api.Transaction {
	if p.Roles.Has(RoleService | RoleFinance | RoleAdmin) {
		return t
	}
	for i := range t.Postings {
		mine := false
		for _, id := range own {
			mine = mine || strings.HasPrefix(t.Postings[i].Account, wallet.Account(id, ""))
		}
		if !mine {
			t.Postings[i].BalanceAfter = ""
		}
	}
	return t
}

// GetTransfer implements api.StrictServerInterface.
func (h *Handlers) GetTransfer(ctx context.Context, r api.GetTransferRequestObject) (api.GetTransferResponseObject, error) {
	if _, err := h.see(ctx, r.Params.AtLeast, query.Accounts, wallets.Wallets); err != nil {
		return nil, err
	}
	place, err := journal.ParsePlaceID("txn", r.ID)
	if err != nil || place.Shard() != mainShard {
		return nil, &Problem{Code: "transaction-not-found"}
	}
	events, err := h.ports.Journal.EventsAt(ctx, mainShard, []int64{place.Position()})
	if err != nil {
		return nil, away(err)
	}
	if len(events) != 1 || !place.Names(&events[0]) || events[0].Type != wallet.TypeTransferred {
		return nil, &Problem{Code: "transaction-not-found"}
	}
	t, err := h.transaction(&events[0], "")
	if err != nil {
		return nil, err
	}
	own, err := h.ownOf(ctx, &events[0])
	if err == nil && len(own) == 0 {
		err = &Problem{Code: "transaction-not-found"}
	}
	return api.GetTransfer200JSONResponse(h.seenBy(callOf(ctx).principal, t, own...)), err
}

// ownOf returns which wallets of a transfer the caller may see.
func (h *Handlers) ownOf(ctx context.Context, e *journal.Event) (own []string, err error) {
	body, ok := e.Body.(wallet.Transferred)
	if !ok {
		return nil, nil
	}
	for _, id := range []string{body.FromWallet, body.ToWallet} {
		w, ok, err := h.ports.Wallets.Wallet(ctx, id)
		if err != nil {
			return nil, away(err)
		}
		if ok && maySee(callOf(ctx).principal, w.Owner) {
			own = append(own, id)
		}
	}
	return own, nil
}

// ListTransfers implements api.StrictServerInterface.
func (h *Handlers) ListTransfers(ctx context.Context, r api.ListTransfersRequestObject) (api.ListTransfersResponseObject, error) {
	p, err := h.page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f := query.TransactionFilter{
		Ledger: ledger.Main, Type: wallet.TypeTransferred, Asset: r.Params.Asset, From: r.Params.From, Until: r.Params.Until, Limit: p.limit + 1,
	}
	if p.place != "" {
		if f.Before, err = strconv.ParseInt(p.place, 10, 64); err != nil {
			return nil, &Problem{Code: "invalid-cursor", cause: err}
		}
	}
	if f.UpTo, err = h.see(ctx, r.Params.AtLeast, query.Accounts, query.Entries, query.Transactions, wallets.Wallets); err != nil {
		return nil, err
	}
	principal := callOf(ctx).principal
	if id := r.Params.WalletID; id != "" {
		w, ok, err := h.ports.Wallets.Wallet(ctx, id)
		switch {
		case err != nil:
			return nil, away(err)
		case !ok || !maySee(principal, w.Owner):
			return nil, &Problem{Code: "wallet-not-found"}
		}
		f.Account = wallet.Account(id, wallet.Available)
	} else if !maySee(principal, "") {
		return nil, newProblem("invalid-parameter", "want wallet_id: whose transfers?")
	}
	found, err := h.ports.Transactions.Transactions(ctx, f)
	if err != nil {
		return nil, away(err)
	}
	found, more, next := turn(ctx, h, p, found, func(at query.Found) string { return strconv.FormatInt(at.Position, 10) })
	data, err := h.transfersAt(ctx, found, r.Params.WalletID)
	return api.ListTransfers200JSONResponse{Data: data, HasMore: more, NextCursor: next}, err
}

// transfersAt shows the transfers that were found, in the order given, as who owns a wallet sees them.
func (h *Handlers) transfersAt(ctx context.Context, found []query.Found, own string) ([]api.Transaction, error) {
	events, err := h.ports.Journal.EventsAt(ctx, mainShard, each(found, func(at query.Found) int64 { return at.Position }))
	if err != nil {
		return nil, away(err)
	}
	byPosition := make(map[int64]*journal.Event, len(events))
	for i := range events {
		byPosition[events[i].Position] = &events[i]
	}
	out := make([]api.Transaction, 0, len(found))
	for _, at := range found {
		e := byPosition[at.Position]
		if e == nil {
			return nil, notInJournal(at.Position)
		}
		t, err := h.transaction(e, at.ReversedBy)
		if err != nil {
			return nil, err
		}
		out = append(out, h.seenBy(callOf(ctx).principal, t, own))
	}
	return out, nil
}
