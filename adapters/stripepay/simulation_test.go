package stripepay_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/adapters/stripepay/fixture"
	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/risk"
)

// Whatever becomes of its messages (they come twice, late, in any order, or not at all, and are found when Stripe is
// asked), the books of a history end as if each had come at once: every account, and what is known of every payment.
// And clearing is the sum of Stripe's balance transactions, in each asset.
func TestHistories(t *testing.T) {
	t.Parallel()
	for n := range 6 { // which is how rapid's number of tries is made a larger one
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(r *rapid.T) { play(t, r) })
		})
	}
}

func play(t *testing.T, r *rapid.T) {
	w := newWorld(t, r)
	for range w.pick(40) {
		w.step()
	}
	w.flush()
	w.compare()
	if w.pick(4) == 0 {
		w.reconcile()
	}
	if w.pick(4) == 0 {
		w.flush() // and nothing is new
		w.compare()
		require.Equal(r, w.actual.State(), w.actual.Replay(cores()...).State())
	}
}

// world is Stripe, and two books of what happens there: of one that hears everything at once, and of one that does not.
type world struct {
	r               *rapid.T
	pick            func(n int) int
	stripe          *stripetest.Account
	gateway         *stripepay.Gateway
	history         *stripepay.History
	balance         *stripepay.Balance
	webhook         *stripepay.Webhook
	payers          []stripetest.Payer
	orders          []payment.Created
	opened          []payment.RecordOpened
	perfect, actual *side
	// told is how many events there were, listed are the balance transactions of before, late are those that are under way, and answers what the cashier is still to
	// record.
	told    int
	listed  map[string]bool
	late    []payment.Fact
	answers []func()
}

// side is a book.
type side struct {
	*decidetest.Book
	r *rapid.T
	// own are its ids of refunds, by those of the perfect book.
	own map[string]string
}

func cores() []func(*journal.Registry) {
	return []func(*journal.Registry){ledger.Register, wallet.Register, risk.Register, payment.Register}
}

func newWorld(t *testing.T, r *rapid.T) *world {
	t.Helper()
	numbers := make([]int, 6000)
	for i := range numbers {
		numbers[i] = i
	}
	// Of a range rapid likes the smallest; of a slice it likes each the same.
	pick := func(n int) int { return rapid.SampledFrom(numbers[:n]).Draw(r, "pick") }
	stripe := stripetest.NewAccount(decidetest.Start(), pick)
	w := &world{
		r: r, stripe: stripe, pick: pick, listed: map[string]bool{}, webhook: stripepay.New([]string{"whsec_test"}, stripepay.Config{}),
		gateway: stripepay.NewGateway("sk_test_123", stripepay.GatewayConfig{Client: &http.Client{Transport: stripe}}),
		perfect: &side{decidetest.Open(t, false, cores()...), r, nil},
		actual:  &side{decidetest.Open(t, pick(2) == 0, cores()...), r, map[string]string{}},
	}
	w.history, w.balance = stripepay.NewHistory(w.gateway, w.webhook), stripepay.NewBalance(w.gateway, false)
	wallets := w.both(func(s *side, n int) string {
		as := wallet.As{Principal: fmt.Sprint("usr_", n), Role: wallet.User}
		return s.Do(wallet.CommandOpenWallet, wallet.OpenWallet{As: as, Owner: as.Principal})[0].Body.(wallet.Opened).WalletID
	}, 2)
	currencies := []string{"usd", "usd", "eur", "jpy", "kwd"}
	for n := range 6 {
		p := stripetest.Payer{Intent: fmt.Sprint("pi_", n), Currency: currencies[w.pick(len(currencies))], Metadata: map[string]string{}}
		if w.pick(2) == 0 {
			p.Session = fmt.Sprint("cs_", n)
		}
		switch w.pick(6) {
		case 0: // nobody says whose it is
		case 1:
			p.Metadata["wallet_id"] = walletID // which is not there
		case 2:
			p.Metadata["wallet_id"] = wallets[w.pick(2)]
		default:
			w.order(p, wallets[w.pick(2)])
		}
		w.payers = append(w.payers, p)
	}
	for _, o := range w.opened {
		w.perfect.Do(payment.CommandRecordOpened, o)
	}
	return w
}

// both has n things made in both books, which have the same ids.
func (w *world) both(do func(s *side, n int) string, n int) (ids []string) {
	for i := range n {
		ids = append(ids, do(w.perfect, i))
		require.Equal(w.r, ids[i], do(w.actual, i))
	}
	return ids
}

// order asks for a payment, which Stripe has opened.
func (w *world) order(p stripetest.Payer, into string) {
	method, opened := payment.Intent, payment.RecordOpened{Ref: p.Intent, Intent: p.Intent}
	if p.Session != "" {
		method, opened = payment.Checkout, payment.RecordOpened{Ref: p.Session}
	}
	opened.Told, opened.At = payment.StatusCreated, w.stripe.Now()
	c := payment.Create{
		As: wallet.As{Principal: "key_shop", Role: wallet.Service}, Provider: payment.Stripe, WalletID: into,
		Amount: ledger.Money{Amount: "10", Asset: strings.ToUpper(p.Currency)}, Method: method,
	}
	if method == payment.Checkout {
		c.SuccessURL = "https://shop.example.com/paid"
	}
	opened.PaymentID = w.both(func(s *side, _ int) string {
		body := s.Do(payment.CommandCreate, c)[0].Body.(payment.Created)
		if s == w.perfect {
			w.orders = append(w.orders, body)
		}
		return body.PaymentID
	}, 1)[0]
	p.Metadata["wallet_id"], p.Metadata["payment_id"] = into, opened.PaymentID
	w.opened = append(w.opened, opened)
	w.answers = append(w.answers, func() { w.actual.Do(payment.CommandRecordOpened, opened) })
}

// step has something happen at Stripe. The perfect book hears all of it at once; the other one something of what is
// under way.
func (w *world) step() {
	since := w.stripe.Now()
	if len(w.orders) > 0 && w.pick(6) == 0 {
		w.refund()
	} else {
		w.stripe.Step(&w.payers)
	}
	for _, s := range []*side{w.perfect, w.actual} {
		if late := w.stripe.Now().Add(700 * time.Millisecond).Sub(s.Now()); late > 0 {
			s.Advance(late)
		}
	}
	for ; ; w.told++ {
		body, ok := w.stripe.Delivery(w.told)
		if !ok {
			break
		}
		m, err := w.webhook.Read(body, fixture.Sign(body, "whsec_test", time.Now()))
		require.NoError(w.r, err)
		w.perfect.hear(m.Fact)
		if w.pick(3) > 0 { // else it is lost
			w.late = append(w.late, m.Fact)
		}
	}
	if w.pick(4) == 0 {
		since = begun()
	}
	for _, f := range w.lines(since) {
		if !w.listed[f.EventID] {
			w.perfect.hear(f)
			w.listed[f.EventID] = true
		}
		if w.pick(4) == 0 { // as it is by now
			w.late = append(w.late, f)
		}
	}
	for range w.pick(5) {
		if len(w.late) > 0 {
			i := w.pick(len(w.late))
			w.actual.hear(w.late[i])
			if w.pick(3) > 0 { // else it comes again
				w.late = slices.Delete(w.late, i, i+1)
			}
		}
	}
	if len(w.answers) > 0 && w.pick(2) == 0 {
		w.answers[0]()
		w.answers = w.answers[1:]
	}
	if w.pick(20) == 0 {
		w.actual.Reload()
	}
}

// refund asks for a refund here, which Stripe makes, or will not.
func (w *world) refund() {
	o := w.orders[w.pick(len(w.orders))]
	scale, amount := int32(2), int64(1+w.pick(2000))
	switch o.Amount.Asset {
	case "JPY":
		scale = 0
	case "KWD":
		scale, amount = 3, amount*10 // Stripe takes no finer
	}
	ask := payment.Refund{As: wallet.As{Principal: "usr_boss", Role: wallet.Service}, PaymentID: o.PaymentID, Amount: &ledger.Money{
		Amount: decimal.New(amount, -scale).StringFixed(scale), Asset: o.Amount.Asset,
	}}
	a := w.perfect.When(payment.CommandRefund, ask)
	if a.Refusal != nil {
		return
	}
	step, _ := payment.RefundStepOf(a.Events[len(a.Events)-1])
	b := w.actual.When(payment.CommandRefund, ask)
	if b.Refusal != nil {
		w.flush()
		b = w.actual.When(payment.CommandRefund, ask)
		if b.Refusal != nil && errors.Is(b.Refusal, wallet.ErrWalletFrozen) { // what came late had it overdrawn for a while; somebody has looked at it
			w.actual.Do(wallet.CommandUnfreezeWallet, wallet.UnfreezeWallet{WalletID: o.WalletID, Reason: "looked at"})
			b = w.actual.When(payment.CommandRefund, ask)
		}
		require.Nil(w.r, b.Refusal)
	}
	own, _ := payment.RefundStepOf(b.Events[len(b.Events)-1])
	w.actual.own[step.RefundID] = own.RefundID
	told, err := w.gateway.Refund(w.r.Context(), payment.RefundOrder{
		ID: step.RefundID, PaymentID: o.PaymentID, WalletID: o.WalletID, Intent: step.Intent, Amount: step.Amount, AskedAt: time.Now(),
	})
	if why := (payment.Failure{}); errors.As(err, &why) {
		told, err = payment.RefundTold{Status: payment.RefundFailed, Failure: why}, nil
	}
	require.NoError(w.r, err)
	told.At = w.stripe.Now()
	w.perfect.Do(payment.CommandRecordRefund, payment.RecordRefund{RefundID: step.RefundID, RefundTold: told})
	w.answers = append(w.answers, func() {
		w.actual.Do(payment.CommandRecordRefund, payment.RecordRefund{RefundID: own.RefundID, RefundTold: told})
	})
}

// begun is before anything happened.
func begun() time.Time { return decidetest.Start().Add(-time.Minute) }

// lines are the balance transactions since a time, as they are listed now.
func (w *world) lines(since time.Time) (facts []payment.Fact) {
	require.NoError(w.r, w.balance.Since(w.r.Context(), since, func(m payment.Message, err error) error {
		facts = append(facts, m.Fact)
		return err
	}))
	return facts
}

// flush has all that ever happened come, in any order, as Stripe lists it.
func (w *world) flush() {
	for _, answer := range w.answers {
		answer()
	}
	w.answers, w.late = nil, nil
	all := w.lines(begun())
	require.NoError(w.r, w.history.Since(w.r.Context(), begun(), func(m payment.Message, err error) error {
		all = append(all, m.Fact)
		return err
	}))
	for len(all) > 0 {
		i := w.pick(len(all))
		w.actual.hear(all[i])
		all[i] = all[len(all)-1]
		all = all[:len(all)-1]
	}
}

// hear has a fact recorded, each time by another command: state knows it, and not its id.
func (s *side) hear(f payment.Fact) {
	if f.Refund != nil && s.own[f.Refund.ID] != "" {
		refund := *f.Refund
		refund.ID, f.Refund = s.own[f.Refund.ID], &refund
	}
	a := s.When(payment.CommandRecordFact, f)
	require.Nil(s.r, a.Refusal, "a fact is never refused")
	var result payment.Result
	require.NoError(s.r, json.Unmarshal(a.Result, &result))
	switch result.Reason {
	case "", payment.AlreadyBooked, payment.UnhandledType, payment.NothingMoved, payment.Unpaid, payment.WalletUnnamed, payment.WalletUnknown, payment.NoPayment:
	default:
		require.Failf(s.r, "not booked", "%s %s: %s", f.Type, f.EventID, result.Reason)
	}
}

// books are what is compared: each balance that is not zero, and of each payment what it has come to.
func (s *side) books() map[string]string {
	out := map[string]string{}
	for name, text := range s.State() {
		switch kind, rest, _ := strings.Cut(name, "/"); kind {
		case "balance":
			var row ledger.Balance
			require.NoError(s.r, json.Unmarshal([]byte(text), &row))
			account := strings.TrimPrefix(rest[:strings.LastIndex(rest, "/")], "main/")
			if held := row.On(ledger.Address(account).NormalSide()); !held.IsZero() {
				out[account+rest[strings.LastIndex(rest, "/"):]] = held.String()
			}
		case "payment":
			var p struct{ Wallet, Asset, Received, Refunded, Order string }
			require.NoError(s.r, json.Unmarshal([]byte(text), &p))
			if p.Received != "" {
				out[name] = fmt.Sprint(p)
			}
		case "payment-order":
			var o struct {
				Status, Received, Refunded, Disputed string
				Fee                                  ledger.Money
			}
			require.NoError(s.r, json.Unmarshal([]byte(text), &o))
			out[name] = fmt.Sprint(o)
		}
	}
	return out
}

func (w *world) compare() {
	want := w.perfect.books()
	require.Equal(w.r, want, w.actual.books())
	for currency, minor := range w.stripe.Net() {
		held := decimal.New(minor, -2)
		if held.IsZero() {
			continue
		}
		require.Equal(w.r, held.String(), want[payment.Clearing+"/"+strings.ToUpper(currency)], "clearing is what Stripe holds")
	}
	for name := range want {
		if asset, ok := strings.CutPrefix(name, payment.Clearing+"/"); ok {
			_, settled := w.stripe.Net()[strings.ToLower(asset)]
			require.True(w.r, settled, "nothing stays in %s, in which Stripe does not settle", asset)
		}
	}
}
