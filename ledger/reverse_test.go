package ledger_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
)

func undo(id string) ledger.ReverseTransaction {
	return ledger.ReverseTransaction{Ledger: ledger.Main, ID: id, Reason: "a slip"}
}

func TestReverse(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := decidetest.Open(t, cold, ledger.Register)
		given := b.Given(floor(accA, "0", "JPY"), paid(opening, accA, "100", "JPY"), paid(accA, accB, "100", "JPY"))
		id := given[1].TransactionID()
		before := b.State()
		a := b.When(ledger.CommandReverseTransaction, undo(id))
		require.ErrorIs(t, a.Refusal, ledger.ErrInsufficientFunds)
		assert.Empty(t, a.Refusal.Pointer, "its body has no postings to point at")
		assert.Equal(t, before, b.State())

		force := undo(id)
		force.Force = true
		b.Advance(time.Hour)
		dry := b.WhenDry(ledger.CommandReverseTransaction, force)
		require.Nil(t, dry.Refusal)
		done := b.Do(ledger.CommandReverseTransaction, force)
		assert.Equal(t, []string{
			`ledger/main transaction-reversed 3 {"reverses":"` + id + `","reason":"a slip","forced":true}`,
			"credit equity:opening 100 JPY = 0", "debit liabilities:user:a 100 JPY = -100",
		}, shown(done))
		assert.Equal(t, b.Now(), done[0].EffectiveAt)

		a = b.When(ledger.CommandReverseTransaction, force)
		require.ErrorIs(t, a.Refusal, ledger.ErrAlreadyReversed)
		assert.JSONEq(t, `{"reversed_by":"`+done[0].TransactionID()+`"}`, string(a.Refusal.Members))

		again := b.Do(ledger.CommandReverseTransaction, undo(done[0].TransactionID()))
		assert.Equal(t, int64(4), again[0].Number, "a reversal is a transaction and can be reversed")
		holds(t, b, [3]string{accA, "JPY", "0"}, [3]string{opening, "JPY", "-100"}, [3]string{accB, "JPY", "100"})
	}
}

func TestReverseAtEffectiveTime(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, true, ledger.Register)
	past := time.Date(2025, 1, 10, 8, 0, 0, 0, time.UTC)
	c := pay(opening, accA, "1", "JPY")
	c.EffectiveAt = &past
	r := undo(b.Do(ledger.CommandPostTransaction, c)[0].TransactionID())
	r.AtEffectiveTime = true
	e := b.Do(ledger.CommandReverseTransaction, r)[0]
	assert.Equal(t, past, e.EffectiveAt)
	assert.Equal(t, b.Now(), e.RecordedAt)
}

func TestReverseFrozen(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, false, ledger.Register)
	id := b.Given(paid(opening, accA, "1", "JPY"), ruled(ledger.AccountSet{Address: accA, Frozen: true}))[0].TransactionID()
	r := undo(id)
	require.ErrorIs(t, b.When(ledger.CommandReverseTransaction, r).Refusal, ledger.ErrAccountFrozen)
	r.Force = true
	assert.Len(t, b.Do(ledger.CommandReverseTransaction, r), 1)
}

func TestReverseWhatIsNotThere(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, true, ledger.Register)
	domain := paid("liabilities:wallets:w:available", "liabilities:wallets:v:available", "5", "JPY")
	domain.Type, domain.Body = "transfer-made", struct{}{}
	given := b.Given(paid(opening, accA, "1", "JPY"), floor(accA, "0", "JPY"), domain,
		journal.Event{Ledger: "other", Stream: "ledger/other", Type: ledger.TypeLedgerCreated, Body: ledger.LedgerCreated{Name: "other"}})
	there := given[0]
	place := func(shard journal.Shard, epoch, position int64, at time.Time) string {
		return journal.NewPlaceID(shard, epoch, position, at).Format("txn")
	}
	require.Equal(t, there.TransactionID(), place(0, 1, 1, there.RecordedAt))
	for name, id := range map[string]string{
		"no id": "txn_1", "of another kind": there.ID().Format("wal"), "another shard": place(1, 1, 1, there.RecordedAt),
		"another epoch": place(0, 2, 1, there.RecordedAt), "another time": place(0, 1, 1, there.RecordedAt.Add(time.Second)),
		"position 0": place(0, 1, 0, there.RecordedAt), "the future": place(0, 1, 99, there.RecordedAt),
		"no transaction": given[1].TransactionID(),
	} {
		a := b.When(ledger.CommandReverseTransaction, undo(id))
		require.ErrorIs(t, a.Refusal, ledger.ErrTransactionNotFound, name)
	}
	r := undo(there.TransactionID())
	r.Ledger = "other"
	require.ErrorIs(t, b.When(ledger.CommandReverseTransaction, r).Refusal, ledger.ErrTransactionNotFound)
	r.Ledger = "nowhere"
	require.ErrorIs(t, b.When(ledger.CommandReverseTransaction, r).Refusal, ledger.ErrLedgerNotFound)
	require.ErrorIs(t, b.When(ledger.CommandReverseTransaction, undo(given[2].TransactionID())).Refusal, ledger.ErrUseDomainUndo)
	r = undo(there.TransactionID())
	r.Reason = ""
	a := b.When(ledger.CommandReverseTransaction, r)
	require.ErrorIs(t, a.Refusal, ledger.ErrInvalidField)
	assert.Equal(t, "/reason", a.Refusal.Pointer)
}

// 500 random transactions over 80 accounts in 6 ledgers, each then reversed twice in any order: 500
// are done, 500 are refused, and every balance is 0.
func TestReverseEverythingTwice(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, false, ledger.Register)
	random := rand.New(rand.NewPCG(4, 217))
	ledgers := []string{ledger.Main}
	for i := range 5 {
		name := fmt.Sprintf("book-%d", i)
		b.Do(ledger.CommandCreateLedger, ledger.CreateLedger{Name: name})
		ledgers = append(ledgers, name)
	}
	var undos []ledger.ReverseTransaction
	for range 500 {
		from := random.IntN(80)
		to := (from + 1 + random.IntN(79)) % 80
		c := pay(fmt.Sprintf("assets:n:%d", from), fmt.Sprintf("assets:n:%d", to), decimal.New(1+random.Int64N(1e6), -2).StringFixed(2), "USD")
		c.Ledger = ledgers[random.IntN(6)]
		r := undo(b.Do(ledger.CommandPostTransaction, c)[0].TransactionID())
		r.Ledger = c.Ledger
		undos = append(undos, r, r)
	}
	random.Shuffle(len(undos), func(i, j int) { undos[i], undos[j] = undos[j], undos[i] })
	done, refused := 0, 0
	for _, r := range undos {
		if a := b.When(ledger.CommandReverseTransaction, r); a.Refusal == nil {
			done++
		} else {
			require.ErrorIs(t, a.Refusal, ledger.ErrAlreadyReversed)
			refused++
		}
	}
	assert.Equal(t, 500, done)
	assert.Equal(t, 500, refused)
	rows := held(t, b)
	assert.NotEmpty(t, rows)
	for key, row := range rows {
		assert.Zero(t, row.On(journal.Debit).Sign(), key)
	}
}
