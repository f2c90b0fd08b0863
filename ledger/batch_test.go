package ledger_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
)

const bank = "liabilities:bank"

func batch(mode ledger.Mode, ts ...ledger.NewTransaction) ledger.PostBatch {
	return ledger.PostBatch{Ledger: ledger.Main, Mode: mode, Transactions: ts}
}

// refusedOf reads the result of an independent batch.
func refusedOf(t *testing.T, a decidetest.Answer) map[int]*journal.Refusal {
	t.Helper()
	require.Nil(t, a.Refusal)
	var r ledger.BatchResult
	require.NoError(t, json.Unmarshal(a.Result, &r))
	return r.Refused
}

func TestBatch(t *testing.T) {
	t.Parallel()
	zero := floor(bank, "0", "JPY")
	in := transaction(debit(opening, "100", "JPY"), credit(bank, "100", "JPY"))
	out := transaction(debit(bank, "200", "JPY"), credit(accA, "200", "JPY"))
	for _, cold := range []bool{false, true} {
		b := decidetest.Open(t, cold, ledger.Register)
		b.Given(zero)
		before := b.State()
		a := b.When(ledger.CommandPostBatch, batch(ledger.Atomic, in, out))
		require.ErrorIs(t, a.Refusal, ledger.ErrInsufficientFunds)
		assert.Equal(t, "/transactions/1/postings/0/amount", a.Refusal.Pointer)
		assert.JSONEq(t, `{"index":1,"account":"liabilities:bank","asset":"JPY","needed":"200","available":"100","min_balance":"0"}`, string(a.Refusal.Members))
		assert.Equal(t, before, b.State())

		a = b.When(ledger.CommandPostBatch, batch(ledger.Independent, in, out, in))
		assert.Equal(t, []string{
			"ledger/main transaction-posted 1 {}", "debit equity:opening 100 JPY = -100", "credit liabilities:bank 100 JPY = 100",
			"ledger/main transaction-posted 2 {}", "debit equity:opening 100 JPY = -200", "credit liabilities:bank 100 JPY = 200",
		}, shown(a.Events))
		assert.JSONEq(t, `{"refused":{"1":{"code":"insufficient-funds","detail":"liabilities:bank has 100 JPY to spare, 200 is needed","pointer":"/transactions/1/postings/0/amount",
			"members":{"account":"liabilities:bank","asset":"JPY","needed":"200","available":"100","min_balance":"0"}}}}`, string(a.Result))

		a = b.When(ledger.CommandPostBatch, batch(ledger.Atomic, out, in))
		assert.Len(t, a.Events, 2)
		assert.Nil(t, a.Result, "a result only where something was refused")
		a = b.When(ledger.CommandPostBatch, batch(ledger.Independent, in))
		assert.Len(t, a.Events, 1)
		assert.Nil(t, a.Result)
		holds(t, b, [3]string{bank, "JPY", "200"}, [3]string{accA, "JPY", "200"}, [3]string{opening, "JPY", "-400"})
	}
}

func TestBatchOfRefusals(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, true, ledger.Register)
	named := transaction(debit(opening, "1", "JPY"), credit(bank, "1", "JPY"))
	named.Reference = "once"
	bad := transaction(debit(opening, "1e3", "JPY"), credit(bank, "1", "JPY"))
	fine := transaction(debit(opening, "0.5", "JPY"), credit(bank, "0.5", "JPY"))
	a := b.When(ledger.CommandPostBatch, batch(ledger.Independent, named, named, bad, fine))
	refused := refusedOf(t, a)
	require.Len(t, refused, 3)
	assert.Len(t, a.Events, 1)
	assert.Equal(t, "reference-taken", refused[1].Code)
	assert.JSONEq(t, `{"reference":"once","transaction_id":"`+a.Events[0].TransactionID()+`"}`, string(refused[1].Members))
	assert.Equal(t, "invalid-field", refused[2].Code)
	assert.Equal(t, "/transactions/2/postings/0/amount", refused[2].Pointer)
	assert.Equal(t, "amount-scale", refused[3].Code)
	assert.Equal(t, "JPY has 0 decimals", refused[3].Detail)

	before := b.State()
	a = b.When(ledger.CommandPostBatch, batch(ledger.Independent, bad, named))
	assert.Len(t, refusedOf(t, a), 2)
	assert.Empty(t, a.Events, "all refused is done, with nothing")
	assert.Equal(t, before, b.State())

	a = b.When(ledger.CommandPostBatch, batch(ledger.Atomic, fine))
	require.ErrorIs(t, a.Refusal, ledger.ErrAmountScale)
	assert.True(t, a.Refusal.Malformed, "malformed, so answered and not recorded")
	assert.JSONEq(t, `{"index":0}`, string(a.Refusal.Members))
}

func TestBatchForm(t *testing.T) {
	t.Parallel()
	fine := transaction(debit(opening, "1", "JPY"), credit(bank, "1", "JPY"))
	bad := transaction(debit(opening, "1", "JPY"), credit(bank, "-1", "JPY"))
	long := ledger.NewTransaction{Postings: make([]ledger.Line, 1000)}
	for name, c := range map[string]struct {
		batch   ledger.PostBatch
		pointer string
	}{
		"no mode":             {batch("", fine), "/mode"},
		"empty":               {batch(ledger.Atomic), "/transactions"},
		"10,001":              {batch(ledger.Independent, make([]ledger.NewTransaction, 10_001)...), "/transactions"},
		"100,001 postings":    {batch(ledger.Independent, append(repeat(long, 100), transaction(fine.Postings[0]))...), "/transactions"},
		"an item, atomically": {batch(ledger.Atomic, fine, bad), "/transactions/1/postings/1/amount"},
	} {
		errs := c.batch.Validate()
		require.Len(t, errs, 1, name)
		assert.Equal(t, c.pointer, errs[0].Pointer, name)
		a := decidetest.Open(t, false, ledger.Register).When(ledger.CommandPostBatch, c.batch)
		require.ErrorIs(t, a.Refusal, ledger.ErrInvalidField, name)
		assert.Equal(t, c.pointer, a.Refusal.Pointer, name)
	}
	assert.Empty(t, batch(ledger.Independent, fine, bad).Validate(), "a bad item is that item's result")
	a := decidetest.Open(t, false, ledger.Register).When(ledger.CommandPostBatch, ledger.PostBatch{Ledger: "nowhere", Mode: ledger.Atomic, Transactions: []ledger.NewTransaction{fine}})
	require.ErrorIs(t, a.Refusal, ledger.ErrLedgerNotFound)
}

func repeat(t ledger.NewTransaction, n int) []ledger.NewTransaction {
	out := make([]ledger.NewTransaction, n)
	for i := range out {
		out[i] = t
	}
	return out
}

// A payer of 5,000 and a batch of 10,000 payments of 1: exactly 5,000 are done. Every payee is new,
// so a cold decision meets thousands of rows it has not; it has to ask for them together.
func TestBatchDrains(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := decidetest.Open(t, cold, ledger.Register)
		b.Given(floor(bank, "0", "JPY"), paid(opening, bank, "5000", "JPY"))
		ts := make([]ledger.NewTransaction, ledger.MaxBatch)
		for i := range ts {
			ts[i] = transaction(debit(bank, "1", "JPY"), credit(fmt.Sprintf("liabilities:user:%d", i), "1", "JPY"))
		}
		a := b.When(ledger.CommandPostBatch, batch(ledger.Atomic, ts...))
		require.ErrorIs(t, a.Refusal, ledger.ErrInsufficientFunds)
		assert.Equal(t, "/transactions/5000/postings/0/amount", a.Refusal.Pointer)
		a = b.When(ledger.CommandPostBatch, batch(ledger.Independent, ts...))
		assert.Len(t, a.Events, 5000)
		assert.Len(t, refusedOf(t, a), 5000)
		assert.Equal(t, int64(5001), a.Events[4999].Number)
		holds(t, b, [3]string{bank, "JPY", "0"}, [3]string{"liabilities:user:4999", "JPY", "1"})
	}
}

// Every transaction of an atomic batch has an asset of its own that is registered: from nothing,
// each looks refused until its asset is loaded, and they have to be loaded together.
func TestAtomicBatchFromNothing(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, true, ledger.Register)
	var ts []ledger.NewTransaction
	for i := range 2 * journal.MaxPasses {
		asset := fmt.Sprintf("COIN%d", i)
		b.Given(registered(asset, 3))
		ts = append(ts, transaction(debit(opening, "1", asset), credit(bank, "1", asset)))
	}
	assert.Len(t, b.Do(ledger.CommandPostBatch, batch(ledger.Atomic, ts...)), 24)
}
