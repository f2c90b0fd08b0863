package ledger_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
)

const (
	opening = "equity:opening"
	accA    = "liabilities:user:a"
	accB    = "liabilities:user:b"
	accC    = "liabilities:user:c"
)

func TestPost(t *testing.T) {
	t.Parallel()
	long := "1320000000000000000000000000000000000000.000000000001"
	hold(t, []rule{
		{
			name: "the first transaction",
			when: pay(opening, accA, "100", "JPY"),
			then: []string{
				"ledger/main transaction-posted 1 {}",
				"debit equity:opening 100 JPY = -100", "credit liabilities:user:a 100 JPY = 100",
			},
		},
		{
			name: "what belongs to it", given: []journal.Event{paid(opening, accA, "1", "JPY")},
			when: ledger.PostTransaction{Ledger: "main", NewTransaction: ledger.NewTransaction{
				Postings:  []ledger.Line{debit(opening, "100", "JPY"), credit(accA, "100", "JPY")},
				Reference: "inv-7", Description: "Invoice 7", Metadata: map[string]string{"shop": "north"},
			}},
			then: []string{
				`ledger/main transaction-posted 2 {"reference":"inv-7","description":"Invoice 7","metadata":{"shop":"north"}}`,
				"debit equity:opening 100 JPY = -101", "credit liabilities:user:a 100 JPY = 101",
			},
		},
		{
			name: "fewer decimals are filled up", when: pay("assets:cash:till", "income:sales", "10.5", "USD"),
			then: []string{
				"ledger/main transaction-posted 1 {}",
				"debit assets:cash:till 10.50 USD = 10.50", "credit income:sales 10.50 USD = 10.50",
			},
		},
		{
			name: "52 digits", given: []journal.Event{registered("EURX", 12)}, when: pay(opening, accA, long, "EURX"),
			then: []string{
				"ledger/main transaction-posted 1 {}",
				"debit equity:opening " + long + " EURX = -" + long, "credit liabilities:user:a " + long + " EURX = " + long,
			},
		},
		{
			name: "2^53 + 1", when: pay(opening, accA, "9007199254740993", "JPY"),
			then: []string{
				"ledger/main transaction-posted 1 {}",
				"debit equity:opening 9007199254740993 JPY = -9007199254740993", "credit liabilities:user:a 9007199254740993 JPY = 9007199254740993",
			},
		},
		{
			name: "an account twice in one transaction has one balance after it",
			when: post(debit(opening, "3", "JPY"), credit(accA, "1", "JPY"), credit(accA, "2", "JPY")),
			then: []string{
				"ledger/main transaction-posted 1 {}",
				"debit equity:opening 3 JPY = -3", "credit liabilities:user:a 1 JPY = 3", "credit liabilities:user:a 2 JPY = 3",
			},
		},
		{
			name: "two currencies through liquidity accounts", given: []journal.Event{paid(opening, accA, "10.00", "USD")},
			when: post(
				debit(accA, "10.00", "USD"), credit("equity:conversion:usd", "10.00", "USD"),
				debit("equity:conversion:eur", "9.26", "EUR"), credit(accB, "9.26", "EUR")),
			then: []string{
				"ledger/main transaction-posted 2 {}",
				"debit liabilities:user:a 10.00 USD = 0.00", "credit equity:conversion:usd 10.00 USD = 10.00",
				"debit equity:conversion:eur 9.26 EUR = -9.26", "credit liabilities:user:b 9.26 EUR = 9.26",
			},
		},
		{
			name: "one leg short", given: []journal.Event{paid(opening, accA, "10.00", "USD")},
			when: post(
				debit(accA, "10.00", "USD"), credit("equity:conversion:usd", "10.00", "USD"),
				debit("equity:conversion:eur", "9.26", "EUR"), credit(accB, "9.25", "EUR")),
			refused: ledger.ErrUnbalanced, pointer: "/postings", members: `{"excess":[{"amount":"0.01","asset":"EUR"}]}`,
		},
		{
			name: "USD to EUR", when: post(debit(accA, "10.00", "USD"), credit(accB, "10.00", "EUR")),
			refused: ledger.ErrUnbalanced, pointer: "/postings",
			members: `{"excess":[{"amount":"10.00","asset":"USD"},{"amount":"-10.00","asset":"EUR"}]}`,
		},
		{
			name: "an unknown asset", when: post(debit(accA, "1", "JPY"), credit(accB, "1", "NOPE")),
			refused: ledger.ErrUnknownAsset, pointer: "/postings/1/asset",
		},
		{name: "JPY with a decimal", when: pay(accA, accB, "100.5", "JPY"), refused: ledger.ErrAmountScale, pointer: "/postings/0/amount"},
		{name: "JPY with a zero decimal", when: pay(accA, accB, "100.0", "JPY"), refused: ledger.ErrAmountScale, pointer: "/postings/0/amount"},
		{
			name: "USD with three", when: post(debit(accA, "1", "USD"), credit(accB, "0.001", "USD")),
			refused: ledger.ErrAmountScale, pointer: "/postings/1/amount",
		},
		{
			name: "60 digits that the asset's decimals make 62", when: pay(accA, accB, strings.Repeat("9", 60), "USD"),
			refused: ledger.ErrInvalidField, pointer: "/postings/0/amount",
		},
		{name: "an owned account", when: pay(accA, "liabilities:wallets:w:held", "1", "JPY"), refused: ledger.ErrOwnedAccount, pointer: "/postings/1/account"},
	})
}

func TestFloors(t *testing.T) {
	t.Parallel()
	zero := floor(accA, "0", "JPY")
	hold(t, []rule{
		{
			name: "nothing there", given: []journal.Event{zero}, when: pay(accA, accB, "100", "JPY"),
			refused: ledger.ErrInsufficientFunds, pointer: "/postings/0/amount",
			members: `{"account":"liabilities:user:a","asset":"JPY","needed":"100","available":"0","min_balance":"0"}`,
		},
		{
			name: "one too many", given: []journal.Event{floor(accA, "1.50", "USD"), paid(opening, accA, "10.00", "USD")}, when: pay(accA, accB, "8.51", "USD"),
			refused: ledger.ErrInsufficientFunds, pointer: "/postings/0/amount",
			members: `{"account":"liabilities:user:a","asset":"USD","needed":"8.51","available":"8.50","min_balance":"1.50"}`,
		},
		{
			name: "the first posting that takes is named", given: []journal.Event{zero},
			when:    post(debit(opening, "1", "JPY"), credit(accA, "1", "JPY"), debit(accA, "1", "JPY"), debit(accA, "1", "JPY"), credit(accB, "2", "JPY")),
			refused: ledger.ErrInsufficientFunds, pointer: "/postings/2/amount",
			members: `{"account":"liabilities:user:a","asset":"JPY","needed":"1","available":"0","min_balance":"0"}`,
		},
		{
			name: "to the minimum", given: []journal.Event{floor(accA, "1.50", "USD"), paid(opening, accA, "10.00", "USD")}, when: pay(accA, accB, "8.50", "USD"),
			then: []string{"ledger/main transaction-posted 2 {}", "debit liabilities:user:a 8.50 USD = 1.50", "credit liabilities:user:b 8.50 USD = 8.50"},
		},
		{
			name: "a credit line", given: []journal.Event{floor(accA, "-0.29", "USD")}, when: pay(accA, accB, "0.29", "USD"),
			then: []string{"ledger/main transaction-posted 1 {}", "debit liabilities:user:a 0.29 USD = -0.29", "credit liabilities:user:b 0.29 USD = 0.29"},
		},
		{
			name: "a credit line used up", given: []journal.Event{floor(accA, "-0.29", "USD"), paid(accA, accB, "0.29", "USD")}, when: pay(accA, accB, "0.01", "USD"),
			refused: ledger.ErrInsufficientFunds, pointer: "/postings/0/amount",
			members: `{"account":"liabilities:user:a","asset":"USD","needed":"0.01","available":"0.00","min_balance":"-0.29"}`,
		},
		{
			name: "another asset is bound by its own minimum", given: []journal.Event{zero}, when: pay(accA, accB, "1", "KRW"),
			then: []string{"ledger/main transaction-posted 1 {}", "debit liabilities:user:a 1 KRW = -1", "credit liabilities:user:b 1 KRW = 1"},
		},
		{
			name: "the balance after the whole transaction counts", given: []journal.Event{zero},
			when: post(debit(accA, "10", "JPY"), credit(accB, "10", "JPY"), debit(accC, "10", "JPY"), credit(accA, "10", "JPY")),
			then: []string{
				"ledger/main transaction-posted 1 {}",
				"debit liabilities:user:a 10 JPY = 0", "credit liabilities:user:b 10 JPY = 10",
				"debit liabilities:user:c 10 JPY = -10", "credit liabilities:user:a 10 JPY = 0",
			},
		},
		{
			name: "in either order", given: []journal.Event{zero},
			when: post(debit(accC, "10", "JPY"), credit(accA, "10", "JPY"), debit(accA, "10", "JPY"), credit(accB, "10", "JPY")),
			then: []string{
				"ledger/main transaction-posted 1 {}",
				"debit liabilities:user:c 10 JPY = -10", "credit liabilities:user:a 10 JPY = 0",
				"debit liabilities:user:a 10 JPY = 0", "credit liabilities:user:b 10 JPY = 10",
			},
		},
		{
			name: "below the minimum it may grow", given: []journal.Event{paid(accA, accB, "50", "JPY"), zero},
			when: post(debit(accC, "10", "JPY"), credit(accA, "10", "JPY"), debit(accA, "3", "JPY"), credit(accB, "3", "JPY")),
			then: []string{
				"ledger/main transaction-posted 2 {}",
				"debit liabilities:user:c 10 JPY = -10", "credit liabilities:user:a 10 JPY = -43",
				"debit liabilities:user:a 3 JPY = -43", "credit liabilities:user:b 3 JPY = 53",
			},
		},
		{
			name: "below the minimum it may not fall", given: []journal.Event{paid(accA, accB, "50", "JPY"), zero}, when: pay(accA, accB, "1", "JPY"),
			refused: ledger.ErrInsufficientFunds, pointer: "/postings/0/amount",
			members: `{"account":"liabilities:user:a","asset":"JPY","needed":"1","available":"-50","min_balance":"0"}`,
		},
		{
			name: "18 decimals are not rounded", given: []journal.Event{registered("ETH", 18), floor(accA, "0", "ETH"), paid(opening, accA, "1.000000000000000001", "ETH")},
			when: pay(accA, accB, "1.000000000000000002", "ETH"), refused: ledger.ErrInsufficientFunds, pointer: "/postings/0/amount",
			members: `{"account":"liabilities:user:a","asset":"ETH","needed":"1.000000000000000002","available":"1.000000000000000001","min_balance":"0.000000000000000000"}`,
		},
		{
			name: "an asset account has its balance on the debit side", given: []journal.Event{floor("assets:cash", "0", "JPY"), paid("assets:cash", opening, "5", "JPY")},
			when: pay("expenses:rent", "assets:cash", "6", "JPY"), refused: ledger.ErrInsufficientFunds, pointer: "/postings/1/amount",
			members: `{"account":"assets:cash","asset":"JPY","needed":"6","available":"5","min_balance":"0"}`,
		},
	})
}

func TestFrozen(t *testing.T) {
	t.Parallel()
	ice := []journal.Event{paid(opening, accA, "10", "JPY"), ruled(ledger.AccountSet{Address: accA, Frozen: true})}
	hold(t, []rule{
		{
			name: "it loses nothing", given: ice, when: pay(accA, accB, "1", "JPY"),
			refused: ledger.ErrAccountFrozen, pointer: "/postings/0/account", members: `{"account":"liabilities:user:a"}`,
		},
		{
			name: "not even what comes back in the same transaction", given: ice,
			when:    post(debit(accB, "2", "JPY"), credit(accA, "2", "JPY"), debit(accA, "1", "JPY"), credit(accB, "1", "JPY")),
			refused: ledger.ErrAccountFrozen, pointer: "/postings/2/account",
		},
		{
			name: "it may gain", given: ice, when: pay(opening, accA, "1", "JPY"),
			then: []string{"ledger/main transaction-posted 2 {}", "debit equity:opening 1 JPY = -11", "credit liabilities:user:a 1 JPY = 11"},
		},
	})
}

func TestReferences(t *testing.T) {
	t.Parallel()
	with := func(c ledger.PostTransaction, reference string) ledger.PostTransaction {
		c.Reference = reference
		return c
	}
	for _, cold := range []bool{false, true} {
		b := decidetest.Open(t, cold, ledger.Register)
		first := b.Do(ledger.CommandPostTransaction, with(pay(opening, accA, "5", "JPY"), "inv/7"))
		before := b.State()
		// A floor would be broken and the accounts differ: the reference speaks first.
		a := b.When(ledger.CommandPostTransaction, with(pay(accB, accC, "9", "JPY"), "inv/7"))
		require.ErrorIs(t, a.Refusal, ledger.ErrReferenceTaken)
		assert.Equal(t, "/reference", a.Refusal.Pointer)
		assert.JSONEq(t, `{"reference":"inv/7","transaction_id":"`+first[0].TransactionID()+`"}`, string(a.Refusal.Members))
		assert.Equal(t, before, b.State())

		b.Do(ledger.CommandCreateLedger, ledger.CreateLedger{Name: "other"})
		elsewhere := with(pay(opening, accA, "5", "JPY"), "inv/7")
		elsewhere.Ledger = "other"
		assert.Len(t, b.Do(ledger.CommandPostTransaction, elsewhere), 1)
		assert.Equal(t, int64(2), b.Do(ledger.CommandPostTransaction, with(pay(opening, accA, "5", "JPY"), "inv-8"))[0].Number)
	}
}

func TestEffectiveTime(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, false, ledger.Register)
	at := func(when time.Time) ledger.PostTransaction {
		c := pay(opening, accA, "1", "JPY")
		c.EffectiveAt = &when
		return c
	}
	for name, when := range map[string]time.Time{
		"now": b.Now(), "long ago": time.Date(2019, 2, 28, 23, 59, 59, 0, time.UTC), "a clock that is fast": b.Now().Add(time.Minute),
	} {
		e := b.Do(ledger.CommandPostTransaction, at(when))[0]
		assert.Equal(t, when, e.EffectiveAt, name)
		assert.Equal(t, b.Now(), e.RecordedAt, name)
	}
	assert.Equal(t, b.Now(), b.Do(ledger.CommandPostTransaction, pay(opening, accA, "1", "JPY"))[0].EffectiveAt)
	a := b.When(ledger.CommandPostTransaction, at(b.Now().Add(time.Minute+time.Microsecond)))
	require.ErrorIs(t, a.Refusal, ledger.ErrEffectiveInFuture)
	assert.Equal(t, "/effective_at", a.Refusal.Pointer)
	a = b.When(ledger.CommandPostTransaction, at(time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)))
	require.ErrorIs(t, a.Refusal, ledger.ErrInvalidField)
	assert.Equal(t, "/effective_at", a.Refusal.Pointer)
}

// A dry run of a backdated posting to an account that does not exist answers as if done and leaves
// nothing behind; the real one then works.
func TestDryRun(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, false, ledger.Register)
	c := pay(opening, accA, "1", "JPY")
	c.EffectiveAt = ptr(time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC))
	c.Reference = "once"
	dry := b.WhenDry(ledger.CommandPostTransaction, c)
	require.Nil(t, dry.Refusal)
	assert.Equal(t, int64(1), dry.Events[0].Number)
	assert.Empty(t, b.Events())
	assert.Empty(t, b.State())
	assert.Equal(t, shown(dry.Events), shown(b.Do(ledger.CommandPostTransaction, c)))
}

// Every form error of a transaction, with its pointer, told by Validate and by the decider alike.
func TestMalformedTransactions(t *testing.T) {
	t.Parallel()
	good := func() ledger.PostTransaction { return pay(opening, accA, "1", "JPY") }
	many := map[string]string{}
	for i := range 65 {
		many[strings.Repeat("k", i+1)] = "v"
	}
	for pointer, breaks := range map[string]func(*ledger.PostTransaction){
		"/postings":           func(c *ledger.PostTransaction) { c.Postings = c.Postings[:1] },
		"/postings/1/account": func(c *ledger.PostTransaction) { c.Postings[1].Account = "a b" },
		"/postings/0/side":    func(c *ledger.PostTransaction) { c.Postings[0].Side = "Debit" },
		"/postings/1/amount":  func(c *ledger.PostTransaction) { c.Postings[1].Amount = "1e3" },
		"/postings/0/amount":  func(c *ledger.PostTransaction) { c.Postings[0].Amount = "" },
		"/postings/1/asset":   func(c *ledger.PostTransaction) { c.Postings[1].Asset = "usd/" },
		"/reference":          func(c *ledger.PostTransaction) { c.Reference = strings.Repeat("r", 256) },
		"/description":        func(c *ledger.PostTransaction) { c.Description = strings.Repeat("d", 1001) },
		"/metadata":           func(c *ledger.PostTransaction) { c.Metadata = many },
		"/metadata/a~1b~0":    func(c *ledger.PostTransaction) { c.Metadata = map[string]string{"a/b~": "nul \x00"} },
		"/metadata/long":      func(c *ledger.PostTransaction) { c.Metadata = map[string]string{"long": strings.Repeat("v", 513)} },
		"/preconditions/0": func(c *ledger.PostTransaction) {
			c.Preconditions = []ledger.Precondition{{Account: accA, Asset: "JPY"}}
		},
		"/preconditions/0/balance_gte": func(c *ledger.PostTransaction) {
			c.Preconditions = []ledger.Precondition{{Account: accA, Asset: "JPY", BalanceGTE: ptr("x")}}
		},
		"/preconditions/1/account": func(c *ledger.PostTransaction) {
			c.Preconditions = []ledger.Precondition{{Account: accA, Asset: "JPY", Version: ptr(int64(0))}, {Account: "x", Asset: "JPY", Version: ptr(int64(0))}}
		},
		"/preconditions/0/version": func(c *ledger.PostTransaction) {
			c.Preconditions = []ledger.Precondition{{Account: accA, Asset: "JPY", Version: ptr(int64(-1))}}
		},
		"/preconditions": func(c *ledger.PostTransaction) { c.Preconditions = make([]ledger.Precondition, 101) },
	} {
		c := good()
		require.Empty(t, c.Validate())
		breaks(&c)
		errs := c.Validate()
		require.Len(t, errs, 1, pointer)
		assert.Equal(t, pointer, errs[0].Pointer)
		a := decidetest.Open(t, false, ledger.Register).When(ledger.CommandPostTransaction, c)
		require.ErrorIs(t, a.Refusal, ledger.ErrInvalidField, pointer)
		assert.Equal(t, pointer, a.Refusal.Pointer)
		assert.Equal(t, errs[0].Detail, a.Refusal.Detail)
		assert.True(t, a.Refusal.Malformed)
	}
	c := good()
	c.Postings = make([]ledger.Line, ledger.MaxPostings)
	assert.Len(t, c.Validate(), ledger.MaxFieldErrors, "a long list of errors ends")
	c.Postings = make([]ledger.Line, ledger.MaxPostings+1)
	assert.Equal(t, "/postings", c.Validate()[0].Pointer)
}

// A transaction of many postings is summed through a map, one of few through a list: both have to
// come to the same balances.
func TestManyPostings(t *testing.T) {
	t.Parallel()
	for _, n := range []int{10, ledger.MaxPostings} {
		c := ledger.PostTransaction{Ledger: ledger.Main}
		for i := range n {
			if i%2 == 0 {
				c.Postings = append(c.Postings, debit(opening, "1.5", "USD"))
			} else {
				c.Postings = append(c.Postings, credit([]string{accA, accB}[i/2%2], "1.50", "USD"))
			}
		}
		b := decidetest.Open(t, true, ledger.Register)
		e := b.Do(ledger.CommandPostTransaction, c)[0]
		rows := held(t, b)
		require.Len(t, rows, 3)
		for key, row := range rows {
			assert.Equal(t, int64(1), row.Version, key)
		}
		assert.Equal(t, map[int]string{10: "-7.50", 1000: "-750.00"}[n], exact(e.Postings[0].Balance))
		assert.Equal(t, map[int]string{10: "4.50", 1000: "375.00"}[n], exact(e.Postings[1].Balance))
		assert.Equal(t, map[int]string{10: "3.00", 1000: "375.00"}[n], exact(e.Postings[3].Balance))
	}
}
