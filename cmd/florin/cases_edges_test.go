package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCasesOfEdges(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"42", badText},
		numbered{"42 in a batch", badTextInBatch},
		numbered{"42 beside others", badTextBesideOthers},
	)
}

// pay42 is the body of a good transaction with further members, as raw JSON.
func pay42(more string) string {
	return `{"postings":[{"account":"equity:opening","side":"debit","amount":"1","asset":"JPY"},` +
		`{"account":"liabilities:a","side":"credit","amount":"1","asset":"JPY"}]` + more + `}`
}

// nested is a value of arrays in arrays.
func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

// badBody is what no request may carry, with the code and the pointer of its problem.
type badBody struct{ body, code, pointer string }

// bad42 are well-formed as JSON.
func bad42() []badBody {
	long := strings.Repeat("r", 6_000)
	return []badBody{
		{pay42(`,"metadata":{"shop":"a\u0000b"}`), "malformed-body", "/metadata/shop"},
		{pay42(`,"metadata":{"a\u0000b":"shop"}`), "malformed-body", "/metadata/a\x00b"},
		{pay42(`,"description":"\u0000"`), "malformed-body", "/description"},
		{pay42(`,"reference":"inv\u0000"`), "malformed-body", "/reference"},
		{pay42(`,"reference":"` + long + `"`), "invalid-field", "/reference"},
		{pay42(`,"metadata":{"shop":"` + long + `"}`), "invalid-field", "/metadata/shop"},
		{pay42(`,"metadata":{"shop":` + nested(1_000) + `}`), "malformed-body", ""},
		{pay42(`,"metadata":` + strings.Repeat(`{"a":`, 1_000) + `"b"` + strings.Repeat(`}`, 1_000)), "malformed-body", ""},
		{pay42(`,"metadata":{"shop":["a"]}`), "invalid-field", "/metadata/shop"},
	}
}

// broken42 are not well-formed: no document that they are a part of is.
func broken42() []badBody {
	return []badBody{
		{pay42(`,"description":"` + "\xff" + `"`), "malformed-body", "/description"},
		{pay42(`,"description":"\ud800"`), "malformed-body", "/description"},
		{pay42(`,"description":"a",`), "malformed-body", ""},
	}
}

// Case 42: what Postgres cannot store, or what is out of all proportion, is refused at the edge.
func badText(t *testing.T, s *service) {
	b := s.book(t)
	b.untouched(func() {
		for _, bad := range append(bad42(), broken42()...) {
			p := b.transact("K", bad.body).refused(http.StatusBadRequest, bad.code)
			require.Equal(t, bad.pointer, p.str("errors", 0, "pointer"), bad.body[:min(len(bad.body), 300)])
		}
		b.get(b.path("/transactions?reference=%00")).refused(http.StatusBadRequest, "invalid-parameter")
		b.get(b.path("/transactions?reference="+strings.Repeat("r", 6_000))).refused(http.StatusBadRequest, "invalid-parameter")
		b.get(b.path("/transactions?metadata[a%00]=b")).refused(http.StatusBadRequest, "invalid-parameter")
		b.get(b.path("/accounts/liabilities:%00")).refused(http.StatusBadRequest, "invalid-parameter")
		b.get(b.path("/accounts/liabilities:a%FF")).refused(http.StatusBadRequest, "invalid-parameter")
		for _, name := range []string{"%00", "a%FF"} {
			b.post("/v1/ledgers/"+name+"/transactions", b.key("K"), pay42("")).refused(http.StatusBadRequest, "invalid-parameter")
		}
		for i, name := range []string{"a%2Fb", "A", strings.Repeat("a", 4_000)} {
			b.post("/v1/ledgers/"+name+"/transactions", b.key(fmt.Sprint("nowhere ", i)), pay42("")).refused(http.StatusNotFound, "ledger-not-found")
		}
		b.transact(strings.Repeat("k", 300), pay42("")).refused(http.StatusBadRequest, "idempotency-key-invalid")
		b.transact("Kä", pay42("")).refused(http.StatusBadRequest, "idempotency-key-invalid")
		b.transact("K", pay42(`,"description":"`+strings.Repeat("d", 2<<20)+`"`)).refused(http.StatusRequestEntityTooLarge, "body-too-large")
	})
	// The key was never used, and what is at the limit is taken: 255 bytes, in any script.
	reference := strings.Repeat("é", 127) + "r"
	x := b.transact("K", pay42(`,"reference":"`+reference+`","metadata":{"emoji":"\ud83d\ude00"}`)).is(http.StatusCreated).replayed(false).txn()
	require.Equal(t, reference, x.Reference)
	require.Equal(t, "😀", x.Metadata["emoji"])
	require.Equal(t, []txn{x}, filtered(b, "metadata[emoji]=%F0%9F%98%80"))
}

// Case 42: in an independent batch such an item is answered by itself, and its neighbours are done.
func badTextInBatch(t *testing.T, s *service) {
	b := s.book(t)
	send := func(k, query string, lines bool, items []string) *answer {
		body, contentType := `{"transactions":[`+strings.Join(items, ",")+`]}`, "application/json"
		if lines {
			body, contentType = strings.Join(items, "\n"), "application/x-ndjson"
		}
		return b.post(b.path("/transactions/batch"+query), b.key(k+query), body, header("Content-Type", contentType))
	}
	good := 0
	for name, lines := range map[string]bool{"document": false, "lines": true} {
		list := bad42()
		if lines {
			list = append(list, broken42()...)
		}
		var items []string
		for _, bad := range list {
			items = append(items, pay42(""), bad.body)
		}
		b.untouched(func() { send(name, "?mode=atomic", lines, items).is(http.StatusBadRequest) })
		for i, r := range send(name, "", lines, items).is(http.StatusOK).replayed(false).results(len(items)) {
			if i%2 == 0 {
				good++
				require.EqualValues(t, good, r.Transaction.Number, name)
				continue
			}
			bad := list[i/2]
			require.Equal(t, http.StatusBadRequest, r.Status, name)
			require.Equal(t, bad.code, r.code(t), "%s, item %d", name, i)
			require.Equal(t, fmt.Sprint("/transactions/", i)+bad.pointer, r.pointer(t), "%s, item %d", name, i)
		}
		b.untouched(func() { send(name, "", lines, items).is(http.StatusOK).replayed(true).results(len(items)) })
	}
	b.has(accountA, fmt.Sprint(good), "JPY")
	require.Equal(t, 2*len(bad42())+len(broken42()), good)
	b.untouched(func() {
		for _, bad := range broken42() {
			send("broken", "", false, []string{pay42(""), bad.body}).refused(http.StatusBadRequest, "malformed-body")
		}
		send("empty", "", false, nil).refused(http.StatusBadRequest, "invalid-field")
		send("empty", "", true, nil).refused(http.StatusBadRequest, "invalid-field")
		send("many", "", true, slices.Repeat([]string{"{}"}, 10_001)).refused(http.StatusBadRequest, "invalid-field")
	})
}

// Case 42: requests that come at the same time travel and are committed together; the bad ones are
// refused and the good ones done.
func badTextBesideOthers(t *testing.T, s *service) {
	b := s.book(t)
	bad := bad42()
	answers := together(t, 60, func(i int) (*answer, error) {
		if i%3 == 0 {
			return b.tryTransact(fmt.Sprint(i), bad[i%len(bad)].body)
		}
		return b.tryTransact(fmt.Sprint(i), pay42(""))
	})
	for i, a := range answers {
		if i%3 == 0 {
			a.refused(http.StatusBadRequest, bad[i%len(bad)].code)
		} else {
			a.is(http.StatusCreated)
		}
	}
	b.has(accountA, "40", "JPY")
}
