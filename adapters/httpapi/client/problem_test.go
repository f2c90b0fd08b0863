package client_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/client"
)

const refusal = `{"type":"https://example.com#insufficient-funds","title":"The account does not hold enough.","status":422,
	"code":"insufficient-funds","request_id":"req_1","instance":"/v1/transfers","needed":"200.00","available":"100.00",
	"errors":[{"pointer":"/amount","detail":"too much"}]}`

func TestAProblemIsAnError(t *testing.T) {
	t.Parallel()
	calling(t, client.Config{}, []answer{says(http.StatusUnprocessableEntity, refusal)}, func(t *testing.T, florin *client.Client, _ *service) {
		_, err := florin.CreateTransfer(t.Context(), nil, payment)
		var p *client.Problem
		require.ErrorAs(t, err, &p)
		assert.Equal(t, "insufficient-funds", p.Code)
		assert.Equal(t, http.StatusUnprocessableEntity, p.Status)
		assert.Equal(t, "req_1", p.RequestID)
		assert.Equal(t, []client.FieldError{{Pointer: "/amount", Detail: "too much"}}, p.Errors)
		assert.Equal(t, "The account does not hold enough.; /amount: too much (insufficient-funds, req_1)", err.Error())
		var more struct {
			Needed    client.Amount `json:"needed"`
			Available client.Amount `json:"available"`
		}
		require.NoError(t, json.Unmarshal(p.Raw, &more))
		assert.Equal(t, "200.00", more.Needed)
		assert.Equal(t, "100.00", more.Available)
	})
}

// A proxy answers in words of its own.
func TestAnAnswerWithoutAProblem(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "<html>", `"no"`, `{"error":"no"}`} {
		calling(t, client.Config{}, []answer{says(http.StatusForbidden, body)}, func(t *testing.T, florin *client.Client, _ *service) {
			_, err := florin.GetWallet(t.Context(), "wal_1", nil)
			var p *client.Problem
			require.ErrorAs(t, err, &p)
			assert.Equal(t, http.StatusForbidden, p.Status)
			assert.Empty(t, client.Code(err))
			assert.Equal(t, "Forbidden", err.Error())
		})
	}
}

// Items of a batch have problems of their own, and the batch is answered 200.
func TestProblemsOfABatch(t *testing.T) {
	t.Parallel()
	calling(t, client.Config{}, []answer{says(http.StatusOK, `{"results":[{"index":0,"status":201,"transaction":{"id":"txn_1"}},{"index":1,"status":422,"problem":`+refusal+`}]}`)},
		func(t *testing.T, florin *client.Client, s *service) {
			batch, err := florin.CreateTransferBatch(t.Context(), nil, client.CreateTransferBatch{Transfers: []client.TransferItem{payment, payment}})
			require.NoError(t, err)
			require.Len(t, batch.Results, 2)
			require.NoError(t, batch.Results[0].Problem.Err())
			assert.Equal(t, "txn_1", batch.Results[0].Transaction.ID)
			assert.Equal(t, "insufficient-funds", client.Code(batch.Results[1].Problem.Err()))
			assert.JSONEq(t, refusal, string(batch.Results[1].Problem.Raw))
			assert.JSONEq(t, `{"transfers":[`+paymentJSON+`,`+paymentJSON+`]}`, s.got[0].body)
		})
}
