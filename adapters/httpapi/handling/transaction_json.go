package handling

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/journal"
)

// Transactions are written by hand, as encoding/json writes them: they are most of what is answered.

// AppendTransaction appends t as JSON.
func AppendTransaction(buf []byte, t *api.Transaction) []byte {
	buf = journal.AppendText(append(buf, `{"actor":`...), t.Actor)
	buf = journal.AppendText(append(buf, `,"command_id":`...), t.CommandID)
	buf = appendTextUnlessEmpty(buf, `,"description":`, t.Description)
	buf = appendTime(append(buf, `,"effective_at":`...), t.EffectiveAt)
	buf = journal.AppendText(append(buf, `,"id":`...), t.ID)
	buf = journal.AppendText(append(buf, `,"ledger":`...), t.Ledger)
	buf = journal.AppendTexts(append(buf, `,"metadata":`...), t.Metadata)
	buf = strconv.AppendInt(append(buf, `,"number":`...), t.Number, 10)
	buf = journal.AppendText(append(buf, `,"position":`...), t.Position)
	buf = append(buf, `,"postings":[`...)
	for i := range t.Postings {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = appendPosting(buf, &t.Postings[i])
	}
	buf = appendTime(append(buf, `],"recorded_at":`...), t.RecordedAt)
	buf = appendTextUnlessEmpty(buf, `,"reference":`, t.Reference)
	buf = appendTextUnlessEmpty(buf, `,"reversed_by":`, t.ReversedBy)
	buf = appendTextUnlessEmpty(buf, `,"reverses":`, t.Reverses)
	buf = journal.AppendText(append(buf, `,"type":`...), t.Type)
	return append(buf, '}')
}

func appendPosting(buf []byte, p *api.Posting) []byte {
	buf = journal.AppendText(append(buf, `{"account":`...), p.Account)
	buf = journal.AppendText(append(buf, `,"amount":`...), p.Amount)
	buf = journal.AppendText(append(buf, `,"asset":`...), p.Asset)
	buf = appendTextUnlessEmpty(buf, `,"balance_after":`, p.BalanceAfter)
	buf = journal.AppendText(append(buf, `,"side":`...), string(p.Side))
	return append(buf, '}')
}

func appendTextUnlessEmpty(buf []byte, name, text string) []byte {
	if text == "" {
		return buf
	}
	return journal.AppendText(append(buf, name...), text)
}

func appendTime(buf []byte, t time.Time) []byte {
	return append(t.AppendFormat(append(buf, '"'), time.RFC3339Nano), '"')
}

// CreatedTransaction is what [api.CreateTransaction201JSONResponse] is.
type CreatedTransaction api.Transaction

// VisitCreateTransactionResponse implements [api.CreateTransactionResponseObject].
func (t CreatedTransaction) VisitCreateTransactionResponse(w http.ResponseWriter) error {
	whole := api.Transaction(t)
	return WriteJSON(w, http.StatusCreated, append(AppendTransaction(make([]byte, 0, 1<<10), &whole), '\n'))
}

// PostedBatch is what [api.CreateTransactionBatch200JSONResponse] is.
type PostedBatch []api.BatchResult

// VisitCreateTransferBatchResponse implements [api.CreateTransferBatchResponseObject].
func (b PostedBatch) VisitCreateTransferBatchResponse(w http.ResponseWriter) error {
	return b.VisitCreateTransactionBatchResponse(w)
}

// VisitCreateTransactionBatchResponse implements [api.CreateTransactionBatchResponseObject].
func (b PostedBatch) VisitCreateTransactionBatchResponse(w http.ResponseWriter) error {
	buf := append(make([]byte, 0, len(b)<<10), `{"results":[`...)
	for i := range b {
		r := &b[i]
		if i > 0 {
			buf = append(buf, ',')
		}
		if r.Problem != nil {
			one, err := json.Marshal(r)
			if err != nil {
				return err
			}
			buf = append(buf, one...)
			continue
		}
		buf = strconv.AppendInt(append(buf, `{"index":`...), int64(r.Index), 10)
		buf = strconv.AppendInt(append(buf, `,"status":`...), int64(r.Status), 10)
		buf = append(AppendTransaction(append(buf, `,"transaction":`...), &r.Transaction), '}')
	}
	return WriteJSON(w, http.StatusOK, append(buf, "]}\n"...))
}

// WriteJSON answers with JSON that is written already.
func WriteJSON(w http.ResponseWriter, status int, body []byte) error {
	w.Header().Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
	w.Header().Set(echo.HeaderContentLength, strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}
