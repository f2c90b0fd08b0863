package request

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/api"
)

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	posting := func(rest string) string {
		return `{"postings":[{"account":"equity:a","side":"debit","amount":"1","asset":"USD"},{` + rest + `}]}`
	}
	tests := map[string]struct {
		body, code, pointer, detail string
	}{
		"nothing":                      {"", "malformed-body", "", "the body is empty"},
		"space":                        {" \n", "malformed-body", "", "the body is empty"},
		"no JSON":                      {"postings=1", "malformed-body", "", "it is not well-formed JSON (at byte 0)"},
		"cut off":                      {`{"postings":[{"amount":"1"`, "malformed-body", "/postings/0", "the JSON ends too early (at byte 26)"},
		"garbage after it":             {`{"postings":[]} {}`, "malformed-body", "", "it is not well-formed JSON (at byte 16)"},
		"a comment":                    {`{/* hi */"postings":[]}`, "malformed-body", "", "it is not well-formed JSON (at byte 1)"},
		"not UTF-8":                    {"{\"reference\":\"\xff\"}", "malformed-body", "/reference", "it is not well-formed JSON (at byte 14)"},
		"half a surrogate":             {`{"reference":"\ud800"}`, "malformed-body", "/reference", "it is not well-formed JSON (at byte 14)"},
		"an array":                     {`[]`, "invalid-field", "", "want an object, not an array"},
		"an unknown field":             {`{"posting":[]}`, "unknown-field", "/posting", "there is no such field"},
		"a field in another case":      {`{"Postings":[]}`, "unknown-field", "/Postings", "there is no such field"},
		"an unknown field, deep":       {posting(`"acount":"x"`), "unknown-field", "/postings/1/acount", "there is no such field"},
		"an unknown field, escaped":    {`{"a/b~c":1}`, "unknown-field", "/a~1b~0c", "there is no such field"},
		"a field twice":                {posting(`"amount":"1","amount":"100"`), "malformed-body", "/postings/1/amount", "the member is there twice (at byte 92)"},
		"a key of metadata twice":      {`{"metadata":{"k":"1","k":"2"}}`, "malformed-body", "/metadata/k", "the member is there twice (at byte 21)"},
		"a number for an amount":       {posting(`"amount":10.5`), "invalid-field", "/postings/1/amount", `an amount is a string, such as "10.50", not a JSON number`},
		"a number for a balance":       {`{"preconditions":[{"balance_gte":1}]}`, "invalid-field", "/preconditions/0/balance_gte", `an amount is a string, such as "10.50", not a JSON number`},
		"an object for an amount":      {posting(`"amount":{}`), "invalid-field", "/postings/1/amount", "want a string, not an object"},
		"a boolean for an account":     {posting(`"account":true`), "invalid-field", "/postings/1/account", "want a string, not a boolean"},
		"a third side":                 {posting(`"side":"left"`), "invalid-field", "/postings/1/side", `want "debit" or "credit"`},
		"a number for a side":          {posting(`"side":1`), "invalid-field", "/postings/1/side", "want a string, not a number"},
		"an object for postings":       {`{"postings":{}}`, "invalid-field", "/postings", "want an array, not an object"},
		"a string for metadata":        {`{"metadata":"x"}`, "invalid-field", "/metadata", "want an object, not a string"},
		"a number in metadata":         {`{"metadata":{"k":1}}`, "invalid-field", "/metadata/k", "want a string, not a number"},
		"a date for a time":            {`{"effective_at":"2026-01-31"}`, "invalid-field", "/effective_at", `want an RFC 3339 time, such as "2026-01-31T00:00:00Z"`},
		"a number for a time":          {`{"effective_at":1767225600}`, "invalid-field", "/effective_at", `want an RFC 3339 time in a string, such as "2026-01-31T00:00:00Z", not a number`},
		"a fraction for a version":     {`{"preconditions":[{"version":1.5}]}`, "invalid-field", "/preconditions/0/version", "want a whole number that fits"},
		"a string for a version":       {`{"preconditions":[{"version":"1"}]}`, "invalid-field", "/preconditions/0/version", "want a whole number, not a string"},
		"a version beyond 64 bits":     {`{"preconditions":[{"version":9223372036854775808}]}`, "invalid-field", "/preconditions/0/version", "want a whole number that fits"},
		"null":                         {`null`, "invalid-field", "", "want a value, not null"},
		"null in metadata":             {`{"metadata":{"a":"null","k":null}}`, "invalid-field", "/metadata/k", "want a value, not null"},
		"null in a list":               {`{"postings":[null]}`, "invalid-field", "/postings/0", "want a value, not null"},
		"null for an amount":           {posting(`"amount":null`), "invalid-field", "/postings/1/amount", "want a value, not null"},
		"null for an unknown field":    {`{"x":null}`, "unknown-field", "/x", "there is no such field"},
		"U+0000 in a value":            {`{"metadata":{"k":"a\u0000b"}}`, "malformed-body", "/metadata/k", "text must not contain U+0000"},
		"U+0000 in a name":             {`{"metadata":{"k\u0000":"a"}}`, "malformed-body", "/metadata/k\x00", "text must not contain U+0000"},
		"33 levels":                    {`{"postings":` + nested(32) + `}`, "malformed-body", "", "it nests deeper than 32 levels"},
		"1,000 levels":                 {nested(1000), "malformed-body", "", "it nests deeper than 32 levels"},
		"1,000 levels, never closed":   {strings.Repeat("[", 1000), "malformed-body", "", "it nests deeper than 32 levels"},
		"100,000 levels in an unknown": {`{"x":` + nested(100_000) + `}`, "malformed-body", "", "it nests deeper than 32 levels"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var into api.CreateTransaction
			err := Decode([]byte(tt.body), &into, "")
			var p *Problem
			require.ErrorAs(t, err, &p)
			assert.Equal(t, tt.code, p.Code)
			assert.Equal(t, []FieldError{{Pointer: tt.pointer, Detail: tt.detail}}, p.Errors)
		})
	}
}

func TestDecodeTakes(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a good body":             goodTransaction,
		"space around it":         " \n" + goodTransaction + "\t\n",
		"32 levels of string":     `{"reference":"` + strings.Repeat("[{", 50) + `"}`,
		"a backslash, then u0000": `{"metadata":{"k":"\\u0000"}}`,
		"an escaped quote":        `{"metadata":{"k":"\"[[[["}}`,
		"null for an absent one":  `{"postings":[],"reference":null}`,
	} {
		var into api.CreateTransaction
		require.NoError(t, Decode([]byte(body), &into, ""), name)
	}
	var hold api.ReleaseHold
	require.NoError(t, Decode([]byte(`{}`), &hold, ""))
	// Without an amount all that remains is captured: a client that failed to say how much must not
	// capture everything.
	var capture api.CaptureHold
	require.NoError(t, Decode([]byte(`{}`), &capture, ""))
	require.Error(t, Decode([]byte(`{"amount":null}`), &capture, ""))
	require.Error(t, Decode([]byte(`{"amount":"1"}`), &hold, ""))
}

func TestDecodePrefix(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"postings":[{"amount":1}]}`:      "/transactions/3/postings/0/amount",
		`{"postings":[{"amonut":"1"}]}`:    "/transactions/3/postings/0/amonut",
		`{"metadata":{"k":"\u0000"}}`:      "/transactions/3/metadata/k",
		`{"postings":`:                     "/transactions/3/postings",
		``:                                 "/transactions/3",
		strings.Repeat(`{"metadata":`, 40): "/transactions/3",
	} {
		var into api.CreateTransaction
		var p *Problem
		require.ErrorAs(t, Decode([]byte(body), &into, "/transactions/3"), &p, body)
		assert.Equal(t, want, p.Errors[0].Pointer, body)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(goodTransaction)
	f.Add(`{"metadata":{"k":"\u0000"}}`)
	f.Add(`{"postings":[{"amount":1}]}`)
	f.Add(strings.Repeat("[", 40))
	f.Fuzz(func(t *testing.T, body string) {
		var into api.CreateTransaction
		if err := Decode([]byte(body), &into, ""); err != nil {
			p := AsProblem(err)
			if row, known := ProblemRowOf(p.Code); !known || row.Status != http.StatusBadRequest {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		for k, v := range into.Metadata {
			if strings.ContainsRune(k+v, 0) {
				t.Fatalf("U+0000 passed: %q", body)
			}
		}
		if depthOf([]byte(body)) > MaxDepth {
			t.Fatalf("depth passed: %q", body)
		}
		once, err := canonical([]byte(body))
		if err != nil {
			t.Fatalf("decoded, but has no canonical form: %q: %v", body, err)
		}
		if twice, err := canonical(once); err != nil || string(twice) != string(once) {
			t.Fatalf("canonical form of %q is not stable: %q, %q, %v", body, once, twice, err)
		}
	})
}
