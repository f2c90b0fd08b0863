package books

import (
	"context"
	"net/http"
	"strconv"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// transactionPage is what [api.ListTransactions200JSONResponse] is, with transactions that are JSON
// already.
type transactionPage struct {
	data [][]byte
	more bool
	next string
}

var _ api.ListTransactionsResponseObject = transactionPage{}

// VisitListTransactionsResponse implements [api.ListTransactionsResponseObject]. It writes what
// encoding/json writes for the other.
func (p transactionPage) VisitListTransactionsResponse(w http.ResponseWriter) error {
	size := len(`{"data":[],"has_more":false,"next_cursor":""}`) + len(p.next) + 1
	for _, t := range p.data {
		size += len(t) + 1
	}
	buf := append(make([]byte, 0, size), `{"data":[`...)
	for i, t := range p.data {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(buf, t...)
	}
	buf = strconv.AppendBool(append(buf, `],"has_more":`...), p.more)
	if p.next != "" { // made of characters that JSON does not escape
		buf = append(append(append(buf, `,"next_cursor":"`...), p.next...), '"')
	}
	return handling.WriteJSON(w, http.StatusOK, append(buf, "}\n"...))
}

// transactionsAt shows the transactions that were found as JSON, in the order given.
func (h *Handlers) transactionsAt(ctx context.Context, found []query.Found) ([][]byte, error) {
	out := h.rendered.of(found)
	var missing []int64
	for i, at := range found {
		if out[i] == nil {
			missing = append(missing, at.Position)
		}
	}
	if missing == nil {
		return out, nil
	}
	events, err := h.Journal.EventsAt(ctx, handling.MainShard, missing)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	byPosition := make(map[int64]*journal.Event, len(events))
	for i := range events {
		byPosition[events[i].Position] = &events[i]
	}
	for i, at := range found {
		if out[i] != nil {
			continue
		}
		e := byPosition[at.Position]
		if e == nil {
			return nil, handling.NotInJournal(at.Position)
		}
		t, err := h.Transaction(e, at.ReversedBy)
		if err != nil {
			return nil, err
		}
		out[i] = handling.AppendTransaction(make([]byte, 0, 1<<10), &t)
		h.rendered.keep(at, out[i])
	}
	return out, nil
}
