package request

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/api"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"{ \"b\" : 1,\n\t\"a\":[ true , null ] } ":                              `{"a":[true,null],"b":1}`,
		`{"b":{"d":1,"c":2},"a":3}`:                                             `{"a":3,"b":{"c":2,"d":1}}`,
		`{"a":"\u0041\/\u00e9"}`:                                                `{"a":"A/é"}`,
		`[1.0,1,1e0,-0,0.10,123456789012345678901234567890.000000000000000001]`: `[1.0,1,1e0,-0,0.10,123456789012345678901234567890.000000000000000001]`,
		`"x"`: `"x"`,
	} {
		got, err := canonical([]byte(in))
		require.NoError(t, err, in)
		assert.Equal(t, want, string(got), in)
	}
	for _, bad := range []string{``, `{`, `{"a":1,"a":1}`, `{} {}`} {
		_, err := canonical([]byte(bad))
		assert.Equal(t, "malformed-body", AsProblem(err).Code, bad)
	}
	body := []byte(`{"b":1,"a":2}`)
	_, err := canonical(body)
	require.NoError(t, err)
	assert.Equal(t, `{"b":1,"a":2}`, string(body), "the caller's bytes must stay as they are")
}

func TestCanonicalLines(t *testing.T) {
	t.Parallel()
	got, err := canonicalLines([]byte("{\"b\":1,\"a\":2}\r\n\n not json \n{\"c\": 3}"))
	require.NoError(t, err)
	assert.Equal(t, "{\"a\":2,\"b\":1}\nnot json\n{\"c\":3}\n", string(got))
}

func TestHash(t *testing.T) {
	t.Parallel()
	key := []byte("secret")
	hash := func(method, target, body string) [16]byte {
		c := &Call{Request: httptest.NewRequest(method, target, http.NoBody), Body: []byte(body)}
		h, err := c.Hash(key)
		require.NoError(t, err)
		return h
	}
	base := hash("POST", "/v1/holds/hld_1/capture", `{"a":1,"b":2}`)
	for name, same := range map[string][16]byte{
		"the same":         hash("POST", "/v1/holds/hld_1/capture", `{"a":1,"b":2}`),
		"another spelling": hash("POST", "/v1/holds/hld_1/capture", ` { "b":2, "a":1 }`),
		"a dry run":        hash("POST", "/v1/holds/hld_1/capture?dry_run=true", `{"a":1,"b":2}`),
		"escaped path":     hash("POST", "/v1/holds/hld%5F1/capture", `{"a":1,"b":2}`),
	} {
		assert.Equal(t, base, same, name)
	}
	for name, other := range map[string][16]byte{
		"another hold":   hash("POST", "/v1/holds/hld_2/capture", `{"a":1,"b":2}`),
		"another method": hash("PUT", "/v1/holds/hld_1/capture", `{"a":1,"b":2}`),
		"another body":   hash("POST", "/v1/holds/hld_1/capture", `{"a":1,"b":3}`),
		"another number": hash("POST", "/v1/holds/hld_1/capture", `{"a":1.0,"b":2}`),
		"no body":        hash("POST", "/v1/holds/hld_1/capture", ``),
		"another query":  hash("POST", "/v1/holds/hld_1/capture?mode=atomic", `{"a":1,"b":2}`),
	} {
		assert.NotEqual(t, base, other, name)
	}
	assert.Equal(t,
		hash("POST", "/x?a=1&b=2", ``), hash("POST", "/x?b=2&dry_run=false&a=1", ``), "the order of parameters says nothing")
	c := &Call{Request: httptest.NewRequest("POST", "/v1/holds/hld_1/capture", http.NoBody), Body: []byte(`{"a":1,"b":2}`)}
	other, err := c.Hash([]byte("another secret"))
	require.NoError(t, err)
	assert.NotEqual(t, base, other)
}

// BenchmarkDecodeAndHash is what the body of a two-posting transaction costs: decoding and the hash
// that its key is held to.
func BenchmarkDecodeAndHash(b *testing.B) {
	body := []byte(goodTransaction)
	key := []byte("secret")
	req := httptest.NewRequest("POST", "/v1/ledgers/main/transactions", http.NoBody)
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var into api.CreateTransaction
			if err := Decode(body, &into, ""); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("canonical", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := canonical(body); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode and hash", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var into api.CreateTransaction
			if err := Decode(body, &into, ""); err != nil {
				b.Fatal(err)
			}
			if _, err := (&Call{Request: req, Body: body}).Hash(key); err != nil {
				b.Fatal(err)
			}
		}
	})
}
