package readmodel_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/exchange"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/risk"
)

func openWallets(t *testing.T) *library {
	t.Helper()
	l := openLibrary(t)
	wallet.Register(l.registry)
	alert.Register(l.registry)
	risk.Register(l.registry)
	payment.Register(l.registry)
	exchange.Register(l.registry)
	return l
}

func (l *library) wallet(owner, name string, metadata map[string]string) (string, *journal.Event) {
	l.t.Helper()
	e := l.do(wallet.CommandOpenWallet, wallet.OpenWallet{
		As: wallet.As{Principal: owner, Role: wallet.User}, Owner: owner, Name: name, Metadata: metadata,
	})[0]
	return e.Body.(wallet.Opened).WalletID, e
}

// pays records a payment of dollars and what was refunded of it.
func (l *library) pays(id, intent, received, refunded string) []*journal.Event {
	l.t.Helper()
	return l.do(payment.CommandRecordFact, payment.Fact{
		Provider: payment.Stripe, EventID: fmt.Sprintf("evt_%d", l.asked), Kind: payment.Paid, Payment: intent,
		Asset: "USD", Received: received, Refunded: refunded, Wallet: id,
	})
}

func service() wallet.As { return wallet.As{Principal: "key_shop", Role: wallet.Service} }

// What is read is what the events say: a hold reads as wallet.ShowHold shows it.
func TestWalletsAndHolds(t *testing.T) {
	t.Parallel()
	l := openWallets(t)
	ann, opened := l.wallet("usr_ann", "Main", map[string]string{"shop": "north"})
	bob, _ := l.wallet("usr_bob", "", nil)
	l.pays(ann, "pi_1", "100.00", "")
	usd := func(amount string) ledger.Money { return ledger.Money{Amount: amount, Asset: "USD"} }
	placed := l.do(wallet.CommandPlaceHold, wallet.PlaceHold{
		As: service(), WalletID: ann, Amount: usd("60"), Payee: wallet.Payee{ToWallet: bob},
		Description: "a room", Metadata: map[string]string{"room": "7"},
	})[0]
	whole := l.do(wallet.CommandPlaceHold, wallet.PlaceHold{
		As: service(), WalletID: ann, Amount: usd("10"), Payee: wallet.Payee{ToAccount: "income:fees"},
	})[0]
	l.project(2)

	shown, err := wallet.ShowWallet(opened)
	require.NoError(t, err)
	got, ok, err := l.reads.Wallet(t.Context(), ann)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, shown, got)
	_, ok, err = l.reads.Wallet(t.Context(), "wal_none")
	require.NoError(t, err)
	require.False(t, ok)
	_, ok, err = l.reads.Hold(t.Context(), ann)
	require.NoError(t, err)
	require.False(t, ok)

	reads := func(placed, last *journal.Event) {
		t.Helper()
		want, err := wallet.ShowHold(placed, last)
		require.NoError(t, err)
		got, ok, err := l.reads.Hold(t.Context(), placed.ID().Format("hld"))
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	reads(placed, placed)
	amount := usd("25")
	events := l.do(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: placed.ID().Format("hld"), Amount: &amount})
	l.project(100)
	reads(placed, events[0])
	events = l.do(wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: placed.ID().Format("hld"), Amount: &amount, Final: true})
	require.Len(t, events, 2)
	l.project(100)
	reads(placed, events[1])
	events = l.do(wallet.CommandReleaseHold, wallet.ReleaseHold{As: service(), HoldID: whole.ID().Format("hld")})
	l.project(100)
	reads(whole, events[0])

	events = l.pays(ann, "pi_1", "100.00", "80.00")
	require.Equal(t, wallet.TypeWalletFrozen, events[1].Type)
	l.project(100)
	got, _, err = l.reads.Wallet(t.Context(), ann)
	require.NoError(t, err)
	require.Equal(t, wallet.StatusFrozen, got.Status)
	require.Equal(t, events[1].Position, got.Version)
}

// What changes of a wallet, and what a hold grows by, is read as the events say.
func TestWalletsChange(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 100} {
		l := openWallets(t)
		ann, _ := l.wallet("usr_ann", "", nil)
		bob, _ := l.wallet("usr_bob", "", nil)
		l.pays(ann, "pi_1", "100.00", "")
		usd := func(amount string) ledger.Money { return ledger.Money{Amount: amount, Asset: "USD"} }
		reads := func(id string, status wallet.Status, credit map[string]string, last *journal.Event) {
			t.Helper()
			l.project(size)
			w, ok, err := l.reads.Wallet(t.Context(), id)
			require.NoError(t, err)
			require.True(t, ok)
			require.Equal(t, []any{status, credit, last.Position}, []any{w.Status, w.Credit, w.Version})
		}
		e := l.do(wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: ann, Limit: usd("5")})[0]
		reads(ann, wallet.StatusOpen, map[string]string{"USD": "5.00"}, e)
		l.do(wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: ann, Limit: usd("7.5")})
		e = l.do(wallet.CommandSetCreditLimit, wallet.SetCreditLimit{WalletID: ann, Limit: ledger.Money{Amount: "100", Asset: "JPY"}})[0]
		reads(ann, wallet.StatusOpen, map[string]string{"USD": "7.50", "JPY": "100"}, e)
		e = l.do(wallet.CommandFreezeWallet, wallet.FreezeWallet{WalletID: bob, Reason: "a dispute"})[0]
		reads(bob, wallet.StatusFrozen, nil, e)
		e = l.do(wallet.CommandUnfreezeWallet, wallet.UnfreezeWallet{WalletID: bob, Reason: "looked at"})[0]
		reads(bob, wallet.StatusOpen, nil, e)
		for _, c := range []struct {
			changes wallet.Changes
			want    []any
		}{
			{wallet.Changes{Name: new("Main"), Metadata: &map[string]string{"shop": "north"}}, []any{"Main", map[string]string{"shop": "north"}, ""}},
			{wallet.Changes{TimeZone: new("Europe/Berlin")}, []any{"Main", map[string]string{"shop": "north"}, "Europe/Berlin"}},
			{wallet.Changes{Name: new(""), Metadata: &map[string]string{}}, []any{"", map[string]string(nil), "Europe/Berlin"}},
		} {
			e = l.do(wallet.CommandChangeWallet, wallet.ChangeWallet{As: service(), WalletID: ann, Changes: c.changes})[0]
			reads(ann, wallet.StatusOpen, map[string]string{"USD": "7.50", "JPY": "100"}, e)
			w, _, err := l.reads.Wallet(t.Context(), ann)
			require.NoError(t, err)
			require.Equal(t, c.want, []any{w.Name, w.Metadata, w.TimeZone})
		}
		for _, c := range []struct {
			asset     string
			once, day *string
			want      map[string]wallet.SpendingLimit
		}{
			{"USD", new("50"), new("200.5"), map[string]wallet.SpendingLimit{"USD": {PerTransaction: "50.00", PerDay: "200.50"}}},
			{"JPY", new("7"), nil, map[string]wallet.SpendingLimit{"USD": {PerTransaction: "50.00", PerDay: "200.50"}, "JPY": {PerTransaction: "7"}}},
			{"USD", nil, nil, map[string]wallet.SpendingLimit{"JPY": {PerTransaction: "7"}}},
			{"JPY", nil, nil, nil},
		} {
			e = l.do(wallet.CommandSetSpendingLimit, wallet.SetSpendingLimit{WalletID: ann, Asset: c.asset, PerTransaction: c.once, PerDay: c.day})[0]
			reads(ann, wallet.StatusOpen, map[string]string{"USD": "7.50", "JPY": "100"}, e)
			w, _, err := l.reads.Wallet(t.Context(), ann)
			require.NoError(t, err)
			require.Equal(t, c.want, w.Spending)
		}
		placed := l.do(wallet.CommandPlaceHold, wallet.PlaceHold{As: service(), WalletID: ann, Amount: usd("60")})[0]
		id := placed.ID().Format("hld")
		more := l.do(wallet.CommandIncreaseHold, wallet.IncreaseHold{As: service(), HoldID: id, Amount: usd("15")})[0]
		l.project(size)
		want, err := wallet.ShowHold(placed, more)
		require.NoError(t, err)
		got, _, err := l.reads.Hold(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, want, got)
		e = l.do(wallet.CommandCloseWallet, wallet.CloseWallet{As: service(), WalletID: bob, Reason: "moved away"})[0]
		reads(bob, wallet.StatusClosed, nil, e)
	}
}

// A hold that will expire reads as it is shown, and is due from its time on until it is over.
func TestDueHolds(t *testing.T) {
	t.Parallel()
	l := openWallets(t)
	var ids []string
	for i := range 3 {
		id, _ := l.wallet(fmt.Sprint("usr_", i), "", nil)
		l.pays(id, fmt.Sprint("pi_", i), "100.00", "")
		ids = append(ids, id)
	}
	place := func(id string, seconds int64) *journal.Event {
		t.Helper()
		c := wallet.PlaceHold{As: service(), WalletID: id, Amount: ledger.Money{Amount: "10", Asset: "USD"}}
		if seconds > 0 {
			c.ExpiresIn = &seconds
		}
		return l.do(wallet.CommandPlaceHold, c)[0]
	}
	due := func(after string, limit int) []query.Due {
		t.Helper()
		found, err := l.reads.Due(t.Context(), after, limit)
		require.NoError(t, err)
		return found
	}
	dueOf := func(e *journal.Event) query.Due {
		body := e.Body.(wallet.HoldPlaced)
		return query.Due{HoldID: body.HoldID, WalletID: body.WalletID, ExpiresAt: body.ExpiresAt}
	}
	// The clock that judges is the server's: what was placed an hour ago for a minute is due.
	l.now = l.now.Add(-time.Hour)
	place(ids[1], 61)
	one, two := place(ids[0], 60), place(ids[1], 60)
	for _, id := range ids {
		place(id, 2*60*60) // to come
		place(id, 0)       // never
	}
	l.project(100)
	require.Equal(t, []query.Due{dueOf(one), dueOf(two)}, due("", 10))
	require.Equal(t, []query.Due{dueOf(one)}, due("", 1))
	require.Equal(t, []query.Due{dueOf(two)}, due(ids[0], 10))
	require.Empty(t, due(ids[1], 10))

	l.now = l.now.Add(time.Hour)
	reads := func(placed, last *journal.Event) {
		t.Helper()
		want, err := wallet.ShowHold(placed, last)
		require.NoError(t, err)
		got, ok, err := l.reads.Hold(t.Context(), dueOf(placed).HoldID)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	reads(one, one)
	events := l.do(wallet.CommandExpireHolds, wallet.ExpireHolds{HoldIDs: []string{dueOf(two).HoldID}})
	require.Len(t, events, 2, "and the other one of its wallet")
	l.project(1)
	require.Equal(t, []query.Due{dueOf(one)}, due("", 10))
	reads(two, events[0])
	l.do(wallet.CommandTransfer, wallet.Transfer{As: service(), NewTransfer: wallet.NewTransfer{FromWallet: ids[0], ToWallet: ids[1], Amount: ledger.Money{Amount: "1", Asset: "USD"}}})
	l.project(100)
	require.Empty(t, due("", 10))
}

func TestWalletBalances(t *testing.T) {
	t.Parallel()
	l := openWallets(t)
	ann, _ := l.wallet("usr_ann", "", nil)
	bob, _ := l.wallet("usr_bob", "", nil)
	eve, _ := l.wallet("usr_eve", "", nil)
	l.pays(ann, "pi_1", "100.00", "")
	l.pays(bob, "pi_2", "7.50", "")
	l.do(payment.CommandRecordFact, payment.Fact{
		Provider: payment.Stripe, EventID: "evt_jpy", Kind: payment.Paid, Payment: "pi_3", Asset: "JPY", Received: "500", Wallet: ann,
	})
	l.do(wallet.CommandPlaceHold, wallet.PlaceHold{As: service(), WalletID: ann, Amount: ledger.Money{Amount: "60", Asset: "USD"}})
	l.pays(ann, "pi_1", "100.00", "70.00")
	l.project(3)

	balances, err := l.reads.WalletBalances(t.Context(), ann, bob, eve)
	require.NoError(t, err)
	text := func(id string) (out []string) {
		for _, b := range balances[id] {
			out = append(out, fmt.Sprint(b.Asset, " available ", journal.FormatAmount(b.Available), " held ", journal.FormatAmount(b.Held),
				" pending ", journal.FormatAmount(b.Pending), " disputed ", journal.FormatAmount(b.Disputed)))
		}
		return out
	}
	require.Equal(t, []string{
		"JPY available 500 held 0 pending 0 disputed 0",
		"USD available -30.00 held 60.00 pending 0.00 disputed 0.00",
	}, text(ann))
	require.Equal(t, []string{"USD available 7.50 held 0.00 pending 0.00 disputed 0.00"}, text(bob))
	require.Empty(t, text(eve))
}

func TestWalletList(t *testing.T) {
	t.Parallel()
	l := openWallets(t)
	var ids []string
	for i := range 6 {
		id, _ := l.wallet(fmt.Sprintf("usr_%d", i%2), fmt.Sprint(i), nil)
		ids = append(ids, id)
	}
	for _, i := range []int{1, 4} {
		intent := fmt.Sprint("pi_", i)
		l.pays(ids[i], intent, "10.00", "")
		l.do(wallet.CommandPlaceHold, wallet.PlaceHold{As: service(), WalletID: ids[i], Amount: ledger.Money{Amount: "10", Asset: "USD"}})
		l.pays(ids[i], intent, "10.00", "10.00") // overdrawn, so frozen
	}
	yen := ledger.Money{Amount: "5", Asset: "JPY"}
	for _, i := range []int{0, 3} {
		l.do(wallet.CommandCreditWallet, wallet.CreditWallet{WalletID: ids[i], Amount: yen, Account: "equity:opening"})
	}
	l.do(wallet.CommandDebitWallet, wallet.DebitWallet{WalletID: ids[3], Amount: yen, Account: "equity:opening"})
	l.project(4)
	for name, c := range map[string]struct {
		filter query.WalletFilter
		want   []string
	}{
		"all":              {query.WalletFilter{Limit: 10}, []string{"5", "4", "3", "2", "1", "0"}},
		"first page":       {query.WalletFilter{Limit: 2}, []string{"5", "4"}},
		"next page":        {query.WalletFilter{After: ids[4], Limit: 2}, []string{"3", "2"}},
		"past the end":     {query.WalletFilter{After: ids[0], Limit: 2}, nil},
		"owner":            {query.WalletFilter{Owner: "usr_1", Limit: 10}, []string{"5", "3", "1"}},
		"owner, page":      {query.WalletFilter{Owner: "usr_1", After: ids[5], Limit: 1}, []string{"3"}},
		"owner and status": {query.WalletFilter{Owner: "usr_1", Status: wallet.StatusFrozen, Limit: 10}, []string{"1"}},
		"status":           {query.WalletFilter{Status: wallet.StatusFrozen, Limit: 10}, []string{"4", "1"}},
		"status, page":     {query.WalletFilter{Status: wallet.StatusOpen, After: ids[3], Limit: 10}, []string{"2", "0"}},
		"nobody":           {query.WalletFilter{Owner: "usr_9", Limit: 10}, nil},
		"asset":            {query.WalletFilter{Asset: "USD", Limit: 10}, []string{"4", "1"}},
		"asset, page":      {query.WalletFilter{Asset: "USD", After: ids[4], Limit: 10}, []string{"1"}},
		"asset, spent":     {query.WalletFilter{Asset: "JPY", Limit: 10}, []string{"3", "0"}},
		"asset, limit":     {query.WalletFilter{Asset: "JPY", Limit: 1}, []string{"3"}},
		"asset, open":      {query.WalletFilter{Asset: "JPY", Status: wallet.StatusOpen, Limit: 10}, []string{"3", "0"}},
		"asset, frozen":    {query.WalletFilter{Asset: "USD", Status: wallet.StatusFrozen, Limit: 10}, []string{"4", "1"}},
		"asset, none so":   {query.WalletFilter{Asset: "JPY", Status: wallet.StatusFrozen, Limit: 10}, nil},
		"asset and owner":  {query.WalletFilter{Asset: "JPY", Owner: "usr_1", Limit: 10}, []string{"3"}},
		"no such asset":    {query.WalletFilter{Asset: "EUR", Limit: 10}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			wallets, err := l.reads.Wallets(t.Context(), c.filter)
			require.NoError(t, err)
			var got []string
			for _, w := range wallets {
				got = append(got, w.Name)
			}
			require.Equal(t, c.want, got)
		})
	}
}

// However many events are projected together, and whatever they make of a hold, it reads as it is shown.
func TestHoldsInBatches(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 3, 1000} {
		l := openWallets(t)
		ann, _ := l.wallet("usr_ann", "", nil)
		bob, _ := l.wallet("usr_bob", "", nil)
		l.pays(ann, "pi_1", "100.00", "")
		usd := func(amount string) *ledger.Money { return &ledger.Money{Amount: amount, Asset: "USD"} }
		seconds := int64(60)
		var placed, last [4]*journal.Event
		for i := range placed {
			placed[i] = l.do(wallet.CommandPlaceHold, wallet.PlaceHold{
				As: service(), WalletID: ann, Amount: *usd("10"), Payee: wallet.Payee{ToWallet: bob}, ExpiresIn: &seconds,
				Description: fmt.Sprint("room ", i), Metadata: map[string]string{"room": fmt.Sprint(i)},
			})[0]
		}
		act := func(i int, commandType string, body any) {
			events := l.do(commandType, body)
			last[i] = events[len(events)-1]
		}
		id := func(i int) string { return placed[i].ID().Format("hld") }
		act(0, wallet.CommandIncreaseHold, wallet.IncreaseHold{As: service(), HoldID: id(0), Amount: *usd("5")})
		act(1, wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: id(1), Amount: usd("4")})
		act(2, wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: id(2), Amount: usd("4"), Final: true})
		act(3, wallet.CommandReleaseHold, wallet.ReleaseHold{As: service(), HoldID: id(3)})
		act(0, wallet.CommandCaptureHold, wallet.CaptureHold{As: service(), HoldID: id(0), Amount: usd("12.50")})
		l.project(size)
		for i := range placed {
			want, err := wallet.ShowHold(placed[i], last[i])
			require.NoError(t, err)
			got, ok, err := l.reads.Hold(t.Context(), id(i))
			require.NoError(t, err)
			require.True(t, ok)
			require.Equal(t, want, got, "%d, %d at a time", i, size)
		}
	}
}
