package ledger_test

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
)

// transfer is the command of a core that posts to owned accounts, as a wallet does.
type transfer struct {
	From, To, Amount, Reference string
	Force                       bool
	Limit                       string // the credit limit of whoever pays
}

// transferMade is its event.
type transferMade struct {
	Reference string `json:"reference,omitempty"`
}

// TransactionReference implements ledger.Referenced.
func (t transferMade) TransactionReference() string { return t.Reference }

func registerTransfers(r *journal.Registry) {
	ledger.Register(r)
	journal.Records[transferMade](r, "transfer-made", 1, nil)
	journal.Decides(r, "transfer", func(s *journal.Scope, c transfer) error {
		amount := decimal.RequireFromString(c.Amount)
		_, err := ledger.Post(s, journal.Event{
			Ledger: ledger.Main, Stream: "wallet/w", Type: "transfer-made", Schema: 1, Body: transferMade{c.Reference},
			Postings: []journal.Posting{
				{Account: c.From, Side: journal.Debit, Amount: amount, Asset: "USD"},
				{Account: c.To, Side: journal.Credit, Amount: amount, Asset: "USD"},
			},
		}, ledger.Policy{Owner: "wallet", Force: c.Force, Floors: func(account, asset string) (decimal.Decimal, bool) {
			if account != c.From || asset != "USD" {
				return decimal.Decimal{}, false
			}
			return decimal.RequireFromString(c.Limit).Neg(), true
		}})
		return err
	})
}

const (
	walletW = "liabilities:wallets:w:available"
	walletV = "liabilities:wallets:v:available"
)

// A domain posts to its accounts, under its own floors; the ledger counts and books it like any
// transaction.
func TestDomainPosts(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := decidetest.Open(t, cold, registerTransfers)
		b.Given(paid(opening, accA, "1.00", "USD"))
		ask := func(c transfer) decidetest.Answer { return b.When("transfer", c) }

		a := ask(transfer{From: walletW, To: walletV, Amount: "0.3", Limit: "0.29"})
		require.ErrorIs(t, a.Refusal, ledger.ErrInsufficientFunds)
		assert.Empty(t, a.Refusal.Pointer, "a transfer's body has no postings to point at")
		assert.JSONEq(t, `{"account":"liabilities:wallets:w:available","asset":"USD","needed":"0.30","available":"0.29","min_balance":"-0.29"}`, string(a.Refusal.Members))

		a = ask(transfer{From: walletW, To: walletV, Amount: "0.29", Limit: "0.29", Reference: "t-1"})
		require.Nil(t, a.Refusal)
		assert.Equal(t, []string{
			`wallet/w transfer-made 2 {"reference":"t-1"}`,
			"debit liabilities:wallets:w:available 0.29 USD = -0.29", "credit liabilities:wallets:v:available 0.29 USD = 0.29",
		}, shown(a.Events))
		require.ErrorIs(t, ask(transfer{From: walletV, To: walletW, Amount: "0.01", Limit: "0", Reference: "t-1"}).Refusal, ledger.ErrReferenceTaken)
		require.ErrorIs(t, ask(transfer{From: walletW, To: walletV, Amount: "0.01", Limit: "0.29"}).Refusal, ledger.ErrInsufficientFunds)

		a = ask(transfer{From: walletW, To: walletV, Amount: "5", Limit: "0.29", Force: true})
		require.Nil(t, a.Refusal, "what happened outside is booked, whatever it leaves")
		holds(t, b, [3]string{walletW, "USD", "-5.29"}, [3]string{walletV, "USD", "5.29"})

		require.ErrorIs(t, b.When(ledger.CommandReverseTransaction, undo(a.Events[0].TransactionID())).Refusal, ledger.ErrUseDomainUndo)
		assert.Equal(t, b.State(), b.Replay(registerTransfers).State())
	}
}

// What must hold of a domain's postings is refused too, without a pointer into its request.
func TestDomainMistakes(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, false, registerTransfers)
	for _, c := range []transfer{
		{From: "wallets:w", To: walletV, Amount: "1"}, {From: walletW, To: walletV, Amount: "0"}, {From: walletW, To: walletV, Amount: "-1"},
	} {
		c.Limit = "0"
		a := b.When("transfer", c)
		require.ErrorIs(t, a.Refusal, ledger.ErrInvalidField)
		assert.Empty(t, a.Refusal.Pointer)
	}
	require.ErrorIs(t, b.When("transfer", transfer{From: walletW, To: walletV, Amount: "0.001", Limit: "0"}).Refusal, ledger.ErrAmountScale)
	assert.Empty(t, b.Events())
}

// The higher of the domain's floor and the account's own minimum counts.
func TestFloorsCombine(t *testing.T) {
	t.Parallel()
	b := decidetest.Open(t, false, registerTransfers)
	b.Given(floor(accA, "-1.00", "USD"))
	a := b.When("transfer", transfer{From: accA, To: walletV, Amount: "2", Limit: "5"})
	require.ErrorIs(t, a.Refusal, ledger.ErrInsufficientFunds)
	assert.Contains(t, string(a.Refusal.Members), `"min_balance":"-1.00"`)
	a = b.When("transfer", transfer{From: accA, To: walletV, Amount: "1", Limit: "0.5"})
	require.ErrorIs(t, a.Refusal, ledger.ErrInsufficientFunds)
	assert.Contains(t, string(a.Refusal.Members), `"min_balance":"-0.50"`)
}

// Post leaves the caller's postings as they were: a domain may go on with them.
func TestPostCopiesPostings(t *testing.T) {
	t.Parallel()
	postings := paid(walletW, walletV, "1", "USD").Postings
	b := decidetest.Open(t, false, func(r *journal.Registry) {
		registerTransfers(r)
		journal.Decides(r, "once", func(s *journal.Scope, _ struct{}) error {
			_, err := ledger.Post(s, journal.Event{
				Ledger: ledger.Main, Stream: "wallet/w", Type: "transfer-made", Schema: 1, Body: transferMade{}, Postings: postings,
			}, ledger.Policy{Owner: "wallet"})
			return err
		})
	})
	e := b.Do("once", struct{}{})[0]
	assert.Equal(t, "1.00", exact(e.Postings[0].Amount))
	assert.Equal(t, "1", exact(postings[0].Amount))
	assert.Equal(t, "0", exact(postings[0].Balance))
}

// Post trusts no core: what the edge would have refused long before is refused here too, and to pass
// over floors is not to own an account.
func TestPostTrustsNoCore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*journal.Event)
		policy ledger.Policy
		want   *journal.Refusal
	}{
		"force without an owner": {func(*journal.Event) {}, ledger.Policy{Force: true}, ledger.ErrOwnedAccount},
		"no side": {
			func(e *journal.Event) { e.Postings[0].Side = 0 }, ledger.Policy{Owner: "wallet", Force: true}, ledger.ErrInvalidField,
		},
		"too many postings": {
			func(e *journal.Event) { e.Postings = slices.Repeat(e.Postings, ledger.MaxPostings/2+1) },
			ledger.Policy{Owner: "wallet"}, ledger.ErrInvalidField,
		},
		"too far ahead": {
			func(e *journal.Event) { e.EffectiveAt = decidetest.Start().AddDate(0, 0, 1) }, ledger.Policy{Owner: "wallet"}, ledger.ErrEffectiveInFuture,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := decidetest.Open(t, true, func(r *journal.Registry) {
				registerTransfers(r)
				journal.Decides(r, "once", func(s *journal.Scope, _ struct{}) error {
					e := paid(walletW, walletV, "1", "USD")
					e.Type, e.Schema, e.Body = "transfer-made", 1, transferMade{}
					c.change(&e)
					_, err := ledger.Post(s, e, c.policy)
					return err
				})
			})
			require.ErrorIs(t, b.When("once", struct{}{}).Refusal, c.want)
			assert.Empty(t, b.Events())
		})
	}
}
