package wallet_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

func amountOf(id, amount string) wallet.Share {
	m := money(amount)
	return wallet.Share{Wallet: id, Amount: &m}
}

func percentOf(id, percent string) wallet.Share { return wallet.Share{Wallet: id, Percent: percent} }

func restOf(id string) wallet.Share { return wallet.Share{Wallet: id, Rest: true} }

// payees opens n wallets with nothing in them.
func (b *book) payees(n int) (ids []string) {
	for i := range n {
		ids = append(ids, b.wallet(fmt.Sprint("payee", i), "0"))
	}
	return ids
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		total  string
		shares func(to []string) []wallet.Share
		want   []string
	}{
		"amounts":                {"100", func(to []string) []wallet.Share { return []wallet.Share{amountOf(to[0], "70"), amountOf(to[1], "30")} }, []string{"70", "30"}},
		"an amount and the rest": {"100", func(to []string) []wallet.Share { return []wallet.Share{restOf(to[0]), amountOf(to[1], "30")} }, []string{"70", "30"}},
		"the rest is nothing":    {"100", func(to []string) []wallet.Share { return []wallet.Share{restOf(to[0]), amountOf(to[1], "100")} }, []string{"0", "100"}},
		"the rest is all":        {"100", func(to []string) []wallet.Share { return []wallet.Share{restOf(to[0])} }, []string{"100"}},
		"a tie goes to the first": {"1", func(to []string) []wallet.Share {
			return []wallet.Share{percentOf(to[0], "50"), percentOf(to[1], "50")}
		}, []string{"1", "0"}},
		"a tie with the rest": {"1", func(to []string) []wallet.Share { return []wallet.Share{restOf(to[0]), percentOf(to[1], "50")} }, []string{"1", "0"}},
		"the largest remainder": {"100", func(to []string) []wallet.Share {
			return []wallet.Share{percentOf(to[0], "33.3"), percentOf(to[1], "33.3"), restOf(to[2])}
		}, []string{"33", "33", "34"}},
		"two units over": {"11", func(to []string) []wallet.Share {
			return []wallet.Share{percentOf(to[0], "25"), percentOf(to[1], "25"), percentOf(to[2], "25"), percentOf(to[3], "25")}
		}, []string{"3", "3", "3", "2"}},
		"amounts get none of them": {"10", func(to []string) []wallet.Share {
			return []wallet.Share{amountOf(to[0], "5"), percentOf(to[1], "25"), restOf(to[2])}
		}, []string{"5", "3", "2"}},
		"a fee of nothing": {"1", func(to []string) []wallet.Share { return []wallet.Share{percentOf(to[0], "2.9"), restOf(to[1])} }, []string{"0", "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, len(name)%2 == 0)
			ann, to := b.wallet("ann", "100"), b.payees(len(c.want))
			split := wallet.Split{As: user("ann"), FromWallet: ann, Amount: money(c.total), To: c.shares(to), Description: "d", Reference: "r", Metadata: map[string]string{"k": "v"}}
			e := b.Do(wallet.CommandSplit, split)[0]
			body := e.Body.(wallet.Transferred)
			var got []string
			lines := 1
			for i, share := range body.To {
				got = append(got, share.Amount)
				assert.Equal(t, []any{to[i], split.To[i].Percent, split.To[i].Rest}, []any{share.Wallet, share.Percent, share.Rest})
				assert.Equal(t, share.Amount, b.available(to[i]))
				if share.Amount != "0" {
					lines++
				}
			}
			assert.Equal(t, c.want, got)
			assert.Len(t, e.Postings, lines)
			assert.Equal(t, decimalOf("100").Sub(decimalOf(c.total)).String(), b.available(ann))
			assert.Equal(t, []any{ann, money(c.total), "d", "r", map[string]string{"k": "v"}, "wallet/" + ann},
				[]any{body.FromWallet, body.Amount, body.Description, body.Reference, body.Metadata, e.Stream})
			b.refused(wallet.CommandSplit, split, ledger.ErrReferenceTaken, "/reference", "")
			assert.Equal(t, b.State(), b.Replay(cores()...).State())
		})
	}
}

func TestSplitRefused(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "100"), b.wallet("bob", "0")
	closed := b.wallet("eve", "0")
	b.Do(wallet.CommandCloseWallet, wallet.CloseWallet{As: user("eve"), WalletID: closed, Reason: "x"})
	to := b.payees(2)
	other := amountOf(to[0], "1")
	other.Amount.Asset = "USD"
	both := percentOf(to[0], "1")
	both.Rest = true
	for name, c := range map[string]struct {
		shares  []wallet.Share
		want    *journal.Refusal
		pointer string
	}{
		"nobody":           {nil, ledger.ErrInvalidField, "/to"},
		"too many":         {make([]wallet.Share, wallet.MaxShares+1), ledger.ErrInvalidField, "/to"},
		"too much":         {[]wallet.Share{amountOf(to[0], "60"), amountOf(to[1], "41")}, ledger.ErrInvalidField, "/to"},
		"too little":       {[]wallet.Share{amountOf(to[0], "60"), percentOf(to[1], "39.99")}, ledger.ErrInvalidField, "/to"},
		"101 percent":      {[]wallet.Share{percentOf(to[0], "101")}, ledger.ErrInvalidField, "/to/0/percent"},
		"over 100 percent": {[]wallet.Share{percentOf(to[0], "60"), percentOf(to[1], "40.01"), restOf(bob)}, ledger.ErrInvalidField, "/to"},
		"no percentage":    {[]wallet.Share{percentOf(to[0], "1e1")}, ledger.ErrInvalidField, "/to/0/percent"},
		"zero percent":     {[]wallet.Share{percentOf(to[0], "0"), restOf(to[1])}, ledger.ErrInvalidField, "/to/0/percent"},
		"two rests":        {[]wallet.Share{restOf(to[0]), restOf(to[1])}, ledger.ErrInvalidField, "/to/1/rest"},
		"nothing":          {[]wallet.Share{{Wallet: to[0]}}, ledger.ErrInvalidField, "/to/0"},
		"two of them":      {[]wallet.Share{both}, ledger.ErrInvalidField, "/to/0"},
		"the same twice":   {[]wallet.Share{amountOf(to[0], "1"), restOf(to[0])}, ledger.ErrInvalidField, "/to/1/wallet"},
		"oneself":          {[]wallet.Share{restOf(ann)}, ledger.ErrInvalidField, "/to/0/wallet"},
		"no wallet's id":   {[]wallet.Share{restOf("x")}, ledger.ErrInvalidField, "/to/0/wallet"},
		"another asset":    {[]wallet.Share{other, restOf(to[1])}, ledger.ErrInvalidField, "/to/0/amount/asset"},
		"half a point":     {[]wallet.Share{restOf(to[0]), amountOf(to[1], "0.5")}, ledger.ErrAmountScale, "/to/1/amount/amount"},
		"no such wallet":   {[]wallet.Share{amountOf(to[0], "1"), restOf("wal_01kkn6wx9dg000g00400000009")}, wallet.ErrWalletNotFound, "/to/1/wallet"},
		"a closed wallet":  {[]wallet.Share{amountOf(to[0], "1"), restOf(closed)}, wallet.ErrWalletClosed, "/to/1/wallet"},
	} {
		t.Run(name, func(t *testing.T) {
			b.refused(wallet.CommandSplit, wallet.Split{As: user("ann"), FromWallet: ann, Amount: money("100"), To: c.shares}, c.want, c.pointer, "")
		})
	}
	split := wallet.Split{As: user("bob"), FromWallet: ann, Amount: money("101"), To: []wallet.Share{restOf(to[0])}}
	b.refused(wallet.CommandSplit, split, wallet.ErrWalletNotFound, "/from_wallet", "")
	split.As = user("ann")
	b.refused(wallet.CommandSplit, split, ledger.ErrInsufficientFunds, "", "")
	b.Do(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: ann, Reason: "x"})
	b.refused(wallet.CommandSplit, split, wallet.ErrWalletFrozen, "/from_wallet", "")
}

// Whatever is split, of whatever scale: no unit is lost or made, nobody gets a unit more or less than his
// claim, amounts are paid as they were named, and of two equal shares the first gets no less.
func TestSplitsLoseNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		b := open(t, false)
		scale := rapid.Int32Range(0, 18).Draw(r, "scale")
		b.Do(ledger.CommandRegisterAsset, ledger.RegisterAsset{Code: "COIN", Scale: scale})
		units := rapid.Int64Range(1, 1e15).Draw(r, "units")
		total := decimal.New(units, -scale)
		ann := b.wallet("ann", "0")
		b.topUp(ann, total.StringFixed(scale), "COIN")
		n := rapid.IntRange(1, 8).Draw(r, "shares")
		// Percentages of two decimals that come to at most 100, amounts out of what they leave, and the rest.
		var list []wallet.Share
		var claims []*big.Rat
		of100, left := int64(10_000), units
		for i := range n {
			id := b.wallet(fmt.Sprint("p", i), "0")
			switch {
			case i == n-1:
				list, claims = append(list, restOf(id)), append(claims, nil)
			case rapid.Bool().Draw(r, "percent") && of100 > 1:
				p := rapid.Int64Range(1, of100-1).Draw(r, "hundredths")
				of100 -= p
				list = append(list, percentOf(id, decimal.New(p, -2).String()))
				claims = append(claims, new(big.Rat).Mul(big.NewRat(p, 10_000), big.NewRat(units, 1)))
				left -= p*(units/10_000) + p*(units%10_000)/10_000 + 1
			case left > int64(n):
				amount := rapid.Int64Range(1, left/int64(2*n)+1).Draw(r, "amount")
				left -= amount
				share := amountOf(id, decimal.New(amount, -scale).StringFixed(scale))
				share.Amount.Asset = "COIN"
				list, claims = append(list, share), append(claims, big.NewRat(amount, 1))
			}
		}
		sumOfClaims := new(big.Rat)
		for _, c := range claims {
			if c != nil {
				sumOfClaims.Add(sumOfClaims, c)
			}
		}
		a := b.When(wallet.CommandSplit, wallet.Split{
			As: user("ann"), FromWallet: ann, Amount: ledger.Money{Amount: total.StringFixed(scale), Asset: "COIN"}, To: list,
		})
		rest := new(big.Rat).Sub(big.NewRat(units, 1), sumOfClaims)
		if rest.Sign() < 0 {
			require.ErrorIs(r, a.Refusal, ledger.ErrInvalidField)
			return
		}
		require.Nil(r, a.Refusal)
		claims[len(claims)-1] = rest
		sum := decimal.Zero
		to := a.Events[0].Body.(wallet.Transferred).To
		for i, share := range to {
			got := decimalOf(share.Amount)
			require.Equal(r, -scale, got.Exponent(), "with the decimals of the asset")
			sum = sum.Add(got)
			off := new(big.Rat).Sub(new(big.Rat).SetInt(got.Shift(scale).BigInt()), claims[i])
			require.Negative(r, new(big.Rat).Abs(off).Cmp(big.NewRat(1, 1)), "%s of %s", share.Amount, claims[i])
			if list[i].Amount != nil {
				require.Equal(r, list[i].Amount.Amount, share.Amount)
			}
			for j := range i {
				if claims[j].Cmp(claims[i]) == 0 {
					require.False(r, decimalOf(to[j].Amount).LessThan(got))
				}
			}
		}
		require.True(r, total.Equal(sum), "%s of %s", sum, total)
		require.True(r, decimalOf(b.available(ann)).IsZero())
	})
}

// What is due goes back first, and can be paid with.
func TestSplitsAndDebitsSpendWhatExpired(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		ann, to := b.wallet("ann", "100"), b.payees(1)
		b.expiring(ann, "60", wallet.Payee{}, 1)
		b.expiring(ann, "40", wallet.Payee{}, 2)
		b.Advance(time.Second)
		events := b.Do(wallet.CommandSplit, wallet.Split{As: user("ann"), FromWallet: ann, Amount: money("60"), To: []wallet.Share{restOf(to[0])}})
		assert.Equal(t, []string{wallet.TypeHoldExpired, wallet.TypeTransferred}, types(events))
		b.Advance(time.Second)
		events = b.Do(wallet.CommandDebitWallet, wallet.DebitWallet(adjust(ann, "40", "income:fees")))
		assert.Equal(t, []string{wallet.TypeHoldExpired, wallet.TypeWalletDebited}, types(events))
		assert.Equal(t, []string{"0", "0"}, []string{b.available(ann), b.held(ann)})
	}
}
