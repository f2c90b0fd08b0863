package main

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCasesOfLists(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"33", sameInstant},
		numbered{"34 pages", pages},
		numbered{"34 while others write", pagesWhileOthersWrite},
		numbered{"34 cursors", cursorsOfOtherLists},
	)
}

// page is a page of any list.
type page struct {
	Data    []map[string]any `json:"data"`
	HasMore bool             `json:"has_more"`
	Next    string           `json:"next_cursor"`
	link    string           // what Link names as the next page
}

// list reads a page.
func (c *caller) list(path string) (p page) {
	c.t.Helper()
	a := c.read(path).is(http.StatusOK)
	a.into(&p)
	require.Equal(c.t, p.HasMore, p.Next != "", path)
	link, rel, found := strings.Cut(a.Header.Get("Link"), "; ")
	require.Equal(c.t, p.HasMore, found, path)
	if found {
		require.Equal(c.t, `rel="next"`, rel)
		p.link = strings.Trim(link, "<>")
	}
	return p
}

// with adds a parameter to a path.
func with(path, name, value string) string {
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	return path + separator + name + "=" + url.QueryEscape(value)
}

// field collects a field of rows.
func field(rows []map[string]any, name string) []string {
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = fmt.Sprint(row[name])
	}
	return out
}

// walk reads a list to its end in pages of n, by cursor or by Link, and returns a field of all rows.
func (c *caller) walk(path string, n int, byLink bool, name string) (all []string) {
	c.t.Helper()
	p := c.list(with(path, "limit", fmt.Sprint(n)))
	for {
		all = append(all, field(p.Data, name)...)
		if !p.HasMore {
			return all
		}
		require.Len(c.t, p.Data, n, "a page that is not the last is full")
		if byLink {
			// The link has the position that the page before was asked for.
			p = c.list(withoutAtLeast(c, p.link))
		} else {
			p = c.list(with(with(path, "limit", fmt.Sprint(n)), "cursor", p.Next))
		}
	}
}

func withoutAtLeast(c *caller, link string) string {
	c.t.Helper()
	u, err := url.Parse(link)
	require.NoError(c.t, err)
	query := u.Query()
	query.Del("at_least")
	u.RawQuery = query.Encode()
	return u.String()
}

// Case 33: two ways to write one instant select the same rows, from inclusive, until exclusive.
func sameInstant(t *testing.T, s *service) {
	b := s.book(t)
	// Three transactions at 08:00, 09:00 and 10:00 UTC, written in three offsets.
	for i, at := range []string{"2022-05-01T12:00:00+04:00", "2022-05-01T09:00:00Z", "2022-05-01T04:30:00.000000-05:30"} {
		body := transaction(pays(opening, accountA, fmt.Sprint(i+1), "JPY"))
		body["effective_at"] = at
		x := b.transact(fmt.Sprint(i), body).is(http.StatusCreated).txn()
		require.Equal(t, time.Date(2022, 5, 1, 8+i, 0, 0, 0, time.UTC), x.EffectiveAt)
		require.Contains(t, string(b.get(b.path("/transactions/"+x.ID)).Body), fmt.Sprintf(`"effective_at":"2022-05-01T%02d:00:00Z"`, 8+i))
	}
	nine := []string{"2022-05-01T09:00:00Z", "2022-05-01T13:00:00+04:00", "2022-05-01T09:00:00.000+00:00", "2022-04-30T23:00:00-10:00"}
	for _, at := range nine {
		for _, list := range []struct{ path, field, name string }{
			{"/transactions", "number", "from"},
			{"/accounts/" + accountA + "/entries?order=effective", "number", "from"},
		} {
			path := b.path(list.path)
			require.Equal(t, []string{"3", "2"}, field(b.list(with(path, "from", at)).Data, list.field), at)
			require.Equal(t, []string{"1"}, field(b.list(with(path, "until", at)).Data, list.field), at)
			require.Equal(t, []string{"2"}, field(b.list(with(with(path, "from", at), "until", "2022-05-01T14:00:00+04:00")).Data, list.field), at)
		}
	}
	// The same of recorded times, at the very microsecond.
	second := b.transactions()[1]
	here := second.RecordedAt.Format(time.RFC3339Nano)
	there := second.RecordedAt.In(time.FixedZone("", 4*60*60)).Format(time.RFC3339Nano)
	require.NotEqual(t, here, there)
	for _, at := range []string{here, there} {
		require.Equal(t, []string{"3", "2"}, field(b.list(with(b.path("/transactions"), "recorded_from", at)).Data, "number"), at)
		require.Equal(t, []string{"1"}, field(b.list(with(b.path("/transactions"), "recorded_until", at)).Data, "number"), at)
		require.Equal(t, []string{"3", "2"}, field(b.list(with(b.path("/accounts/"+accountA+"/entries"), "from", at)).Data, "number"), at)
	}
	b.get(b.path("/transactions?from=2022-05-01T13:00:00+04:00")).refused(http.StatusBadRequest, "invalid-parameter")
}

// Case 34: a page of 5 and then one of 10 by its cursor; every list to its end in pages of any size.
func pages(t *testing.T, s *service) {
	b := s.book(t)
	const count = 23
	for i := range count {
		body := transaction(pays(opening, fmt.Sprintf("liabilities:page:%02d", i), "1", "JPY"), pays(opening, accountA, "1", "JPY"))
		body["metadata"] = map[string]string{"parity": fmt.Sprint(i % 2)}
		b.transact(fmt.Sprint(i), body).is(http.StatusCreated)
		b.post("/v1/assets", b.key("asset "+fmt.Sprint(i)), map[string]any{"code": fmt.Sprintf("PAGE%02d", i), "scale": 0}).is(http.StatusCreated)
	}
	first := b.list(b.path("/transactions?limit=5"))
	require.Equal(t, []string{"23", "22", "21", "20", "19"}, field(first.Data, "number"))
	second := b.list(with(b.path("/transactions?limit=10"), "cursor", first.Next))
	require.Equal(t, []string{"18", "17", "16", "15", "14", "13", "12", "11", "10", "9"}, field(second.Data, "number"))

	owner := "usr_" + b.name
	for range 7 {
		s.wallet(t, owner, 0)
	}
	for path, name := range map[string]string{
		b.path("/transactions"):                                      "id",
		b.path("/transactions?metadata[parity]=1"):                   "id",
		b.path("/transactions?account=" + accountA):                  "id",
		b.path("/transactions?account=liabilities:page:*&asset=JPY"): "id",
		b.path("/accounts"):                                          "address",
		b.path("/accounts?prefix=liabilities:page:&asset=JPY"):       "address",
		b.path("/accounts/" + accountA + "/entries"):                 "transaction_id",
		b.path("/accounts/" + accountA + "/entries?order=effective"): "transaction_id",
		"/v1/assets":                        "code",
		"/v1/ledgers":                       "name",
		"/v1/wallets?owner_id=" + owner:     "id",
		"/v1/wallets?status=open":           "id",
		b.path("/transactions?asset=OTHER"): "id",
	} {
		whole := b.list(with(path, "limit", "1000"))
		require.False(t, whole.HasMore, path)
		want := field(whole.Data, name)
		for _, n := range []int{1, 4, 5} {
			if n == 1 && len(want) > 50 {
				continue // one by one is for short lists
			}
			require.Equal(t, want, nonNil(b.walk(path, n, n == 4, name)), "%s in pages of %d", path, n)
		}
		if len(want) > 0 {
			require.Equal(t, want, b.walk(path, len(want), false, name), "%s in one full page", path)
		}
	}
	require.Len(t, b.walk(b.path("/transactions?metadata[parity]=1"), 3, false, "id"), 11)
	require.Len(t, b.walk("/v1/wallets?owner_id="+owner, 3, false, "id"), 7)
	require.Equal(t, "main", b.list("/v1/ledgers?limit=1").Data[0]["name"])
	for _, limit := range []string{"0", "1001", "-1", "x", ""} {
		b.get(b.path("/transactions?limit="+limit)).refused(http.StatusBadRequest, "invalid-parameter")
	}
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// Case 34: what is written between two pages makes none of the rows that were there come twice or
// go missing.
func pagesWhileOthersWrite(t *testing.T, s *service) {
	b := s.book(t)
	write := func(k string) {
		b.transact(k, transaction(pays(opening, "liabilities:page:"+k, "1", "JPY"), pays(opening, accountA, "1", "JPY"))).is(http.StatusCreated)
	}
	for i := range 15 {
		write(fmt.Sprintf("m%02d", i))
	}
	lists := map[string]string{
		b.path("/transactions"):                                      "id",
		b.path("/transactions?account=" + accountA):                  "id",
		b.path("/accounts?prefix=liabilities:page:"):                 "address",
		b.path("/accounts/" + accountA + "/entries"):                 "transaction_id",
		b.path("/accounts/" + accountA + "/entries?order=effective"): "transaction_id",
	}
	for i, path := range slices.Sorted(maps.Keys(lists)) {
		name := lists[path]
		before := field(b.list(with(path, "limit", "1000")).Data, name)
		seen := map[string]int{}
		p := b.list(with(path, "limit", "4"))
		for turn := 0; ; turn++ {
			for _, id := range field(p.Data, name) {
				seen[id]++
			}
			if !p.HasMore {
				break
			}
			// One that comes before everything in the order of addresses, and one after.
			write(fmt.Sprintf("a%d%02d", i, turn))
			write(fmt.Sprintf("z%d%02d", i, turn))
			if turn > 100 {
				require.Fail(t, "the list does not end", path)
			}
			if turn > 20 {
				p = b.list(with(with(path, "limit", "1000"), "cursor", p.Next))
				continue
			}
			p = b.list(with(with(path, "limit", "4"), "cursor", p.Next))
		}
		for _, id := range before {
			require.Equal(t, 1, seen[id], "%s in %s", id, path)
		}
		for id, n := range seen {
			require.Equal(t, 1, n, "%s in %s", id, path)
		}
	}
}

// Case 34: a cursor is good for the list that gave it, and for nothing else.
func cursorsOfOtherLists(t *testing.T, s *service) {
	b, other := s.book(t), s.book(t)
	for i := range 3 {
		b.pay(fmt.Sprint(i), opening, accountA, "1", "JPY").is(http.StatusCreated)
		other.pay(fmt.Sprint(i), opening, accountA, "1", "JPY").is(http.StatusCreated)
	}
	cursor := b.list(b.path("/transactions?asset=JPY&limit=1")).Next
	changed := []byte(cursor)
	changed[len(changed)/2] ^= 1
	for _, path := range []string{
		with(b.path("/transactions"), "cursor", cursor),
		with(b.path("/transactions?asset=USD"), "cursor", cursor),
		with(b.path("/transactions?asset=JPY&type=transaction-posted"), "cursor", cursor),
		with(other.path("/transactions?asset=JPY"), "cursor", cursor),
		with(b.path("/accounts?asset=JPY"), "cursor", cursor),
		with(b.path("/transactions?asset=JPY"), "cursor", string(changed)),
		with(b.path("/transactions?asset=JPY"), "cursor", cursor+"AA"),
		with(b.path("/transactions?asset=JPY"), "cursor", "1"),
		with(b.path("/transactions?asset=JPY"), "cursor", strings.Repeat("A", 40)),
	} {
		b.get(path).refused(http.StatusBadRequest, "invalid-cursor")
	}
	b.get(b.path("/transactions?cursor=")).refused(http.StatusBadRequest, "invalid-parameter")
	b.get(b.path("/transactions?assets=JPY")).refused(http.StatusBadRequest, "unknown-parameter")
	// How much is shown, and how late, is no filter.
	require.Len(t, b.list(with(b.path("/transactions?limit=2&asset=JPY"), "cursor", cursor)).Data, 2)
}
