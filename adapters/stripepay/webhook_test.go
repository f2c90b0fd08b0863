package stripepay_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/adapters/stripepay/fixture"
	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/risk"
)

const (
	secret = "whsec_the_first"
	next   = "whsec_the_next"
	walID  = "wal_01k0q3v9x8f6r8v4t0d6m2n7h5"
)

func tenDollars() stripetest.Payment {
	return stripetest.Payment{Intent: "pi_1", Currency: "usd", Received: 1050, Wallet: walID}
}

// The same payment, told by each type that tells of it.
// cardID is what is kept of the fingerprint in Stripe's example of a charge.
const cardID = "f43feb10578ce4b2f77e45b4b57ac296"

func TestFacts(t *testing.T) {
	t.Parallel()
	created := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	ten := tenDollars()
	refunded := ten
	refunded.Refunded = 400
	voided, released := ten, refunded // Stripe counts what it never captured as refunded
	voided.Refunded = 1050
	paid := payment.Fact{
		Provider: "stripe", EventID: "evt_1", Kind: payment.Paid, OccurredAt: created, Payment: "pi_1",
		Asset: "USD", Received: "10.50", Refunded: "0.00", Wallet: walID,
	}
	with := func(change func(*payment.Fact)) payment.Fact {
		f := paid
		change(&f)
		return f
	}
	over := func(o stripetest.Object, key string, value any) stripetest.Object {
		o[key] = value
		return o
	}
	for name, c := range map[string]struct {
		eventType string
		object    stripetest.Object
		want      payment.Fact
	}{
		"intent":          {"payment_intent.succeeded", stripetest.PaymentIntent(t, ten), paid},
		"charge":          {"charge.succeeded", stripetest.Charge(t, ten), paid},
		"captured charge": {"charge.captured", stripetest.Charge(t, ten), paid},
		"session":         {"checkout.session.completed", stripetest.CheckoutSession(t, ten), paid},
		"later session":   {"checkout.session.async_payment_succeeded", stripetest.CheckoutSession(t, ten), paid},
		"refund": {
			"charge.refunded", stripetest.Charge(t, refunded), with(func(f *payment.Fact) { f.Refunded = "4.00" }),
		},
		"authorization that was released": {
			"charge.refunded", over(over(stripetest.Charge(t, voided), "amount_captured", 0), "captured", false),
			with(func(f *payment.Fact) { f.Received = "0.00" }),
		},
		"captured in part": {
			"charge.captured", over(stripetest.Charge(t, released), "amount_captured", 650),
			with(func(f *payment.Fact) { f.Received = "6.50" }),
		},
		"captured in part, then refunded": {
			"charge.refunded", over(stripetest.Charge(t, released), "amount_captured", 850),
			with(func(f *payment.Fact) { f.Received, f.Refunded = "8.50", "2.00" }),
		},
		"authorized": {
			"charge.succeeded", over(over(stripetest.Charge(t, ten), "amount_captured", 0), "captured", false),
			with(func(f *payment.Fact) { f.Received = "0.00" }),
		},
		"expanded intent": {
			"charge.succeeded", over(stripetest.Charge(t, ten), "payment_intent", stripetest.PaymentIntent(t, ten)), paid,
		},
		"charge without intent": {
			"charge.succeeded", over(stripetest.Charge(t, ten), "payment_intent", nil),
			with(func(f *payment.Fact) { f.Payment = "ch_pi_1" }),
		},
		"without a wallet": {
			"charge.succeeded", over(stripetest.Charge(t, ten), "metadata", nil), with(func(f *payment.Fact) { f.Wallet = "" }),
		},
		"of an invoice": {
			"payment_intent.succeeded", over(stripetest.PaymentIntent(t, ten), "invoice", "in_1"),
			with(func(f *payment.Fact) { f.Invoiced, f.Invoice = true, "in_1" }),
		},
		"session not paid yet": {
			"checkout.session.completed", over(stripetest.CheckoutSession(t, ten), "payment_status", "unpaid"),
			with(func(f *payment.Fact) { f.Received, f.Told = "0.00", payment.StatusProcessing }),
		},
		"session of a set-up": {
			"checkout.session.completed", over(stripetest.CheckoutSession(t, ten), "payment_intent", nil),
			payment.Fact{Provider: "stripe", EventID: "evt_1", Kind: payment.Ignored, Reason: payment.NoPayment, OccurredAt: created},
		},
		"type that nobody follows": {
			"plan.created", stripetest.Object{"object": "plan"},
			payment.Fact{Provider: "stripe", EventID: "evt_1", Kind: payment.Ignored, Reason: payment.UnhandledType, OccurredAt: created},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, signature := stripetest.SignedEvent(t, secret, c.eventType, c.object,
				stripetest.Options{EventID: "evt_1", Created: created, APIVersion: "2026-02-25.clover"})
			e, err := stripepay.New([]string{secret}, stripepay.Config{}).Read(body, signature)
			require.NoError(t, err)
			c.want.Type = c.eventType
			if fixture.OfCharge(c.eventType) { // its example shows a card
				c.want.Card = &risk.Card{ID: cardID, Country: "US", Brand: "visa", Funding: "credit"}
			}
			assert.Equal(t, payment.Message{
				Provider: "stripe", ID: "evt_1", Type: c.eventType, APIVersion: "2026-02-25.clover", Body: body, Fact: c.want,
			}, e)
		})
	}
}

// A charge without a card, or with one that cannot be told apart, is money all the same.
func TestCards(t *testing.T) {
	t.Parallel()
	for name, details := range map[string]any{
		"nothing": nil, "no card": stripetest.Object{"type": "sepa_debit", "sepa_debit": stripetest.Object{"fingerprint": "x"}},
		"no fingerprint": stripetest.Object{"card": stripetest.Object{"country": "US"}},
	} {
		object := stripetest.Charge(t, tenDollars())
		object["payment_method_details"] = details
		f, err := factIn(t, "charge.succeeded", object)
		require.NoError(t, err, name)
		assert.Nil(t, f.Card, name)
		assert.Equal(t, "10.50", f.Received, name)
	}
}

// Stripe's minor units, where they are not what ISO 4217 would make one think.
func TestExponents(t *testing.T) {
	t.Parallel()
	for currency, want := range map[string]string{
		"usd": "12.34", "jpy": "1234", "krw": "1234", "clp": "1234", "kwd": "1.234", "bhd": "1.234",
		"isk": "12.34", "ugx": "12.34", "mga": "1234", "huf": "12.34", "twd": "12.34",
		"JPY": "1234", // a case that Stripe does not use must not cost a factor of a hundred
	} {
		p := tenDollars()
		p.Currency, p.Received = currency, 1234
		body, signature := stripetest.SignedEvent(t, secret, "payment_intent.succeeded", stripetest.PaymentIntent(t, p), stripetest.Options{})
		e, err := stripepay.New([]string{secret}, stripepay.Config{}).Read(body, signature)
		require.NoError(t, err)
		assert.Equal(t, want, e.Fact.Received, currency)
		assert.Equal(t, strings.ToUpper(currency), e.Fact.Asset)
	}
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	both := stripepay.New([]string{secret, next}, stripepay.Config{})
	body, signed := stripetest.SignedEvent(t, secret, "payment_intent.succeeded", stripetest.PaymentIntent(t, tenDollars()), stripetest.Options{})
	at := func(ago time.Duration) string { return stripetest.Sign(body, secret, time.Now().Add(-ago)) }
	changed := bytes.Replace(body, []byte("1050"), []byte("9050"), 1)
	require.NotEqual(t, body, changed)

	for name, c := range map[string]struct {
		webhook   *stripepay.Webhook
		body      []byte
		signature string
		ok        bool
	}{
		"first secret":          {both, body, signed, true},
		"next secret":           {both, body, stripetest.Sign(body, next, time.Time{}), true},
		"four minutes old":      {both, body, at(4 * time.Minute), true},
		"six minutes old":       {both, body, at(6 * time.Minute), false},
		"other secret":          {both, body, stripetest.Sign(body, "whsec_other", time.Time{}), false},
		"changed byte":          {both, changed, signed, false},
		"no header":             {both, body, "", false},
		"header without sense":  {both, body, "t=x,v1=", false},
		"header without time":   {both, body, signed[strings.Index(signed, ",")+1:], false},
		"old scheme":            {both, body, strings.Replace(signed, "v1=", "v0=", 1), false},
		"secret taken back":     {stripepay.New([]string{next}, stripepay.Config{}), body, signed, false},
		"no secret":             {stripepay.New(nil, stripepay.Config{}), body, signed, false},
		"empty secret":          {stripepay.New([]string{""}, stripepay.Config{}), body, stripetest.Sign(body, "", time.Time{}), false},
		"tolerance of a minute": {stripepay.New([]string{secret}, stripepay.Config{Tolerance: time.Minute}), body, at(2 * time.Minute), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.webhook.Read(c.body, c.signature)
			if c.ok {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, payment.ErrSignature)
		})
	}
}

func TestLivemode(t *testing.T) {
	t.Parallel()
	for _, live := range []bool{false, true} {
		body, signature := stripetest.SignedEvent(t, secret, "plan.created", stripetest.Object{}, stripetest.Options{Livemode: live})
		_, err := stripepay.New([]string{secret}, stripepay.Config{Livemode: live}).Read(body, signature)
		require.NoError(t, err)
		_, err = stripepay.New([]string{secret}, stripepay.Config{Livemode: !live}).Read(body, signature)
		require.ErrorIs(t, err, payment.ErrLivemode)
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	event := func(eventType, object string) string {
		return `{"object":"event","id":"evt_1","type":"` + eventType + `","livemode":false,"data":{"object":` + object + `}}`
	}
	for name, body := range map[string]string{
		"empty":               ``,
		"no JSON":             `hello`,
		"cut short":           `{"object":"event"`,
		"a list":              `[]`,
		"another object":      `{"object":"charge","id":"ch_1","type":"x","livemode":false}`,
		"no id":               `{"object":"event","type":"x","livemode":false}`,
		"no livemode":         `{"object":"event","id":"evt_1","type":"x"}`,
		"U+0000 in the id":    `{"object":"event","id":"evt_\u0000","type":"x","livemode":false}`,
		"a long id":           `{"object":"event","id":"` + strings.Repeat("e", 256) + `","type":"x","livemode":false}`,
		"no object":           `{"object":"event","id":"evt_1","type":"payment_intent.succeeded","livemode":false}`,
		"a fraction":          event("payment_intent.succeeded", `{"id":"pi_1","currency":"usd","amount_received":10.5}`),
		"an exponent":         event("payment_intent.succeeded", `{"id":"pi_1","currency":"usd","amount_received":1e3}`),
		"a negative amount":   event("payment_intent.succeeded", `{"id":"pi_1","currency":"usd","amount_received":-1}`),
		"an amount too big":   event("payment_intent.succeeded", `{"id":"pi_1","currency":"usd","amount_received":1000000000000001}`),
		"an overflow":         event("charge.refunded", `{"id":"ch_1","currency":"usd","amount_refunded":9223372036854775808}`),
		"a list as intent":    event("charge.succeeded", `{"id":"ch_1","payment_intent":[],"currency":"usd"}`),
		"metadata of numbers": event("charge.succeeded", `{"id":"ch_1","currency":"usd","metadata":{"wallet_id":1}}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := stripepay.New([]string{secret}, stripepay.Config{}).Read([]byte(body), stripetest.Sign([]byte(body), secret, time.Time{}))
			require.ErrorIs(t, err, payment.ErrMalformed)
		})
	}
}

// FuzzRead: whatever is signed is read or refused, and what is read makes a command whose sums can
// be added up.
func FuzzRead(f *testing.F) {
	ten := tenDollars()
	for eventType, object := range map[string]stripetest.Object{
		"payment_intent.succeeded":   stripetest.PaymentIntent(f, ten),
		"charge.refunded":            stripetest.Charge(f, ten),
		"checkout.session.completed": stripetest.CheckoutSession(f, ten),
	} {
		body, _ := stripetest.SignedEvent(f, secret, eventType, object, stripetest.Options{EventID: "evt_1"})
		f.Add(body)
	}
	f.Add([]byte(`{"object":"event","id":"evt_1","type":"charge.succeeded","livemode":false,"data":{"object":{"id":"ch_1","payment_intent":{"id":"pi_1"},"currency":"ISK","amount_captured":500}}}`))
	w := stripepay.New([]string{secret}, stripepay.Config{})
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := w.Read(body, stripetest.Sign(body, secret, time.Time{}))
		if err != nil {
			return
		}
		c, err := payment.Command(e.Fact)
		require.NoError(t, err)
		require.True(t, json.Valid(c.Data))
		require.NotEmpty(t, e.ID)
		if e.Fact.Kind == payment.Paid {
			require.Regexp(t, `^[0-9]+(\.[0-9]{2,3})?$`, e.Fact.Received)
			require.Regexp(t, `^[0-9]+(\.[0-9]{2,3})?$`, e.Fact.Refunded)
		}
	})
}
