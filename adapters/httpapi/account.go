package httpapi

import (
	"context"
	"strings"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// checkAddress looks at the address in a path.
func checkAddress(address string) error {
	if err := ledger.CheckAddress(address); err != nil {
		return newProblem("invalid-parameter", "address: %v", err)
	}
	return nil
}

// PutAccount implements api.StrictServerInterface.
func (h *booksHandlers) PutAccount(ctx context.Context, r api.PutAccountRequestObject) (api.PutAccountResponseObject, error) {
	if err := checkAddress(r.Address); err != nil {
		return nil, err
	}
	c := ledger.SetAccount{Ledger: r.Ledger, Address: r.Address, Frozen: r.Body.Frozen, Metadata: (*map[string]string)(r.Body.Metadata)}
	if list := r.Body.MinBalance; list != nil {
		least := each(*list, func(m api.SignedMoney) ledger.Money { return ledger.Money{Amount: m.Amount, Asset: m.Asset} })
		c.MinBalance = &least
	}
	var err error
	if c.IfVersion, err = ifMatch(r.Params.IfMatch); err != nil {
		return nil, err
	}
	if err := malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.submit(ctx, order{commandType: ledger.CommandSetAccount, data: c, key: r.Params.IdempotencyKey})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.PutAccount202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	rules, err := h.rulesOf(a)
	if err == nil {
		callOf(ctx).setVersion(rules.Version)
	}
	return api.PutAccount200JSONResponse(rules), err
}

// rulesOf shows the rules that a command set.
func (h *booksHandlers) rulesOf(a journal.Answer) (api.AccountRules, error) {
	e, body, err := only[ledger.AccountSet](h.registry, a)
	if err != nil {
		return api.AccountRules{}, err
	}
	address := ledger.Address(body.Address)
	return api.AccountRules{
		Ledger: e.Ledger, Address: body.Address, Type: api.AccountType(address.Root()), NormalSide: sideOf(address.NormalSide()),
		Frozen: body.Frozen, MinBalance: each(body.MinBalance, signedMoneyOf), Metadata: metadataOf(body.Metadata),
		UpdatedAt: shown(e.RecordedAt), Version: body.Version,
	}, nil
}

// GetAccount implements api.StrictServerInterface.
func (h *booksHandlers) GetAccount(ctx context.Context, r api.GetAccountRequestObject) (api.GetAccountResponseObject, error) {
	if err := checkAddress(r.Address); err != nil {
		return nil, err
	}
	if _, err := h.seeLedger(ctx, r.Ledger, r.Params.AtLeast, query.Accounts); err != nil {
		return nil, err
	}
	a, ok, err := h.ports.Accounts.Account(ctx, r.Ledger, r.Address)
	switch {
	case err != nil:
		return nil, away(err)
	case !ok:
		return nil, newProblem("not-found", "the account was never posted to, nor given rules")
	}
	accounts, err := h.accountsOf(ctx, r.Ledger, "", []query.Account{a})
	if err != nil {
		return nil, err
	}
	callOf(ctx).setVersion(a.Version)
	return api.GetAccount200JSONResponse(accounts[0]), nil
}

// ListAccounts implements api.StrictServerInterface.
func (h *booksHandlers) ListAccounts(ctx context.Context, r api.ListAccountsRequestObject) (api.ListAccountsResponseObject, error) {
	p, err := h.page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.seeLedger(ctx, r.Ledger, r.Params.AtLeast, query.Accounts); err != nil {
		return nil, err
	}
	f := query.AccountFilter{Ledger: r.Ledger, Asset: r.Params.Asset, After: p.place, Limit: p.limit + 1}
	var possible bool
	if f.Prefix, possible = bothPrefixes(r.Params.Prefix, r.Params.Type); !possible {
		return api.ListAccounts200JSONResponse{Data: []api.Account{}}, nil
	}
	rows, err := h.ports.Accounts.Accounts(ctx, f)
	if err != nil {
		return nil, away(err)
	}
	rows, more, next := turn(ctx, p, rows, func(a query.Account) string { return a.Address })
	data, err := h.accountsOf(ctx, r.Ledger, f.Asset, rows)
	return api.ListAccounts200JSONResponse{Data: data, HasMore: more, NextCursor: next}, err
}

// bothPrefixes returns the prefix of the addresses that begin with a text and are of a type, which
// is the first segment; possible is false when no address does both.
func bothPrefixes(prefix string, accountType api.AccountType) (both string, possible bool) {
	if accountType == "" {
		return prefix, true
	}
	root := string(accountType) + ":"
	if strings.HasPrefix(root, prefix) {
		return root, true
	}
	return prefix, strings.HasPrefix(prefix, root)
}

// accountsOf shows accounts with their balances, in the order given.
func (h *booksHandlers) accountsOf(ctx context.Context, name, asset string, rows []query.Account) ([]api.Account, error) {
	if len(rows) == 0 {
		return []api.Account{}, nil
	}
	balances, err := h.ports.Accounts.Balances(ctx, name, asset, each(rows, func(a query.Account) string { return a.Address })...)
	if err != nil {
		return nil, away(err)
	}
	of := make(map[string][]api.Balance, len(rows))
	for _, b := range balances {
		of[b.Address] = append(of[b.Address], balanceOf(b))
	}
	return each(rows, func(a query.Account) api.Account {
		address := ledger.Address(a.Address)
		return api.Account{
			Ledger: name, Address: a.Address, Type: api.AccountType(address.Root()), NormalSide: sideOf(address.NormalSide()),
			Frozen: a.Frozen, MinBalance: each(a.MinBalance, signedMoneyOf), Metadata: metadataOf(a.Metadata),
			Balances: append([]api.Balance{}, of[a.Address]...), CreatedAt: shown(a.CreatedAt), Version: a.Version,
		}
	}), nil
}
