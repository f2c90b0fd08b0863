package books

import (
	"context"
	"strings"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// checkAddress looks at the address in a path.
func checkAddress(address string) error {
	if err := ledger.CheckAddress(address); err != nil {
		return request.NewProblem("invalid-parameter", "address: %v", err)
	}
	return nil
}

// PutAccount implements api.StrictServerInterface.
func (h *Handlers) PutAccount(ctx context.Context, r api.PutAccountRequestObject) (api.PutAccountResponseObject, error) {
	if err := checkAddress(r.Address); err != nil {
		return nil, err
	}
	c := ledger.SetAccount{Ledger: r.Ledger, Address: r.Address, Frozen: r.Body.Frozen, Metadata: (*map[string]string)(r.Body.Metadata)}
	if list := r.Body.MinBalance; list != nil {
		least := handling.Each(*list, func(m api.SignedMoney) ledger.Money { return ledger.Money{Amount: m.Amount, Asset: m.Asset} })
		c.MinBalance = &least
	}
	var err error
	if c.IfVersion, err = request.IfMatch(r.Params.IfMatch); err != nil {
		return nil, err
	}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.Submit(ctx, handling.Order{CommandType: ledger.CommandSetAccount, Data: c, Key: r.Params.IdempotencyKey})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.PutAccount202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	rules, err := h.RulesOf(a)
	if err == nil {
		request.CallOf(ctx).SetVersion(rules.Version)
	}
	return api.PutAccount200JSONResponse(rules), err
}

// RulesOf shows the rules that a command set.
func (h *Handlers) RulesOf(a journal.Answer) (api.AccountRules, error) {
	e, body, err := handling.Only[ledger.AccountSet](h.Registry, a)
	if err != nil {
		return api.AccountRules{}, err
	}
	address := ledger.Address(body.Address)
	return api.AccountRules{
		Ledger: e.Ledger, Address: body.Address, Type: api.AccountType(address.Root()), NormalSide: handling.Side(address.NormalSide()),
		Frozen: body.Frozen, MinBalance: handling.Each(body.MinBalance, handling.SignedMoney), Metadata: handling.Metadata(body.Metadata),
		UpdatedAt: handling.Time(e.RecordedAt), Version: body.Version,
	}, nil
}

// GetAccount implements api.StrictServerInterface.
func (h *Handlers) GetAccount(ctx context.Context, r api.GetAccountRequestObject) (api.GetAccountResponseObject, error) {
	if err := checkAddress(r.Address); err != nil {
		return nil, err
	}
	if _, err := h.seeLedger(ctx, r.Ledger, r.Params.AtLeast, query.Accounts); err != nil {
		return nil, err
	}
	a, ok, err := h.ports.Accounts.Account(ctx, r.Ledger, r.Address)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok:
		return nil, request.NewProblem("not-found", "the account was never posted to, nor given rules")
	}
	accounts, err := h.accountsOf(ctx, r.Ledger, "", []query.Account{a})
	if err != nil {
		return nil, err
	}
	request.CallOf(ctx).SetVersion(a.Version)
	return api.GetAccount200JSONResponse(accounts[0]), nil
}

// ListAccounts implements api.StrictServerInterface.
func (h *Handlers) ListAccounts(ctx context.Context, r api.ListAccountsRequestObject) (api.ListAccountsResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := h.seeLedger(ctx, r.Ledger, r.Params.AtLeast, query.Accounts); err != nil {
		return nil, err
	}
	f := query.AccountFilter{Ledger: r.Ledger, Asset: r.Params.Asset, After: p.Place, Limit: p.Limit + 1}
	var possible bool
	if f.Prefix, possible = bothPrefixes(r.Params.Prefix, r.Params.Type); !possible {
		return api.ListAccounts200JSONResponse{Data: []api.Account{}}, nil
	}
	rows, err := h.ports.Accounts.Accounts(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(a query.Account) string { return a.Address })
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
func (h *Handlers) accountsOf(ctx context.Context, name, asset string, rows []query.Account) ([]api.Account, error) {
	if len(rows) == 0 {
		return []api.Account{}, nil
	}
	balances, err := h.ports.Accounts.Balances(ctx, name, asset, handling.Each(rows, func(a query.Account) string { return a.Address })...)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	of := make(map[string][]api.Balance, len(rows))
	for _, b := range balances {
		of[b.Address] = append(of[b.Address], balanceOf(b))
	}
	return handling.Each(rows, func(a query.Account) api.Account {
		address := ledger.Address(a.Address)
		return api.Account{
			Ledger: name, Address: a.Address, Type: api.AccountType(address.Root()), NormalSide: handling.Side(address.NormalSide()),
			Frozen: a.Frozen, MinBalance: handling.Each(a.MinBalance, handling.SignedMoney), Metadata: handling.Metadata(a.Metadata),
			Balances: append([]api.Balance{}, of[a.Address]...), CreatedAt: handling.Time(a.CreatedAt), Version: a.Version,
		}
	}), nil
}
