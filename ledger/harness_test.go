package ledger_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
)

// rule is one case: given these facts, when this is asked, then these facts or this refusal.
type rule struct {
	name  string
	given []journal.Event
	when  any
	// then are the events, as lines of shown.
	then []string
	// refused is the refusal; pointer and members are what it has to say, members as JSON.
	refused *journal.Refusal
	pointer string
	members string
}

// hold runs every rule twice: with all state at hand, and from nothing, as after a take-over.
func hold(t *testing.T, rules []rule) {
	t.Helper()
	for _, r := range rules {
		for _, cold := range []bool{false, true} {
			name := r.name
			if cold {
				name += ", cold"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				b := decidetest.Open(t, cold, ledger.Register)
				b.Given(r.given...)
				before := b.State()
				a := b.When(commandType(t, r.when), r.when)
				if r.refused == nil {
					require.Nil(t, a.Refusal)
					assert.Equal(t, r.then, shown(a.Events))
					return
				}
				require.ErrorIs(t, a.Refusal, r.refused)
				assert.Equal(t, r.pointer, a.Refusal.Pointer)
				assert.Equal(t, r.refused.Malformed, a.Refusal.Malformed)
				if r.members != "" {
					assert.JSONEq(t, r.members, string(a.Refusal.Members))
				}
				assert.Empty(t, a.Events)
				assert.Equal(t, before, b.State(), "a refusal moves nothing")
			})
		}
	}
}

// commandType returns the type of a command by its struct.
func commandType(t testing.TB, command any) string {
	t.Helper()
	switch command.(type) {
	case ledger.CreateLedger:
		return ledger.CommandCreateLedger
	case ledger.RegisterAsset:
		return ledger.CommandRegisterAsset
	case ledger.SetAccount:
		return ledger.CommandSetAccount
	case ledger.PostTransaction:
		return ledger.CommandPostTransaction
	case ledger.PostBatch:
		return ledger.CommandPostBatch
	case ledger.ReverseTransaction:
		return ledger.CommandReverseTransaction
	}
	require.Failf(t, "no command", "%T", command)
	return ""
}

// shown writes events as lines: the type with its number or data, then each posting with the
// balance after it.
func shown(events []*journal.Event) []string {
	var out []string
	for _, e := range events {
		if len(e.Postings) == 0 {
			out = append(out, fmt.Sprintf("%s %s %s", e.Stream, e.Type, e.Data))
			continue
		}
		out = append(out, fmt.Sprintf("%s %s %d %s", e.Stream, e.Type, e.Number, e.Data))
		for _, p := range e.Postings {
			out = append(out, fmt.Sprintf("%s %s %s %s = %s", p.Side, p.Account, exact(p.Amount), p.Asset, exact(p.Balance)))
		}
	}
	return out
}

// exact writes a decimal with the decimals it has.
func exact(d decimal.Decimal) string {
	if d.Exponent() > 0 {
		return fmt.Sprintf("%s (exponent %d)", d, d.Exponent())
	}
	return d.StringFixed(-d.Exponent())
}

// paid is the fact that an amount moved: a debit of from and a credit of to.
func paid(from, to, amount, asset string) journal.Event {
	return journal.Event{
		Ledger: ledger.Main, Stream: "ledger/main", Type: ledger.TypeTransactionPosted, Body: ledger.TransactionPosted{},
		Postings: []journal.Posting{
			{Account: from, Side: journal.Debit, Amount: decimal.RequireFromString(amount), Asset: asset},
			{Account: to, Side: journal.Credit, Amount: decimal.RequireFromString(amount), Asset: asset},
		},
	}
}

// ruled is the fact that an account has rules.
func ruled(a ledger.AccountSet) journal.Event {
	a.Version = 1
	return journal.Event{Ledger: ledger.Main, Stream: "ledger/main", Type: ledger.TypeAccountSet, Body: a}
}

// floor is the fact that an account has a minimum.
func floor(account, amount, asset string) journal.Event {
	return ruled(ledger.AccountSet{Address: account, MinBalance: []ledger.Money{{Amount: amount, Asset: asset}}})
}

// registered is the fact that an asset is known.
func registered(code string, scale int32) journal.Event {
	return journal.Event{Stream: "asset/" + code, Type: ledger.TypeAssetRegistered, Body: ledger.AssetRegistered{Code: code, Scale: scale}}
}

func debit(account, amount, asset string) ledger.Line {
	return ledger.Line{Account: account, Side: "debit", Amount: amount, Asset: asset}
}

func credit(account, amount, asset string) ledger.Line {
	return ledger.Line{Account: account, Side: "credit", Amount: amount, Asset: asset}
}

func transaction(lines ...ledger.Line) ledger.NewTransaction {
	return ledger.NewTransaction{Postings: lines}
}

func post(lines ...ledger.Line) ledger.PostTransaction {
	return ledger.PostTransaction{Ledger: ledger.Main, NewTransaction: transaction(lines...)}
}

// pay is the request that from pays to.
func pay(from, to, amount, asset string) ledger.PostTransaction {
	return post(debit(from, amount, asset), credit(to, amount, asset))
}

// held returns the balance rows of a book by "ledger/account/asset".
func held(t require.TestingT, b *decidetest.Book) map[string]ledger.Balance {
	out := map[string]ledger.Balance{}
	for key, data := range b.State() {
		const kind = "balance/"
		if len(key) > len(kind) && key[:len(kind)] == kind {
			var row ledger.Balance
			require.NoError(t, json.Unmarshal([]byte(data), &row))
			out[key[len(kind):]] = row
		}
	}
	return out
}

// holds asserts what accounts of main hold, given as account, asset, amount.
func holds(t testing.TB, b *decidetest.Book, want ...[3]string) {
	t.Helper()
	rows := held(t, b)
	for _, w := range want {
		balance := rows["main/"+w[0]+"/"+w[1]].On(ledger.Address(w[0]).NormalSide())
		assert.Equal(t, w[2], exact(balance), "%s in %s", w[0], w[1])
	}
}

func ptr[T any](v T) *T { return &v }
