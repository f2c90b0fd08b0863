package books

import (
	"context"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// CreateTransaction implements api.StrictServerInterface.
func (h *Handlers) CreateTransaction(ctx context.Context, r api.CreateTransactionRequestObject) (api.CreateTransactionResponseObject, error) {
	c := ledger.PostTransaction{Ledger: r.Ledger, NewTransaction: newTransaction(r.Body)}
	if err := request.Malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.Submit(ctx, handling.Order{
		CommandType: ledger.CommandPostTransaction, Data: c, Key: r.Params.IdempotencyKey, DryRun: r.Params.DryRun,
	})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateTransaction202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	t, err := h.TransactionOf(a)
	return handling.CreatedTransaction(t), err
}

// newTransaction is what a body says of a transaction.
func newTransaction(body *api.CreateTransaction) ledger.NewTransaction {
	t := ledger.NewTransaction{
		EffectiveAt: body.EffectiveAt, Reference: body.Reference, Description: body.Description, Metadata: body.Metadata,
		Postings: handling.Each(body.Postings, func(p api.CreatePosting) ledger.Line {
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
func (h *Handlers) GetTransaction(ctx context.Context, r api.GetTransactionRequestObject) (api.GetTransactionResponseObject, error) {
	if _, err := h.seeLedger(ctx, r.Ledger, r.Params.AtLeast, query.Accounts, query.Transactions); err != nil {
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
	if len(events) != 1 || !place.Names(&events[0]) || events[0].Ledger != r.Ledger || len(events[0].Postings) == 0 {
		return nil, &request.Problem{Code: "transaction-not-found"}
	}
	reversed, err := h.ports.Transactions.Reversed(ctx, []int64{place.Position()})
	if err != nil {
		return nil, request.Unavailable(err)
	}
	t, err := h.Transaction(&events[0], reversed[place.Position()])
	return api.GetTransaction200JSONResponse(t), err
}

// ListTransactions implements api.StrictServerInterface.
func (h *Handlers) ListTransactions(ctx context.Context, r api.ListTransactionsRequestObject) (api.ListTransactionsResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
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
		return nil, request.Unavailable(err)
	}
	found, more, next := handling.Turn(ctx, p, found, func(at query.Found) string { return strconv.FormatInt(at.Position, 10) })
	data, err := h.transactionsAt(ctx, found)
	return transactionPage{data, more, next}, err
}

// transactionFilter reads the filters of a list. Errors: a *request.Problem.
func transactionFilter(name string, q *api.ListTransactionsParams, p handling.Page) (f query.TransactionFilter, err error) {
	f = query.TransactionFilter{
		Ledger: name, Reference: q.Reference, Type: q.Type, Asset: q.Asset, Metadata: q.Metadata, From: q.From, Until: q.Until,
		RecordedFrom: q.RecordedFrom, RecordedUntil: q.RecordedUntil, Limit: p.Limit + 1,
	}
	if p.Place != "" {
		if f.Before, err = strconv.ParseInt(p.Place, 10, 64); err != nil {
			return f, &request.Problem{Code: "invalid-cursor", Cause: err}
		}
	}
	if under, all := strings.CutSuffix(q.Account, ":*"); all {
		f.Under = under
		if ledger.CheckAddress(under+":x") != nil {
			return f, request.NewProblem("invalid-parameter", "account must be an address, or the beginning of one and :*")
		}
	} else if f.Account = q.Account; q.Account != "" && ledger.CheckAddress(q.Account) != nil {
		return f, request.NewProblem("invalid-parameter", "account must be an address, or the beginning of one and :*")
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
		return nil, request.NewProblem("invalid-parameter", "%s needs asset beside it", name)
	}
	bound, err := ledger.ParseSigned(text)
	if err != nil {
		return nil, request.NewProblem("invalid-parameter", "%s: %v", name, err)
	}
	return &bound, nil
}
