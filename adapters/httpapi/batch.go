package httpapi

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
)

// CreateTransactionBatch implements api.StrictServerInterface.
func (h *Handlers) CreateTransactionBatch(ctx context.Context, r api.CreateTransactionBatchRequestObject) (api.CreateTransactionBatchResponseObject, error) {
	raw, err := batchItems(callOf(ctx), r)
	if err != nil {
		return nil, err
	}
	c := ledger.PostBatch{Ledger: r.Ledger, Mode: ledger.Independent}
	if r.Params.Mode == api.BatchModeAtomic {
		c.Mode = ledger.Atomic
	}
	items, bad := readItems(raw)
	c.Transactions = items
	if c.Mode == ledger.Atomic {
		markMalformed(items, bad)
		if err := abortedBy(bad, len(items)); err != nil {
			return nil, err
		}
	}
	if err := malformed(c.Validate()); err != nil {
		return nil, err
	}
	a, later, err := h.submit(ctx, order{
		commandType: ledger.CommandPostBatch, data: c, key: r.Params.IdempotencyKey, dryRun: r.Params.DryRun,
	})
	switch {
	case err != nil && c.Mode == ledger.Atomic:
		return nil, refusedWhole(err, len(items))
	case err != nil:
		return nil, err
	case later != nil:
		return api.CreateTransactionBatch202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	results, err := h.batchOf(a, bad)
	return postedBatch(results.Results), err
}

// batchItems returns the documents of a batch, one per item, not decoded yet.
func batchItems(cl *call, r api.CreateTransactionBatchRequestObject) ([]json.RawMessage, error) {
	if r.JSONBody != nil {
		return r.JSONBody.Transactions, nil
	}
	if r.Body == nil {
		return nil, newProblem("unsupported-media-type", "a batch is application/json or application/x-ndjson")
	}
	return readLines(cl, r.Body)
}

// readItems decodes the items of a batch. One that cannot be read leaves an empty transaction in its
// place, which the ledger refuses, so that what is recorded of the batch has as many items as the
// batch, in their places.
func readItems(raw []json.RawMessage) (items []ledger.NewTransaction, bad map[int]*Problem) {
	items, bad = make([]ledger.NewTransaction, len(raw)), map[int]*Problem{}
	for i, document := range raw {
		var body api.CreateTransaction
		if err := decode(document, &body, itemPointer(i)); err != nil {
			bad[i] = asProblem(err)
			continue
		}
		items[i] = newTransaction(&body)
	}
	return items, bad
}

func itemPointer(i int) string { return fmt.Sprintf("/transactions/%d", i) }

// markMalformed adds the items whose form is wrong to those that cannot be read.
func markMalformed(items []ledger.NewTransaction, bad map[int]*Problem) {
	for i := range items {
		if bad[i] != nil {
			continue
		}
		errs := items[i].Validate()
		for n := range errs {
			errs[n].Pointer = itemPointer(i) + errs[n].Pointer
		}
		if len(errs) > 0 {
			bad[i] = &Problem{Code: "invalid-field", Errors: errs}
		}
	}
}
