package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	accountA = "liabilities:a"
	accountB = "liabilities:b"
	accountC = "liabilities:c"
)

func TestCasesOfPostings(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"1", firstTransaction},
		numbered{"2", insufficientFunds},
		numbered{"3", malformedPostings},
		numbered{"4", manyDigits},
		numbered{"5", balancePerAsset},
		numbered{"6", scales},
		numbered{"7", dryRunOfBackdatedPosting},
		numbered{"8", balanceAfterTheWhole},
	)
}

// Case 1: one posting on a new ledger is one transaction, number 1, and one event.
func firstTransaction(t *testing.T, s *service) {
	b := s.book(t)
	before := b.events()
	b.has(accountA, "0", "JPY")
	x := b.fund(accountA, "100", "JPY")
	b.has(accountA, "100", "JPY")
	require.Equal(t, before+1, b.events())

	require.EqualValues(t, 1, x.Number)
	require.Equal(t, "transaction-posted", x.Type)
	require.Equal(t, b.name, x.Ledger)
	require.Equal(t, "usr_finance", x.Actor)
	require.Equal(t, x.RecordedAt, x.EffectiveAt)
	require.Equal(t, "-100", x.Postings[0].BalanceAfter)
	require.Equal(t, "100", x.Postings[1].BalanceAfter)
	require.Equal(t, []txn{x}, b.transactions())
	require.Equal(t, x, b.transaction(x.ID))
}

// Case 2: who has nothing pays nothing, and nothing is left of the attempt.
func insufficientFunds(t *testing.T, s *service) {
	b := s.book(t)
	b.floors("JPY", accountA, accountB)
	b.untouched(func() {
		p := b.pay("1", accountA, accountB, "100", "JPY").refused(http.StatusUnprocessableEntity, "insufficient-funds")
		require.Equal(t, accountA, p.str("account"))
		require.Equal(t, "JPY", p.str("asset"))
		require.Equal(t, "100", p.str("needed"))
		require.Equal(t, "0", p.str("available"))
		require.Equal(t, "/postings/0/amount", p.str("errors", 0, "pointer"))
	})
	b.has(accountA, "0", "JPY")
	b.has(accountB, "0", "JPY")
	require.Empty(t, b.transactions())
	require.EqualValues(t, 1, b.fund(accountA, "100", "JPY").Number, "a refusal takes no number")
}

// Case 3: what is malformed is answered 400, points at its field, and is no outcome of its key.
func malformedPostings(t *testing.T, s *service) {
	b := s.book(t)
	body := func(first string) string {
		return `{"postings":[` + first + `,{"account":"liabilities:b","side":"credit","amount":"100","asset":"JPY"}]}`
	}
	line := func(account, amount, asset string) string {
		return body(`{"account":` + account + `,"side":"debit",` + amount + `"asset":` + asset + `}`)
	}
	b.untouched(func() {
		for name, c := range map[string]struct{ body, code, pointer string }{
			"no amount":           {line(`"equity:a"`, ``, `"JPY"`), "invalid-field", "/postings/0/amount"},
			"negative":            {line(`"equity:a"`, `"amount":"-100",`, `"JPY"`), "invalid-field", "/postings/0/amount"},
			"zero":                {line(`"equity:a"`, `"amount":"0",`, `"JPY"`), "invalid-field", "/postings/0/amount"},
			"exponent":            {line(`"equity:a"`, `"amount":"1e3",`, `"JPY"`), "invalid-field", "/postings/0/amount"},
			"NaN":                 {line(`"equity:a"`, `"amount":"NaN",`, `"JPY"`), "invalid-field", "/postings/0/amount"},
			"a number":            {line(`"equity:a"`, `"amount":100,`, `"JPY"`), "invalid-field", "/postings/0/amount"},
			"a number with e":     {line(`"equity:a"`, `"amount":1e3,`, `"JPY"`), "invalid-field", "/postings/0/amount"},
			"null":                {line(`"equity:a"`, `"amount":null,`, `"JPY"`), "invalid-field", "/postings/0/amount"},
			"a space in front":    {line(`"equity:a"`, `"amount":" 100",`, `"JPY"`), "invalid-field", "/postings/0/amount"},
			"61 digits":           {line(`"equity:a"`, `"amount":"`+strings.Repeat("9", 61)+`",`, `"JPY"`), "invalid-field", "/postings/0/amount"},
			"a space in address":  {line(`"a b"`, `"amount":"100",`, `"JPY"`), "invalid-field", "/postings/0/account"},
			"a space in segment":  {line(`"equity:a b"`, `"amount":"100",`, `"JPY"`), "invalid-field", "/postings/0/account"},
			"an empty segment":    {line(`"x::y"`, `"amount":"100",`, `"JPY"`), "invalid-field", "/postings/0/account"},
			"an empty segment 2":  {line(`"equity::y"`, `"amount":"100",`, `"JPY"`), "invalid-field", "/postings/0/account"},
			"an unknown root":     {line(`"cash:till"`, `"amount":"100",`, `"JPY"`), "invalid-field", "/postings/0/account"},
			"a root alone":        {line(`"equity"`, `"amount":"100",`, `"JPY"`), "invalid-field", "/postings/0/account"},
			"a bad asset":         {line(`"equity:a"`, `"amount":"100",`, `"usd/"`), "invalid-field", "/postings/0/asset"},
			"a bad side":          {body(`{"account":"equity:a","side":"left","amount":"100","asset":"JPY"}`), "invalid-field", "/postings/0/side"},
			"an unknown field":    {body(`{"account":"equity:a","side":"debit","amount":"100","asset":"JPY","scale":2}`), "unknown-field", "/postings/0/scale"},
			"a field twice":       {body(`{"account":"equity:a","account":"equity:b","side":"debit","amount":"100","asset":"JPY"}`), "malformed-body", "/postings/0/account"},
			"one posting":         {`{"postings":[{"account":"equity:a","side":"debit","amount":"100","asset":"JPY"}]}`, "invalid-field", "/postings"},
			"no posting":          {`{"postings":[]}`, "invalid-field", "/postings"},
			"a year without form": {`{"effective_at":"yesterday",` + line(`"equity:a"`, `"amount":"100",`, `"JPY"`)[1:], "invalid-field", "/effective_at"},
		} {
			p := b.transact("malformed", c.body).refused(http.StatusBadRequest, c.code)
			require.Equal(t, c.pointer, p.str("errors", 0, "pointer"), name)
		}
		b.transact("malformed", `{"postings":NaN}`).refused(http.StatusBadRequest, "malformed-body")
		b.transact("malformed", ``).refused(http.StatusBadRequest, "malformed-body")
	})
	b.transact("malformed", line(`"equity:a"`, `"amount":"100",`, `"JPY"`)).is(http.StatusCreated).replayed(false)
}

// Case 4: 52 digits come back as they were sent, wherever they are shown.
func manyDigits(t *testing.T, s *service) {
	const amount = "1320000000000000000000000000000000000000.000000000001"
	b := s.book(t)
	b.post("/v1/assets", b.key("EURX"), map[string]any{"code": "EURX", "scale": 12}).is(http.StatusCreated)
	x := b.fund(accountA, amount, "EURX")
	require.Equal(t, amount, x.Postings[0].Amount)
	require.Equal(t, "-"+amount, x.Postings[0].BalanceAfter)
	require.Equal(t, amount, x.Postings[1].BalanceAfter)
	require.Equal(t, x, b.transaction(x.ID))
	b.has(accountA, amount, "EURX")
	b.has(opening, "-"+amount, "EURX")

	entries := b.read(b.path("/accounts/" + accountA + "/entries")).is(http.StatusOK)
	require.Equal(t, amount, entries.str("data", 0, "amount"))
	require.Equal(t, amount, entries.str("data", 0, "balance"))
	account := b.read(b.path("/accounts/" + accountA)).is(http.StatusOK)
	require.Equal(t, amount, account.str("balances", 0, "credits"))
	require.Equal(t, "0.000000000000", account.str("balances", 0, "debits"))
	trial := b.read(b.path("/trial-balance")).is(http.StatusOK)
	require.Equal(t, amount, trial.str("totals", 0, "debits"))
	require.Equal(t, amount, trial.str("totals", 0, "credits"))

	var event string
	s.query(t, &event, "SELECT postings::text FROM events WHERE ledger = $1 AND number = 1", b.name)
	require.Contains(t, event, `"`+amount+`"`)

	// And it can be taken away again to the last digit, but not one more.
	b.floors("EURX", accountA)
	b.pay("too much", accountA, accountB, "1320000000000000000000000000000000000000.000000000002", "EURX").
		refused(http.StatusUnprocessableEntity, "insufficient-funds")
	b.pay("all", accountA, accountB, amount, "EURX").is(http.StatusCreated)
	b.has(accountA, "0.000000000000", "EURX")
}

// Case 5: debits equal credits in each asset by itself.
func balancePerAsset(t *testing.T, s *service) {
	const user, dollars, euros = "liabilities:user", "liabilities:liquidity:usd", "liabilities:liquidity:eur"
	b := s.book(t)
	b.floors("USD", user, dollars)
	b.floors("EUR", euros)
	b.fund(user, "10.00", "USD")
	b.fund(euros, "100.00", "EUR")

	exchange := []posting{
		{user, "debit", "10.00", "USD"}, {dollars, "credit", "10.00", "USD"},
		{euros, "debit", "9.26", "EUR"}, {user, "credit", "9.26", "EUR"},
	}
	b.untouched(func() {
		b.transact("another asset", transaction([]posting{{user, "debit", "10.00", "USD"}, {user, "credit", "10.00", "EUR"}})).
			refused(http.StatusUnprocessableEntity, "unbalanced")
		p := b.transact("one leg short", transaction(exchange[:3])).refused(http.StatusUnprocessableEntity, "unbalanced")
		require.Equal(t, []any{map[string]any{"amount": "9.26", "asset": "EUR"}}, p.at("excess"))
		b.transact("not the same", transaction([]posting{{user, "debit", "10.00", "USD"}, {dollars, "credit", "9.99", "USD"}})).
			refused(http.StatusUnprocessableEntity, "unbalanced")
	})
	b.has(user, "10.00", "USD")
	b.has(user, "0", "EUR")

	x := b.transact("exchange", transaction(exchange)).is(http.StatusCreated).txn()
	require.Len(t, x.Postings, 4)
	b.has(user, "0.00", "USD")
	b.has(user, "9.26", "EUR")
	b.has(dollars, "10.00", "USD")
	b.has(euros, "90.74", "EUR")
	require.JSONEq(t, `[{"asset":"EUR","debits":"109.26","credits":"109.26"},{"asset":"USD","debits":"20.00","credits":"20.00"}]`,
		jsonOf(t, b.read(b.path("/trial-balance")).is(http.StatusOK).at("totals")))
}

// Case 6: an amount has the decimals of its asset and no more; none is rounded.
func scales(t *testing.T, s *service) {
	b := s.book(t)
	b.post("/v1/assets", b.key("ETH"), map[string]any{"code": "ETH", "scale": 18}).is(http.StatusCreated)
	b.untouched(func() {
		for asset, amount := range map[string]string{"JPY": "100.5", "USD": "0.001", "ETH": "0.0000000000000000001", "KWD": "1.0000"} {
			p := b.pay("scale "+asset, opening, accountA, amount, asset).refused(http.StatusBadRequest, "amount-scale")
			require.Equal(t, "/postings/0/amount", p.str("errors", 0, "pointer"))
		}
	})
	b.pay("scale JPY", opening, accountA, "100", "JPY").is(http.StatusCreated).replayed(false)

	b.floors("ETH", accountA)
	b.fund(accountA, "1.000000000000000001", "ETH")
	b.untouched(func() {
		p := b.pay("one wei too many", accountA, accountB, "1.000000000000000002", "ETH").
			refused(http.StatusUnprocessableEntity, "insufficient-funds")
		require.Equal(t, "1.000000000000000002", p.str("needed"))
		require.Equal(t, "1.000000000000000001", p.str("available"))
	})
	b.has(accountA, "1.000000000000000001", "ETH")

	// 2^53 + 1 is the first whole number that a float cannot hold.
	b.fund(accountC, "9007199254740993", "JPY")
	b.has(accountC, "9007199254740993", "JPY")
	require.Equal(t, "1.50", b.fund(accountC, "1.5", "USD").Postings[0].Amount, "fewer decimals are filled up")
}

// Case 7: a dry run answers as if it was done and leaves nothing, not even its key.
func dryRunOfBackdatedPosting(t *testing.T, s *service) {
	b := s.book(t)
	body := transaction(pays(opening, accountA, "100", "JPY"))
	body["effective_at"] = "2020-01-10T08:00:00+04:00"
	body["reference"] = "inv-1"
	var dry txn
	b.untouched(func() {
		a := b.post(b.path("/transactions?dry_run=true"), b.key("1"), body).is(http.StatusCreated).replayed(false)
		require.Empty(t, a.Header.Get("Florin-Position"))
		dry = a.txn()
		b.get(b.path("/accounts/"+accountA)).refused(http.StatusNotFound, "not-found")
		require.Empty(t, b.transactions())
	})
	require.EqualValues(t, 1, dry.Number)
	require.Equal(t, "100", dry.Postings[1].BalanceAfter)
	require.Equal(t, "2020-01-10T04:00:00Z", dry.EffectiveAt.Format("2006-01-02T15:04:05Z07:00"))
	b.get(b.path("/transactions/"+dry.ID)).refused(http.StatusNotFound, "transaction-not-found")

	a := b.transact("1", body).is(http.StatusCreated).replayed(false)
	require.NotEmpty(t, a.Header.Get("Florin-Position"))
	done := a.txn()
	require.Equal(t, dry.Number, done.Number)
	require.Equal(t, dry.Postings, done.Postings)
	require.Equal(t, dry.EffectiveAt, done.EffectiveAt)
	require.Equal(t, dry.Reference, done.Reference)
	b.has(accountA, "100", "JPY")

	// A dry run of what is refused is refused, and that is no outcome either.
	b.floors("JPY", accountA)
	b.untouched(func() {
		b.post(b.path("/transactions?dry_run=true"), b.key("2"), transaction(pays(accountA, accountB, "150", "JPY"))).
			refused(http.StatusUnprocessableEntity, "insufficient-funds")
	})
	b.fund(accountA, "50", "JPY")
	b.pay("2", accountA, accountB, "150", "JPY").is(http.StatusCreated).replayed(false)
}

// Case 8: floors are held against the balance after the whole transaction, in whatever order its
// postings stand.
func balanceAfterTheWhole(t *testing.T, s *service) {
	for name, swap := range map[string]bool{"A pays first": false, "A is paid first": true} {
		b := s.book(t)
		b.floors("JPY", accountA, accountB, accountC)
		b.fund(accountC, "10", "JPY")
		list := [][]posting{pays(accountA, accountB, "10", "JPY"), pays(accountC, accountA, "10", "JPY")}
		if swap {
			list[0], list[1] = list[1], list[0]
		}
		x := b.transact("1", transaction(list...)).is(http.StatusCreated).txn()
		for _, p := range x.Postings {
			require.Equal(t, map[string]string{accountA: "0", accountB: "10", accountC: "0"}[p.Account], p.BalanceAfter, name)
		}
		b.has(accountA, "0", "JPY")
		b.has(accountB, "10", "JPY")
		b.has(accountC, "0", "JPY")
	}
}
