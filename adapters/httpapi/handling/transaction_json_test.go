package handling

import (
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/request"
)

// anyText draws texts of all kinds, most of them plain.
func anyText(t *rapid.T, name string) string {
	return rapid.OneOf(rapid.StringMatching(`[a-z:-]{0,12}`), rapid.SampledFrom([]string{"<b>", "a&b", `q"\`, "é\u2028", "\x00\x7f", "\xff"}), rapid.String()).Draw(t, name)
}

func drawTransaction(t *rapid.T) api.Transaction {
	at := func(name string) time.Time {
		return time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, name)).UTC()
	}
	metadata := api.Metadata{}
	for range rapid.IntRange(0, 12).Draw(t, "metadata") {
		metadata[anyText(t, "key")] = anyText(t, "value")
	}
	postings := make([]api.Posting, rapid.IntRange(0, 4).Draw(t, "postings"))
	for i := range postings {
		postings[i] = api.Posting{Account: anyText(t, "account"), Side: api.Side(anyText(t, "side")), Amount: anyText(t, "amount"),
			Asset: anyText(t, "asset"), BalanceAfter: anyText(t, "balance")}
	}
	return api.Transaction{
		Actor: anyText(t, "actor"), CommandID: anyText(t, "command"), Description: anyText(t, "description"), EffectiveAt: at("effective"),
		ID: anyText(t, "id"), Ledger: anyText(t, "ledger"), Metadata: metadata, Number: rapid.Int64().Draw(t, "number"), Position: anyText(t, "position"),
		Postings: postings, RecordedAt: at("recorded"), Reference: anyText(t, "reference"), ReversedBy: anyText(t, "reversed by"),
		Reverses: anyText(t, "reverses"), Type: anyText(t, "type"),
	}
}

// What is written by hand is what encoding/json writes.
func TestTransactionsAreWrittenAsEncodingJSONWritesThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tx := drawTransaction(t)
		want, err := json.Marshal(tx)
		require.NoError(t, err)
		require.Equal(t, string(want), string(AppendTransaction(nil, &tx)))

		created := httptest.NewRecorder()
		require.NoError(t, CreatedTransaction(tx).VisitCreateTransactionResponse(created))
		generated := httptest.NewRecorder()
		require.NoError(t, api.CreateTransaction201JSONResponse(tx).VisitCreateTransactionResponse(generated))
		require.Equal(t, generated.Body.String(), created.Body.String())
		require.Equal(t, generated.Code, created.Code)

		results := make([]api.BatchResult, rapid.IntRange(0, 3).Draw(t, "results"))
		for i := range results {
			if results[i] = (api.BatchResult{Index: i, Status: 201, Transaction: tx}); rapid.Bool().Draw(t, "refused") {
				results[i] = itemProblem(i, &request.Problem{Code: "not-found", Detail: anyText(t, "detail")})
			}
		}
		posted := httptest.NewRecorder()
		require.NoError(t, PostedBatch(results).VisitCreateTransactionBatchResponse(posted))
		generated = httptest.NewRecorder()
		require.NoError(t, api.CreateTransactionBatch200JSONResponse{Results: results}.VisitCreateTransactionBatchResponse(generated))
		require.Equal(t, generated.Body.String(), posted.Body.String())
		require.Equal(t, generated.Code, posted.Code)
	})
}
