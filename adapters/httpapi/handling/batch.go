package handling

import (
	"context"
	"encoding/json"
	"io"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
)

// ModeOf reads the mode of a batch.
func ModeOf(mode api.BatchMode) ledger.Mode {
	if mode == api.BatchModeAtomic {
		return ledger.Atomic
	}
	return ledger.Independent
}

// SubmitBatch has a batch decided and shows what became of each item. bad are the problems of items that could
// not be read.
func (h *Base) SubmitBatch(ctx context.Context, bad map[int]*request.Problem, items int, o Order) (PostedBatch, *api.AcceptedJSONResponse, error) {
	a, later, err := h.Submit(ctx, o)
	switch {
	case err != nil:
		return nil, nil, refusedWhole(err, items) // of an atomic batch; an independent one has no item to blame
	case later != nil:
		return nil, later, nil
	}
	results, err := h.BatchResults(a, bad)
	return PostedBatch(results.Results), nil, err
}

// Batch is a batch as it was read.
type Batch[T interface{ Validate() []ledger.FieldError }] struct {
	list request.BatchList
	// Items are in the places that they came in.
	Items []T
	// Bad are the problems of the items that could not be read.
	Bad map[int]*request.Problem
}

// ReadBatch decodes the items of a batch, which come as a JSON array or as lines. One that cannot be read
// leaves an empty item in its place, which the core refuses, so that what is recorded of the batch has as
// many items as the batch, in their places.
func ReadBatch[B any, T interface{ Validate() []ledger.FieldError }](
	cl *request.Call, isArray bool, raw []json.RawMessage, lines io.Reader, list request.BatchList, read func(*B) T,
) (b Batch[T], err error) {
	if !isArray {
		if lines == nil {
			return b, request.NewProblem("unsupported-media-type", "a batch is application/json or application/x-ndjson")
		}
		if raw, err = request.ReadLines(cl, lines, list); err != nil {
			return b, err
		}
	}
	b = Batch[T]{list: list, Items: make([]T, len(raw)), Bad: map[int]*request.Problem{}}
	for i, document := range raw {
		var body B
		if err := request.Decode(document, &body, list.At(i)); err != nil {
			b.Bad[i] = request.AsProblem(err)
			continue
		}
		b.Items[i] = read(&body)
	}
	return b, nil
}

// Check is the answer to an atomic batch with items that cannot be read, or whose form is wrong; nil when
// there are none.
func (b *Batch[T]) Check(mode ledger.Mode) error {
	if mode != ledger.Atomic {
		return nil
	}
	for i := range b.Items {
		if b.Bad[i] != nil {
			continue
		}
		errs := b.Items[i].Validate()
		for n := range errs {
			errs[n].Pointer = b.list.At(i) + errs[n].Pointer
		}
		if len(errs) > 0 {
			b.Bad[i] = &request.Problem{Code: "invalid-field", Errors: errs}
		}
	}
	return abortedBy(b.Bad, len(b.Items))
}
