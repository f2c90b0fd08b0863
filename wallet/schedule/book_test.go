package schedule_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/schedule"
)

func user(name string) wallet.As { return wallet.As{Principal: "usr_" + name, Role: wallet.User} }

func service() wallet.As { return wallet.As{Principal: "key_shop", Role: wallet.Service} }

func yen(amount string) ledger.Money { return ledger.Money{Amount: amount, Asset: "JPY"} }

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func cores() []func(*journal.Registry) {
	return []func(*journal.Registry){ledger.Register, wallet.Register, schedule.Register}
}

// book is a journal with Ann's wallet, which pays, and Bob's.
type book struct {
	*decidetest.Book
	t        testing.TB
	ann, bob string
}

func open(t testing.TB, cold bool, amount string) *book {
	t.Helper()
	b := &book{Book: decidetest.Open(t, cold, cores()...), t: t}
	b.ann, b.bob = b.wallet("ann"), b.wallet("bob")
	if amount != "0" {
		b.topUp(amount)
	}
	return b
}

func (b *book) wallet(owner string) string {
	b.t.Helper()
	return b.Do(wallet.CommandOpenWallet, wallet.OpenWallet{As: user(owner), Owner: "usr_" + owner, TimeZone: "Europe/Berlin"})[0].
		Body.(wallet.Opened).WalletID
}

func (b *book) topUp(amount string) {
	b.t.Helper()
	b.Do(wallet.CommandCreditWallet, wallet.CreditWallet{WalletID: b.ann, Amount: yen(amount), Account: "equity:opening"})
}

// to moves the clock to a time.
func (b *book) to(text string) { b.Advance(at(text).Sub(b.Now())) }

// pays is a schedule of Ann's that pays Bob.
func (b *book) pays(amount string, when schedule.Timing) schedule.CreateSchedule {
	return schedule.CreateSchedule{
		As: user("ann"), Timing: when, Transfer: wallet.NewTransfer{FromWallet: b.ann, ToWallet: b.bob, Amount: yen(amount)},
	}
}

func (b *book) make(c schedule.CreateSchedule) string {
	b.t.Helper()
	return b.Do(schedule.CommandCreateSchedule, c)[0].Body.(schedule.Created).ScheduleID
}

// state is what the writer knows of a schedule.
func (b *book) state(id string) (sc schedule.Schedule) {
	b.t.Helper()
	require.NoError(b.t, json.Unmarshal([]byte(b.State()["schedule/"+id]), &sc))
	return sc
}

// run asks for the next occurrence of schedules.
func (b *book) run(ids ...string) decidetest.Answer {
	b.t.Helper()
	var c schedule.RunSchedules
	for _, id := range ids {
		c.Due = append(c.Due, schedule.Occurrence{ScheduleID: id, At: b.state(id).NextAt})
	}
	return b.When(schedule.CommandRunSchedules, c)
}

// has is what Bob was paid.
func (b *book) has() string {
	sum := decimal.Zero
	for _, e := range b.Events() {
		for _, p := range e.Postings {
			if p.Account == wallet.Account(b.bob, wallet.Available) {
				sum = sum.Add(p.Amount)
			}
		}
	}
	return sum.String()
}

// refused asserts that a command is refused with a code, at a pointer, and changes nothing.
func (b *book) refused(commandType string, body any, want *journal.Refusal, pointer string) {
	b.t.Helper()
	before := len(b.Events())
	a := b.When(commandType, body)
	require.NotNil(b.t, a.Refusal, want.Code)
	require.Equal(b.t, []string{want.Code, pointer}, []string{a.Refusal.Code, a.Refusal.Pointer}, a.Refusal.Detail)
	require.Len(b.t, b.Events(), before)
}

func once(text string) schedule.Timing { return schedule.Timing{At: new(at(text))} }

func by(rule, start, zone string) schedule.Timing {
	t := schedule.Timing{RRule: rule, TimeZone: zone}
	if start != "" {
		t.StartsAt = new(at(start))
	}
	return t
}
