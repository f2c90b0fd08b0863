package wallet_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// expiring places a hold of points that expires some seconds from now.
func (b *book) expiring(from, amount string, to wallet.Payee, seconds int64) string {
	b.t.Helper()
	events := b.Do(wallet.CommandPlaceHold, placeFor(from, amount, to, seconds))
	return events[len(events)-1].Body.(wallet.HoldPlaced).HoldID
}

func placeFor(from, amount string, to wallet.Payee, seconds int64) wallet.PlaceHold {
	c := place(from, amount, to)
	c.ExpiresIn = &seconds
	return c
}

func (b *book) expire(hold string) []*journal.Event {
	b.t.Helper()
	return b.Do(wallet.CommandExpireHolds, wallet.ExpireHolds{HoldIDs: []string{hold}})
}

func types(events []*journal.Event) (out []string) {
	for _, e := range events {
		out = append(out, e.Type)
	}
	return out
}

// CASES 22.
func TestHoldsExpireOneAfterAnother(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann, bob := b.wallet("ann", "100"), b.wallet("bob", "0")
	to := wallet.Payee{ToWallet: bob}
	var holds []string
	for i, amount := range []string{"11", "12", "13"} {
		holds = append(holds, b.expiring(ann, amount, to, int64(i+1)))
	}
	never := b.hold(ann, "10", to)
	begun := b.Now()
	held := []string{b.held(ann)}
	for i, hold := range holds {
		b.Advance(time.Second - time.Microsecond)
		b.refused(wallet.CommandExpireHolds, wallet.ExpireHolds{HoldIDs: []string{hold}}, wallet.ErrHoldNotDue, "", "")
		b.Advance(time.Microsecond)
		at := fmt.Sprintf(`{"expires_at":%q}`, begun.Add(time.Duration(i+1)*time.Second).Format(time.RFC3339Nano))
		over := func() {
			t.Helper()
			b.refused(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: hold}, wallet.ErrHoldExpired, "", at)
			b.refused(wallet.CommandReleaseHold, wallet.ReleaseHold{As: service(), HoldID: hold}, wallet.ErrHoldExpired, "", at)
			b.refused(wallet.CommandIncreaseHold, wallet.IncreaseHold{As: service(), HoldID: hold, Amount: money("1")}, wallet.ErrHoldExpired, "", at)
		}
		over() // though nobody has looked yet
		require.Equal(t, []string{wallet.TypeHoldExpired}, types(b.expire(hold)))
		over()
		require.Empty(t, b.expire(hold))
		held = append(held, b.held(ann))
	}
	assert.Equal(t, []string{"46", "35", "23", "10"}, held)
	assert.Equal(t, "90", b.available(ann))
	b.Advance(10 * 365 * 24 * time.Hour)
	b.refused(wallet.CommandExpireHolds, wallet.ExpireHolds{HoldIDs: []string{never}}, wallet.ErrHoldNotDue, "", "")
	b.Do(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: never})
	require.Empty(t, b.Do(wallet.CommandExpireHolds, wallet.ExpireHolds{HoldIDs: []string{"", ann, "hld_01k0q3v9x8f6r8v4t0d6m2n7h5"}}))
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
}

func TestExpired(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "100"), b.wallet("bob", "0")
	at := b.Now().Add(time.Hour).In(time.FixedZone("", 3600))
	c := place(ann, "60", wallet.Payee{ToWallet: bob})
	c.ExpiresAt = &at
	placed := b.Do(wallet.CommandPlaceHold, c)[0]
	hold := placed.Body.(wallet.HoldPlaced).HoldID
	require.Nil(t, b.capture(hold, "25").Refusal)
	b.Reload()
	b.Advance(time.Hour)
	events := b.expire(hold)
	require.Len(t, events, 1)
	figures := wallet.HoldFigures{Captured: "25", Released: "35", Remaining: "0", Status: wallet.HoldEndedExpired}
	assert.Equal(t, wallet.HoldExpired{HoldID: hold, WalletID: ann, Amount: money("35"), HoldFigures: figures}, events[0].Body)
	shown, err := wallet.ShowHold(placed, events[0])
	require.NoError(t, err)
	assert.Equal(t, figures, shown.HoldFigures)
	assert.Equal(t, at.UTC(), shown.ExpiresAt)
	assert.Equal(t, "75", b.available(ann))
	assert.Equal(t, "0", b.held(ann))
	assert.NotContains(t, b.State()["wallet/"+ann], "expiring")
	assert.NotContains(t, b.State()["wallet/"+ann], "due")
}

// Whatever touches the money of a wallet first gives back what is due there, in the same decision.
func TestDueHoldsExpireFirst(t *testing.T) {
	t.Parallel()
	type given struct {
		b             *book
		ann, bob, due string
		open          string // another hold of Ann's, of 10
	}
	for _, c := range []struct {
		name string
		when func(g given) (string, any)
		then []string
	}{
		{"transfer", func(g given) (string, any) {
			return wallet.CommandTransfer, wallet.Transfer{As: service(), NewTransfer: wallet.NewTransfer{FromWallet: g.ann, ToWallet: g.bob, Amount: money("90")}}
		}, []string{wallet.TypeHoldExpired, wallet.TypeTransferred}},
		{"place", func(g given) (string, any) { return wallet.CommandPlaceHold, place(g.ann, "90", wallet.Payee{}) },
			[]string{wallet.TypeHoldExpired, wallet.TypeHoldPlaced}},
		{"increase", func(g given) (string, any) {
			return wallet.CommandIncreaseHold, wallet.IncreaseHold{As: service(), HoldID: g.open, Amount: money("90")}
		}, []string{wallet.TypeHoldExpired, wallet.TypeHoldIncreased}},
		{"capture", func(g given) (string, any) {
			return wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: g.open, Payee: wallet.Payee{ToWallet: g.bob}}
		}, []string{wallet.TypeHoldExpired, wallet.TypeHoldCaptured}},
		{"release", func(g given) (string, any) {
			return wallet.CommandReleaseHold, wallet.ReleaseHold{As: service(), HoldID: g.open}
		}, []string{wallet.TypeHoldExpired, wallet.TypeHoldReleased}},
		{"credit limit", func(g given) (string, any) {
			return wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: g.ann, Limit: money("5")}
		}, []string{wallet.TypeHoldExpired, wallet.TypeCreditLimitSet}},
	} {
		for _, cold := range []bool{false, true} {
			t.Run(fmt.Sprint(c.name, " cold ", cold), func(t *testing.T) {
				t.Parallel()
				b := open(t, cold)
				g := given{b: b, ann: b.wallet("ann", "100"), bob: b.wallet("bob", "0")}
				g.open, g.due = b.hold(g.ann, "10", wallet.Payee{}), b.expiring(g.ann, "90", wallet.Payee{}, 1)
				b.Advance(time.Second)
				commandType, body := c.when(g)
				require.Equal(t, c.then, types(b.WhenDry(commandType, body).Events))
				require.Equal(t, c.then, types(b.Do(commandType, body)))
				require.Empty(t, b.expire(g.due))
				require.Equal(t, b.State(), b.Replay(cores()...).State())
			})
		}
	}
}

// What is refused leaves the due hold to whoever comes next.
func TestRefusedBesideADueHold(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", "100"), b.wallet("bob", "0")
	due := b.expiring(ann, "90", wallet.Payee{ToWallet: bob}, 1)
	b.Advance(time.Second)
	b.refused(wallet.CommandTransfer, wallet.Transfer{As: service(), NewTransfer: wallet.NewTransfer{FromWallet: ann, ToWallet: bob, Amount: money("101")}}, ledger.ErrInsufficientFunds, "", "")
	assert.Equal(t, "90", b.held(ann))
	// Money that comes in has nothing to wait for.
	b.topUp(bob, "1", points)
	require.Equal(t, []string{wallet.TypeTransferred}, types(b.Do(wallet.CommandTransfer,
		wallet.Transfer{As: service(), NewTransfer: wallet.NewTransfer{FromWallet: bob, ToWallet: ann, Amount: money("1")}})))
	require.Len(t, b.expire(due), 1)
	assert.Equal(t, "101", b.available(ann))
}

// CASES 40: nothing goes out of a frozen wallet, and what is due comes back to it.
func TestFrozenWalletExpires(t *testing.T) {
	t.Parallel()
	b := open(t, true)
	ann := b.wallet("ann", "100")
	due := b.expiring(ann, "60", wallet.Payee{}, 1)
	b.Do(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: ann, Reason: "a dispute"})
	b.Advance(time.Second)
	b.refused(wallet.CommandPlaceHold, place(ann, "1", wallet.Payee{}), wallet.ErrWalletFrozen, "", "")
	assert.Equal(t, "60", b.held(ann))
	b.expire(due)
	assert.Equal(t, "100", b.available(ann))
	assert.Equal(t, "0", b.held(ann))
}

// A due hold does not keep a wallet open: what it held is in available by then, and is what is left.
func TestCloseWithADueHold(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann := b.wallet("ann", "100")
	b.expiring(ann, "60", wallet.Payee{}, 1)
	b.Advance(time.Second)
	b.refused(wallet.CommandCloseWallet, wallet.CloseWallet{As: service(), WalletID: ann, Reason: "x"}, wallet.ErrWalletNotEmpty, "",
		`{"left":[{"amount":"100","asset":"POINTS"}]}`)
}

// As many holds as a wallet may have come due at once, and are released in one decision.
func TestManyDueAtOnce(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann, bob := b.wallet("ann", fmt.Sprint(wallet.MaxExpiring+1)), b.wallet("bob", "0")
	first := b.expiring(ann, "1", wallet.Payee{}, 60)
	for range wallet.MaxExpiring - 1 {
		b.expiring(ann, "1", wallet.Payee{}, 61)
	}
	b.refused(wallet.CommandPlaceHold, placeFor(ann, "1", wallet.Payee{}, 60), wallet.ErrTooManyExpiring, "", `{"limit":10000}`)
	b.Do(wallet.CommandReleaseHold, wallet.ReleaseHold{As: service(), HoldID: first})
	b.expiring(ann, "1", wallet.Payee{}, 60) // where there is room again
	b.refused(wallet.CommandPlaceHold, placeFor(ann, "1", wallet.Payee{}, 60), wallet.ErrTooManyExpiring, "", "")
	b.hold(ann, "1", wallet.Payee{}) // one that never expires needs no room
	b.Advance(61 * time.Second)
	events := b.Do(wallet.CommandTransfer, wallet.Transfer{As: service(), NewTransfer: wallet.NewTransfer{FromWallet: ann, ToWallet: bob, Amount: money("10000")}})
	require.Len(t, events, wallet.MaxExpiring+1)
	for i := 1; i < wallet.MaxExpiring-1; i++ {
		require.Greater(t, events[i+1].Body.(wallet.HoldExpired).HoldID, events[i].Body.(wallet.HoldExpired).HoldID, "in the order of time")
	}
	assert.Equal(t, "0", b.available(ann))
	assert.Equal(t, "1", b.held(ann))
	assert.Equal(t, b.State(), b.Replay(cores()...).State())
	assert.NotContains(t, b.State()["wallet/"+ann], "expiring")
	assert.NotContains(t, b.State()["wallet/"+ann], "due")
}

// Many wallets' holds expire by one command, in however many assets, with no state at hand.
func TestExpireTogether(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		var ids, due []string
		for i := range 30 {
			asset := fmt.Sprint("UNIT", i)
			b.Do(ledger.CommandRegisterAsset, ledger.RegisterAsset{Code: asset, Scale: 0})
			ids = append(ids, b.wallet(fmt.Sprint("person", i), "10"))
			b.topUp(ids[0], "1", asset)
			c := placeFor(ids[0], "1", wallet.Payee{}, 1)
			c.Amount.Asset = asset
			b.Do(wallet.CommandPlaceHold, c)
			due = append(due, b.expiring(ids[i], "5", wallet.Payee{}, 1))
		}
		early := b.expiring(ids[0], "1", wallet.Payee{}, 2)
		b.Advance(time.Second)
		a := b.When(wallet.CommandExpireHolds, wallet.ExpireHolds{HoldIDs: append([]string{early}, due...)})
		require.Nil(t, a.Refusal)
		require.Len(t, a.Events, 60)
		require.JSONEq(t, `{"left":["`+early+`"]}`, string(a.Result))
		for i, id := range ids {
			want := "10"
			if i == 0 {
				want = "39" // with one of each other asset, and without the point that is held still
			}
			require.Equal(t, want, b.available(id))
		}
		require.Equal(t, b.State(), b.Replay(cores()...).State())
	}
}

// A decision takes no more than it can: what is left is asked for again.
func TestExpireTooMuchTogether(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	var due []string
	for i := range 2 {
		id := b.wallet(fmt.Sprint("person", i), fmt.Sprint(wallet.MaxExpiring))
		first := b.expiring(id, "1", wallet.Payee{}, 1)
		for range wallet.MaxExpiring - 1 {
			b.expiring(id, "1", wallet.Payee{}, 1)
		}
		due = append(due, first)
	}
	b.Advance(time.Second)
	a := b.When(wallet.CommandExpireHolds, wallet.ExpireHolds{HoldIDs: due})
	require.Nil(t, a.Refusal)
	require.Len(t, a.Events, wallet.MaxExpiring)
	require.JSONEq(t, `{"left":["`+due[1]+`"]}`, string(a.Result))
	require.Len(t, b.expire(due[1]), wallet.MaxExpiring)
}

func TestFormOfExpiry(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	ann := b.wallet("ann", "100")
	at := func(d time.Duration) *time.Time { x := b.Now().Add(d); return &x }
	in := func(seconds int64) *int64 { return &seconds }
	year := int64(366 * 24 * 60 * 60)
	for _, c := range []struct {
		at      *time.Time
		in      *int64
		pointer string
	}{
		{at(0), nil, "/expires_at"},
		{at(-time.Second), nil, "/expires_at"},
		{at(500 * time.Nanosecond), nil, "/expires_at"}, // a moment that is no later, as times are kept
		{&time.Time{}, nil, "/expires_at"},
		{at(wallet.MaxExpiry + time.Microsecond), nil, "/expires_at"},
		{nil, in(0), "/expires_in"},
		{nil, in(-1), "/expires_in"},
		{nil, in(year + 1), "/expires_in"},
		{nil, in(1 << 62), "/expires_in"},
		{at(time.Second), in(1), "/expires_in"},
	} {
		placing := place(ann, "1", wallet.Payee{})
		placing.ExpiresAt, placing.ExpiresIn = c.at, c.in
		b.refused(wallet.CommandPlaceHold, placing, ledger.ErrInvalidField, c.pointer, "")
	}
	placing := place(ann, "1", wallet.Payee{})
	placing.ExpiresAt = at(wallet.MaxExpiry)
	longest := b.Do(wallet.CommandPlaceHold, placing)[0].Body.(wallet.HoldPlaced)
	same := b.Do(wallet.CommandPlaceHold, placeFor(ann, "1", wallet.Payee{}, year))[0].Body.(wallet.HoldPlaced)
	assert.Equal(t, longest.ExpiresAt, same.ExpiresAt)
	assert.Equal(t, 2, strings.Count(b.State()["wallet/"+ann], `"at":`))
}
