package wallets

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/wallet"
	wallets "github.com/florinledger/florin/wallet/query"
)

// CreateTransfer implements api.StrictServerInterface.
func (h *Handlers) CreateTransfer(ctx context.Context, r api.CreateTransferRequestObject) (api.CreateTransferResponseObject, error) {
	c := wallet.Transfer{As: handling.ActingAs(request.CallOf(ctx).Principal), NewTransfer: newTransfer(r.Body)}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.Submit(ctx, handling.Order{
		CommandType: wallet.CommandTransfer, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun,
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateTransfer202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	t, err := h.TransferOf(request.CallOf(ctx).Principal, a)
	return api.CreateTransfer201JSONResponse(t), err
}

// newTransfer is what a body says of a transfer.
func newTransfer(b *api.CreateTransfer) wallet.NewTransfer {
	return wallet.NewTransfer{
		FromWallet: b.FromWallet, ToWallet: b.ToWallet, Amount: ledger.Money{Amount: b.Amount.Amount, Asset: b.Amount.Asset},
		Description: b.Description, Reference: b.Reference, Metadata: b.Metadata,
	}
}

// TransferOf shows the transfer that a command made to who asked for it. Whose the other wallets are, the
// caller need not be told: what they hold he is not.
func (h *Handlers) TransferOf(p request.Principal, a journal.Answer) (api.Transaction, error) {
	t, err := h.TransactionOf(a)
	if err != nil {
		return t, err
	}
	e := &a.Events[len(a.Events)-1]
	body, ok := e.Body.(wallet.Transferred)
	if !ok {
		return t, fmt.Errorf("event %d of command %s, a %s, is no transfer", e.Position, a.Outcome.Command, e.Type)
	}
	if p.Subject != e.Actor { // somebody who looks after commands, and not the payer
		return seenBy(p, t, body), err
	}
	return seenBy(p, t, body, body.FromWallet), err
}

// seenBy leaves of a transfer what its caller may see: of a user's, the balances of his own wallets, and of
// a split that pays him, what he gets of it.
func seenBy(p request.Principal, t api.Transaction, body wallet.Transferred, own ...string) api.Transaction {
	if p.Roles.Has(request.RoleService | request.RoleFinance | request.RoleAdmin) {
		return t
	}
	return seenByOwner(t, len(body.To) == 0 || slices.Contains(own, body.FromWallet), own...)
}

// seenByOwner leaves of a transaction what the owner of some wallets may see: the balances of these alone, and
// the postings of others only of the whole.
func seenByOwner(t api.Transaction, whole bool, own ...string) api.Transaction {
	shown := make([]api.Posting, 0, len(t.Postings))
	for _, posting := range t.Postings {
		mine := slices.ContainsFunc(own, func(id string) bool { return strings.HasPrefix(posting.Account, wallet.Account(id, "")) })
		if !mine {
			posting.BalanceAfter = ""
		}
		if mine || whole {
			shown = append(shown, posting)
		}
	}
	t.Postings = shown
	return t
}

// GetTransfer implements api.StrictServerInterface.
func (h *Handlers) GetTransfer(ctx context.Context, r api.GetTransferRequestObject) (api.GetTransferResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, query.Accounts, wallets.Wallets); err != nil {
		return nil, err
	}
	place, err := journal.ParsePlaceID("txn", r.ID)
	if err != nil || place.Shard() != handling.MainShard {
		return nil, &request.Problem{Code: "transaction-not-found"}
	}
	events, err := h.Journal.EventsAt(ctx, handling.MainShard, []int64{place.Position()})
	if err != nil {
		return nil, request.Unavailable(err)
	}
	if len(events) != 1 || !place.Names(&events[0]) || events[0].Type != wallet.TypeTransferred {
		return nil, &request.Problem{Code: "transaction-not-found"}
	}
	t, err := h.Transaction(&events[0], "")
	if err != nil {
		return nil, err
	}
	body, ok := events[0].Body.(wallet.Transferred)
	if !ok {
		return nil, fmt.Errorf("event %d, a %s, is no transfer", events[0].Position, events[0].Type)
	}
	own, err := h.ownOf(ctx, body.Wallets(), len(body.To) > 0)
	if err == nil && len(own) == 0 {
		err = &request.Problem{Code: "transaction-not-found"}
	}
	return api.GetTransfer200JSONResponse(seenBy(request.CallOf(ctx).Principal, t, body, own...)), err
}

// ownOf returns which of the wallets of a transaction the caller may see; with one, the first of them.
func (h *Handlers) ownOf(ctx context.Context, ids []string, one bool) (own []string, err error) {
	for _, id := range ids {
		w, ok, err := h.ports.Wallets.Wallet(ctx, id)
		if err != nil {
			return nil, request.Unavailable(err)
		}
		if ok && handling.MaySee(request.CallOf(ctx).Principal, w.Owner) {
			own = append(own, id)
			if one {
				return own, nil // he paid a split, or is paid by it once
			}
		}
	}
	return own, nil
}

// ListTransfers implements api.StrictServerInterface.
func (h *Handlers) ListTransfers(ctx context.Context, r api.ListTransfersRequestObject) (api.ListTransfersResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f := query.TransactionFilter{
		Ledger: ledger.Main, Type: wallet.TypeTransferred, Asset: r.Params.Asset, From: r.Params.From, Until: r.Params.Until, Limit: p.Limit + 1,
	}
	if p.Place != "" {
		if f.Before, err = strconv.ParseInt(p.Place, 10, 64); err != nil {
			return nil, &request.Problem{Code: "invalid-cursor", Cause: err}
		}
	}
	if f.UpTo, err = h.See(ctx, r.Params.AtLeast, query.Accounts, query.Entries, query.Transactions, wallets.Wallets); err != nil {
		return nil, err
	}
	principal := request.CallOf(ctx).Principal
	if id := r.Params.WalletID; id != "" {
		w, ok, err := h.ports.Wallets.Wallet(ctx, id)
		switch {
		case err != nil:
			return nil, request.Unavailable(err)
		case !ok || !handling.MaySee(principal, w.Owner):
			return nil, &request.Problem{Code: "wallet-not-found"}
		}
		f.Account = wallet.Account(id, wallet.Available)
	} else if !handling.MaySee(principal, "") {
		return nil, request.NewProblem("invalid-parameter", "want wallet_id: whose transfers?")
	}
	found, err := h.ports.Transactions.Transactions(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	found, more, next := handling.Turn(ctx, p, found, func(at query.Found) string { return strconv.FormatInt(at.Position, 10) })
	data, err := h.transfersAt(ctx, found, r.Params.WalletID)
	return api.ListTransfers200JSONResponse{Data: data, HasMore: more, NextCursor: next}, err
}

// transfersAt shows the transfers that were found, in the order given, as who owns a wallet sees them.
func (h *Handlers) transfersAt(ctx context.Context, found []query.Found, own string) ([]api.Transaction, error) {
	events, err := h.Journal.EventsAt(ctx, handling.MainShard, handling.Each(found, func(at query.Found) int64 { return at.Position }))
	if err != nil {
		return nil, request.Unavailable(err)
	}
	byPosition := make(map[int64]*journal.Event, len(events))
	for i := range events {
		byPosition[events[i].Position] = &events[i]
	}
	out := make([]api.Transaction, 0, len(found))
	for _, at := range found {
		e := byPosition[at.Position]
		if e == nil {
			return nil, handling.NotInJournal(at.Position)
		}
		t, err := h.Transaction(e, at.ReversedBy)
		if err != nil {
			return nil, err
		}
		body, ok := e.Body.(wallet.Transferred)
		if !ok {
			return nil, fmt.Errorf("event %d, a %s, is no transfer", e.Position, e.Type)
		}
		out = append(out, seenBy(request.CallOf(ctx).Principal, t, body, own))
	}
	return out, nil
}
