package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/api"
)

// A page is written by hand; it is what encoding/json makes of it, whether it is read or remembered.
func TestAPageIsWhatEncodingJSONWrites(t *testing.T) {
	t.Parallel()
	h := open(t)
	for i := range 5 {
		h.post(fmt.Sprint("k-", i), "equity:opening", "liabilities:user:a", "1", "JPY", `,"description":"<b>&\"\\ é \u2028","metadata":{"k<":"v>"}`)
	}
	for target, count := range map[string]int{
		transactionsURL + "?account=liabilities:user:a&limit=2": 2,
		transactionsURL + "?account=liabilities:user:a":         5,
		transactionsURL + "?account=liabilities:user:none":      0,
	} {
		read, remembered := h.call(finance, "", "GET", target, ""), h.call(finance, "", "GET", target, "")
		var doc api.ListTransactions200JSONResponse
		require.NoError(t, json.Unmarshal(read.body, &doc), "%s", read.body)
		assert.Len(t, doc.Data, count)
		var want bytes.Buffer
		require.NoError(t, json.NewEncoder(&want).Encode(doc))
		assert.Equal(t, want.String(), string(read.body))
		assert.Equal(t, want.String(), string(remembered.body))
	}
}

// What is remembered is passed by once it has been reversed, or the journal is in another term: the same
// position may be another event then.
func TestATransactionIsReadOnceInATerm(t *testing.T) {
	t.Parallel()
	h := open(t)
	for i := range 3 {
		h.post(fmt.Sprint("k-", i), "equity:opening", "liabilities:user:a", "1", "JPY", "")
	}
	list := func(reads int) []any {
		h.eventsRead = 0
		data := h.call(finance, "", "GET", transactionsURL, "").object(t, 200)["data"].([]any)
		assert.Equal(t, reads, h.eventsRead)
		return data
	}
	first := list(3)
	assert.Equal(t, first, list(0))
	id := first[1].(map[string]any)["id"].(string)
	reversal := h.call(finance, "k-r", "POST", transactionsURL+"/"+id+"/reverse", `{"reason":"slip"}`).object(t, 201)
	then := list(2)
	assert.Equal(t, reversal["id"], then[2].(map[string]any)["reversed_by"])
	h.term++
	assert.Equal(t, then, list(4))
	assert.Equal(t, then, list(0))
}
