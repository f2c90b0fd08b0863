package wallet_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// batch is transfers of points by a service.
func batch(mode ledger.Mode, list ...wallet.Transfer) wallet.TransferBatch {
	b := wallet.TransferBatch{As: service(), Mode: mode}
	for _, t := range list {
		b.Transfers = append(b.Transfers, t.NewTransfer)
	}
	return b
}

// Case 24, as one batch: each transfer sees what the ones before it left.
func TestFortyTransfersInOneBatch(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		ann, bob := b.wallet("ann", "100"), b.wallet("bob", "0")
		b.Do(wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: ann, Limit: money("50")})
		forty := batch(ledger.Independent)
		for range 40 {
			forty.Transfers = append(forty.Transfers, pay(ann, bob, "10").NewTransfer)
		}
		a := b.When(wallet.CommandTransferBatch, forty)
		require.Nil(t, a.Refusal)
		assert.Len(t, a.Events, 15)
		result := resultOf(t, a.Result)
		require.Len(t, result.Refused, 25)
		for i := 15; i < 40; i++ {
			assert.Equal(t, ledger.ErrInsufficientFunds.Code, result.Refused[i].Code)
			assert.Equal(t, fmt.Sprintf("/transfers/%d", i), result.Refused[i].Pointer)
		}
		assert.Equal(t, []string{"-50", "150"}, []string{b.available(ann), b.available(bob)})
		assert.Equal(t, b.State(), b.Replay(cores()...).State())
	}
}

func TestTransferBatch(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		ann, bob, eve := b.wallet("ann", "100"), b.wallet("bob", "0"), b.wallet("eve", "0")
		list := []wallet.Transfer{pay(ann, bob, "60"), pay(bob, eve, "200"), pay(bob, eve, "60"), pay(ann, ann, "1"), pay(ann, eve, "40")}
		b.refused(wallet.CommandTransferBatch, batch(ledger.Atomic, list[:3]...), ledger.ErrInsufficientFunds, "/transfers/1",
			`{"index":1,"account":"liabilities:wallets:`+bob+`:available","asset":"POINTS","needed":"200","available":"60","min_balance":"0"}`)
		a := b.When(wallet.CommandTransferBatch, batch(ledger.Independent, list...))
		require.Nil(t, a.Refusal)
		assert.Len(t, a.Events, 3)
		result := resultOf(t, a.Result)
		require.Len(t, result.Refused, 2)
		assert.Equal(t, []string{"insufficient-funds", "/transfers/1", "invalid-field", "/transfers/3/to_wallet"},
			[]string{result.Refused[1].Code, result.Refused[1].Pointer, result.Refused[3].Code, result.Refused[3].Pointer})
		assert.Equal(t, []string{"0", "0", "100"}, []string{b.available(ann), b.available(bob), b.available(eve)})
		whole := b.When(wallet.CommandTransferBatch, batch(ledger.Atomic, pay(eve, bob, "100"), pay(bob, ann, "100")))
		require.Nil(t, whole.Refusal)
		assert.Empty(t, whole.Result)
		assert.Equal(t, "100", b.available(ann))
		assert.Equal(t, b.State(), b.Replay(cores()...).State())
	}
}

func TestTransferBatchForm(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "100"), b.wallet("bob", "0")
	good, bad := pay(ann, bob, "1"), pay(ann, bob, "0")
	for name, c := range map[string]struct {
		batch wallet.TransferBatch
		want  string
	}{
		"no mode":  {batch("", good), "/mode"},
		"nothing":  {batch(ledger.Atomic), "/transfers"},
		"too many": {batch(ledger.Independent, make([]wallet.Transfer, ledger.MaxBatch+1)...), "/transfers"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, c.batch.Validate()[0].Pointer)
			b.refused(wallet.CommandTransferBatch, c.batch, ledger.ErrInvalidField, c.want, "")
		})
	}
	assert.Equal(t, "/transfers/1/amount/amount", batch(ledger.Atomic, good, bad).Validate()[0].Pointer)
	assert.Empty(t, batch(ledger.Independent, good, bad).Validate(), "one that is malformed is its own result")
	b.refused(wallet.CommandTransferBatch, batch(ledger.Atomic, good, bad), ledger.ErrInvalidField, "/transfers/1/amount/amount", "")
	user := batch(ledger.Atomic, good)
	user.As = wallet.As{Principal: "usr_bob", Role: wallet.User}
	b.refused(wallet.CommandTransferBatch, user, wallet.ErrWalletNotFound, "/transfers/0/from_wallet", "")
}

func resultOf(t *testing.T, data []byte) (r ledger.BatchResult) {
	t.Helper()
	require.NoError(t, json.Unmarshal(data, &r))
	return r
}
