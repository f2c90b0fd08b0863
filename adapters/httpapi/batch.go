package httpapi

import (
	"context"
	"encoding/json"
	"io"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
)

// modeOf reads the mode of a batch.
func modeOf(mode api.BatchMode) ledger.Mode {
	if mode == api.BatchModeAtomic {
		return ledger.Atomic
	}
	return ledger.Independent
}

// onBatch has a batch decided and shows what became of each item. bad are the problems of items that could
// not be read.
func (h *base) onBatch(ctx context.Context, bad map[int]*Problem, items int, o order) (postedBatch, *api.AcceptedJSONResponse, error) {
	a, later, err := h.submit(ctx, o)
	switch {
	case err != nil:
		return nil, nil, refusedWhole(err, items) // of an atomic batch; an independent one has no item to blame
	case later != nil:
		return nil, later, nil
	}
	results, err := h.batchOf(a, bad)
	return postedBatch(results.Results), nil, err
}

// batch is a batch as it was read.
type batch[T interface{ Validate() []ledger.FieldError }] struct {
	list  batchList
	items []T
	// bad are the problems of the items that could not be read.
	bad map[int]*Problem
}

// readBatch decodes the items of a batch, which come as a JSON array or as lines. One that cannot be read
// leaves an empty item in its place, which the core refuses, so that what is recorded of the batch has as
// many items as the batch, in their places.
func readBatch[B any, T interface{ Validate() []ledger.FieldError }](
	cl *call, isArray bool, raw []json.RawMessage, lines io.Reader, list batchList, read func(*B) T,
) (b batch[T], err error) {
	if !isArray {
		if lines == nil {
			return b, newProblem("unsupported-media-type", "a batch is application/json or application/x-ndjson")
		}
		if raw, err = readLines(cl, lines, list); err != nil {
			return b, err
		}
	}
	b = batch[T]{list: list, items: make([]T, len(raw)), bad: map[int]*Problem{}}
	for i, document := range raw {
		var body B
		if err := decode(document, &body, list.at(i)); err != nil {
			b.bad[i] = asProblem(err)
			continue
		}
		b.items[i] = read(&body)
	}
	return b, nil
}

// check is the answer to an atomic batch with items that cannot be read, or whose form is wrong; nil when
// there are none.
func (b *batch[T]) check(mode ledger.Mode) error {
	if mode != ledger.Atomic {
		return nil
	}
	for i := range b.items {
		if b.bad[i] != nil {
			continue
		}
		errs := b.items[i].Validate()
		for n := range errs {
			errs[n].Pointer = b.list.at(i) + errs[n].Pointer
		}
		if len(errs) > 0 {
			b.bad[i] = &Problem{Code: "invalid-field", Errors: errs}
		}
	}
	return abortedBy(b.bad, len(b.items))
}
