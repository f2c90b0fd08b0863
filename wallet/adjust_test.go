package wallet_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

func adjust(id, amount, account string) wallet.Adjustment {
	return wallet.Adjustment{WalletID: id, Amount: money(amount), Account: account}
}

func TestCreditAndDebit(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		ann := b.wallet("ann", "0")
		a := adjust(ann, "30", "expenses:goodwill")
		a.Description, a.Reference, a.Metadata = "Sorry", "gw-1", map[string]string{"case": "9"}
		e := b.Do(wallet.CommandCreditWallet, wallet.CreditWallet(a))[0]
		assert.Equal(t, wallet.Credited(a), e.Body)
		assert.Equal(t, []any{"wallet/" + ann, int64(1), "30", "30"}, []any{e.Stream, e.Number, b.available(ann), b.balance("expenses:goodwill")})
		b.refused(wallet.CommandCreditWallet, wallet.CreditWallet(a), ledger.ErrReferenceTaken, "/reference", "")
		e = b.Do(wallet.CommandDebitWallet, wallet.DebitWallet(adjust(ann, "20", "income:fees")))[0]
		assert.Equal(t, wallet.Debited(adjust(ann, "20", "income:fees")), e.Body)
		assert.Equal(t, []string{"10", "20"}, []string{b.available(ann), b.balance("income:fees")})

		// As much as there is, and the credit.
		more := wallet.DebitWallet(adjust(ann, "15", "income:fees"))
		b.refused(wallet.CommandDebitWallet, more, ledger.ErrInsufficientFunds, "",
			`{"account":"liabilities:wallets:`+ann+`:available","asset":"POINTS","needed":"15","available":"10","min_balance":"0"}`)
		b.Do(wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: ann, Limit: money("5")})
		b.Do(wallet.CommandDebitWallet, more)
		assert.Equal(t, "-5", b.available(ann))
		assert.Equal(t, b.State(), b.Replay(cores()...).State())
	}
}

func TestCreditAndDebitRefused(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, closed := b.wallet("ann", "100"), b.wallet("eve", "0")
	b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: user("eve"), WalletID: closed, Reason: "x"})
	b.Do(ledger.CommandSetAccount, ledger.SetAccount{Ledger: "main", Address: "income:frozen", Frozen: new(true)})
	refused := func(a wallet.Adjustment, credit, debit error, pointer string) {
		t.Helper()
		for command, c := range map[string]struct {
			body any
			want error
		}{wallet.CommandCreditWallet: {wallet.CreditWallet(a), credit}, wallet.CommandDebitWallet: {wallet.DebitWallet(a), debit}} {
			before := len(b.Events())
			answer := b.When(command, c.body)
			require.NotNil(t, answer.Refusal, command)
			require.ErrorIs(t, answer.Refusal, c.want, command)
			assert.Equal(t, pointer, answer.Refusal.Pointer, command)
			assert.Len(t, b.Events(), before)
		}
	}
	refused(adjust("wal_1", "1", "income:fees"), wallet.ErrWalletNotFound, wallet.ErrWalletNotFound, "")
	refused(adjust(closed, "1", "income:fees"), wallet.ErrWalletClosed, wallet.ErrWalletClosed, "")
	refused(adjust(ann, "1", "liabilities:wallets:"+closed+":available"), ledger.ErrOwnedAccount, ledger.ErrOwnedAccount, "/account")
	refused(adjust(ann, "1", "assets:stripe:clearing"), ledger.ErrOwnedAccount, ledger.ErrOwnedAccount, "/account")
	refused(adjust(ann, "1", "fees"), ledger.ErrInvalidField, ledger.ErrInvalidField, "/account")
	refused(adjust(ann, "0.5", "income:fees"), ledger.ErrAmountScale, ledger.ErrAmountScale, "/amount/amount")
	refused(adjust(ann, "-1", "income:fees"), ledger.ErrInvalidField, ledger.ErrInvalidField, "/amount/amount")
	b.refused(wallet.CommandCreditWallet, wallet.CreditWallet(adjust(ann, "1", "income:frozen")), ledger.ErrAccountFrozen, "", "")

	b.Do(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: ann, Reason: "x"})
	b.refused(wallet.CommandDebitWallet, wallet.DebitWallet(adjust(ann, "1", "income:fees")), wallet.ErrWalletFrozen, "", "")
	b.Do(wallet.CommandCreditWallet, wallet.CreditWallet(adjust(ann, "1", "income:fees")))
	assert.Equal(t, "101", b.available(ann))
}
