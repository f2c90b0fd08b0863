package httpapi

import (
	"context"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// CreateTransaction implements api.StrictServerInterface.
func (h *booksHandlers) CreateTransaction(ctx context.Context, r api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error) {
	c := ledger.PostTransaction{Ledger: r.Ledger, NewTransaction: newTransaction(r.Body)}
	if err := malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.submit(ctx, order{
		commandType: ledger.CommandPostTransaction, data: c, key: r.Params.IdempotencyKey, dryRun: r.Params.DryRun,
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateTransaction202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	t, err := h.transactionOf(a)
	return createdTransaction(t), err
}

// newTransaction is what a body says of a transaction.
func newTransaction(body *api.CreateTransaction) ledger.NewTransaction {
	t := ledger.NewTransaction{
		EffectiveAt: body.EffectiveAt, Reference: body.Reference, Description: body.Description, Metadata: body.Metadata,
		Postings: each(body.Postings, func(p api.CreatePosting) ledger.Line {
			return ledger.Line{Account: p.Account, Side: string(p.Side), Amount: p.Amount, Asset: p.Asset}
		}),
	}
	for _, p := range body.Preconditions {
		t.Preconditions = append(t.Preconditions, ledger.Precondition{
			Account: p.Account, Asset: p.Asset, BalanceGTE: p.BalanceGte, Version: p.Version,
		})
	}
	return t
}

// GetTransaction implements api.StrictServerInterface. The id names the transaction's place in the
// journal, so no projection has to have seen it; what reversed it, one has.
func (h *booksHandlers) GetTransaction(ctx context.Context, r api.GetTransactionRequestObject) (api.GetTransactionResponseObject, error) {
	if _, err := h.seeLedger(ctx, r.Ledger, r.Params.AtLeast, query.Accounts, query.Transactions); err != nil {
		return nil, err
	}
	place, err := journal.ParsePlaceID("txn", r.ID)
	if err != nil || place.Shard() != mainShard {
		return nil, &Problem{Code: "transaction-not-found"}
	}
	events, err := h.Journal.EventsAt(ctx, mainShard, []int64{place.Position()})
	if err != nil {
		return nil, away(err)
	}
	if len(events) != 1 || !place.Names(&events[0]) || events[0].Ledger != r.Ledger || len(events[0].Postings) == 0 {
		return nil, &Problem{Code: "transaction-not-found"}
	}
	reversed, err := h.ports.Transactions.Reversed(ctx, []int64{place.Position()})
	if err != nil {
		return nil, away(err)
	}
	t, err := h.transaction(&events[0], reversed[place.Position()])
	return api.GetTransaction200JSONResponse(t), err
}

// ListTransactions implements api.StrictServerInterface.
func (h *booksHandlers) ListTransactions(ctx context.Context, r api.ListTransactionsRequestObject) (api.ListTransactionsResponseObject, error) {
	p, err := h.page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f, err := transactionFilter(r.Ledger, &r.Params, p)
	if err != nil {
		return nil, err
	}
	if f.UpTo, err = h.seeLedger(ctx, r.Ledger, r.Params.AtLeast, query.Accounts, query.Entries, query.Transactions); err != nil {
		return nil, err
	}
	found, err := h.ports.Transactions.Transactions(ctx, f)
	if err != nil {
		return nil, away(err)
	}
	found, more, next := turn(ctx, p, found, func(at query.Found) string { return strconv.FormatInt(at.Position, 10) })
	data, err := h.transactionsAt(ctx, found)
	return transactionPage{data, more, next}, err
}

// transactionFilter reads the filters of a list. Errors: a *Problem.
func transactionFilter(name string, q *api.ListTransactionsParams, p page) (f query.TransactionFilter, err error) {
	f = query.TransactionFilter{
		Ledger: name, Reference: q.Reference, Type: q.Type, Asset: q.Asset, Metadata: q.Metadata, From: q.From, Until: q.Until,
		RecordedFrom: q.RecordedFrom, RecordedUntil: q.RecordedUntil, Limit: p.limit + 1,
	}
	if p.place != "" {
		if f.Before, err = strconv.ParseInt(p.place, 10, 64); err != nil {
			return f, &Problem{Code: "invalid-cursor", cause: err}
		}
	}
	if under, all := strings.CutSuffix(q.Account, ":*"); all {
		f.Under = under
		if ledger.CheckAddress(under+":x") != nil {
			return f, newProblem("invalid-parameter", "account must be an address, or the beginning of one and :*")
		}
	} else if f.Account = q.Account; q.Account != "" && ledger.CheckAddress(q.Account) != nil {
		return f, newProblem("invalid-parameter", "account must be an address, or the beginning of one and :*")
	}
	if f.AtLeast, err = amountBound("amount_gte", q.AmountGte, q.Asset); err != nil {
		return f, err
	}
	f.AtMost, err = amountBound("amount_lte", q.AmountLte, q.Asset)
	return f, err
}

// amountBound reads a bound of amounts, which means nothing without an asset.
func amountBound(name, text, asset string) (*decimal.Decimal, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no bound is no error
	}
	if asset == "" {
		return nil, newProblem("invalid-parameter", "%s needs asset beside it", name)
	}
	bound, err := ledger.ParseSigned(text)
	if err != nil {
		return nil, newProblem("invalid-parameter", "%s: %v", name, err)
	}
	return &bound, nil
}
