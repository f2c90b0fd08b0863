package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/adapters/stripepay/fixture"
	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// What Stripe tells, and somebody has to see to, is kept, shown to finance and booked in the end; what is not Stripe's is not
// taken.
func TestCasesOfSuspense(t *testing.T) {
	t.Parallel()
	api := stripetest.NewAPI(t)
	s := prepareService(t)
	s.settings.StripeKey, s.settings.StripeURL = "sk_test_123", api.URL()
	second := filepath.Join(t.TempDir(), "second")
	require.NoError(t, os.WriteFile(second, []byte("whsec_second\n"), 0o600))
	s.settings.StripeSecretFiles = append(s.settings.StripeSecretFiles, second)
	s.start()
	t.Cleanup(s.close)
	for _, c := range []numbered{
		{"money for nobody", suspenseAssigned}, {"an asset of nobody's", heldUntilRegistered}, {"amounts that do not fit", heldAmounts},
		{"two secrets", twoSecrets}, {"bodies", oddBodies}, {"disputes", disputesAreShown},
		{"looked at", func(t *testing.T, s *service) { lookedAt(t, s, api) }},
	} {
		t.Run(c.number, func(t *testing.T) { c.run(t, s) })
	}
	s.verify()
}

// boss returns a caller for finance.
func (s *service) boss(t *testing.T) *caller { return s.finance().in(t) }

// waiting is the item of suspense of a payment.
func (s *service) waiting(t *testing.T, payment string) map[string]any {
	t.Helper()
	list, _ := s.boss(t).read("/v1/suspense?limit=100").is(http.StatusOK).at("data").([]any)
	for _, one := range list {
		if item, _ := one.(map[string]any); item["provider_payment"] == payment {
			return item
		}
	}
	return nil
}

func suspenseAssigned(t *testing.T, s *service) {
	b, boss := s.mainBook(t), s.boss(t)
	ann, bob := s.wallet(t, "usr_ann", 0), s.wallet(t, "usr_bob", 0)
	const named = "wal_01k0q3v9x8f6r8v4t0d6m2n7h5"
	before := b.balance(suspense, "JPY")
	require.Equal(t, "suspense", s.deliver(t, "payment_intent.succeeded", stripetest.PaymentIntent(t, s.paid("pi_nobody", 700, named)), stripetest.Options{}).
		is(http.StatusOK).str("outcome"))
	item := s.waiting(t, "pi_nobody")
	require.NotNil(t, item)
	assert.Equal(t, []any{"suspense", "stripe", map[string]any{"amount": "700", "asset": "JPY"}, "wallet-unknown", named},
		[]any{item["state"], item["provider"], item["amount"], item["reason"], item["named_wallet"]})
	path := "/v1/suspense/" + item["id"].(string)
	body := map[string]any{"wallet_id": ann, "reason": "Her letter of May 4"}

	s.as("usr_ann", "user").in(t).post(path+"/assign", "s-1", body).refused(http.StatusForbidden, "forbidden")
	boss.post(path+"/assign", "s-2", map[string]any{"wallet_id": named, "reason": "x"}).refused(http.StatusNotFound, "wallet-not-found")
	boss.post(path+"/assign", "s-3", map[string]any{"wallet_id": ann, "reason": ""}).is(http.StatusBadRequest)
	boss.post("/v1/suspense/sus_01k0q3v9x8f6r8v4t0d6m2n7h5/assign", "s-4", body).refused(http.StatusNotFound, "suspense-not-found")
	boss.post(path+"/book", "s-5", map[string]any{}).refused(http.StatusNotFound, "suspense-not-found")
	s.as("usr_bob", "user").in(t).post("/v1/wallets/"+bob+"/close", "close", map[string]any{"reason": "He left."}).is(http.StatusNoContent)
	boss.post(path+"/assign", "s-6", map[string]any{"wallet_id": bob, "reason": "His"}).refused(http.StatusUnprocessableEntity, "wallet-closed")
	boss.call(http.MethodPost, path+"/assign?dry_run=true", body, key("s-7")).is(http.StatusOK)
	assert.NotNil(t, s.waiting(t, "pi_nobody"))

	done := boss.post(path+"/assign", "s-8", body).is(http.StatusOK)
	assert.Equal(t, []string{item["id"].(string), ann, "700"}, []string{done.str("suspense_id"), done.str("wallet_id"), done.str("amount", "amount")})
	assert.Equal(t, string(done.Body), string(boss.post(path+"/assign", "s-8", body).is(http.StatusOK).replayed(true).Body))
	boss.post(path+"/assign", "s-9", body).refused(http.StatusUnprocessableEntity, "suspense-empty")
	b.has(available(ann), "700", "JPY")
	b.has(suspense, before, "JPY")
	assert.Nil(t, s.waiting(t, "pi_nobody"))
	assert.Equal(t, "0", boss.read(path).is(http.StatusOK).str("amount", "amount"))
	// What is heard later is the wallet's.
	refunded := stripetest.Payment{Intent: "pi_nobody", Currency: "jpy", Received: 700, Refunded: 200, Wallet: named}
	s.deliver(t, "charge.refunded", stripetest.Charge(t, refunded), stripetest.Options{}).is(http.StatusOK)
	b.has(available(ann), "500", "JPY")
}

func heldUntilRegistered(t *testing.T, s *service) {
	boss, ann := s.boss(t), s.wallet(t, "usr_ann", 0)
	paid := stripetest.Payment{Intent: "pi_zmw", Currency: "xzz", Received: 1234, Wallet: ann}
	for _, kind := range []string{"payment_intent.succeeded", "charge.succeeded"} {
		object := stripetest.PaymentIntent(t, paid)
		if kind == "charge.succeeded" {
			object = stripetest.Charge(t, paid)
		}
		require.Equal(t, "held", s.deliver(t, kind, object, stripetest.Options{EventID: "evt_" + kind[:2]}).is(http.StatusOK).str("outcome"))
	}
	item := s.waiting(t, "pi_zmw")
	require.NotNil(t, item)
	assert.Equal(t, []any{"held", map[string]any{"amount": "12.34", "asset": "XZZ"}, "unknown-asset", "payment_intent.succeeded"},
		[]any{item["state"], item["amount"], item["reason"], item["event_type"]})
	path := "/v1/suspense/" + item["id"].(string)
	assert.Equal(t, item["id"], boss.read(path).is(http.StatusOK).str("id"))
	assert.Equal(t, "unknown-asset", boss.post(path+"/book", "h-1", map[string]any{}).refused(http.StatusUnprocessableEntity, "suspense-still-held").str("held_reason"))
	boss.post(path+"/assign", "h-2", map[string]any{"wallet_id": ann, "reason": "Hers"}).refused(http.StatusNotFound, "suspense-not-found")

	s.as("usr_admin", "admin").in(t).post("/v1/assets", "h-3", map[string]any{"code": "XZZ", "scale": 2}).is(http.StatusCreated)
	boss.call(http.MethodPost, path+"/book?dry_run=true", map[string]any{}, key("h-4")).is(http.StatusOK)
	done := boss.post(path+"/book", "h-5", map[string]any{}).is(http.StatusOK)
	ids, _ := done.at("transaction_ids").([]any)
	assert.Len(t, ids, 1)
	assert.Equal(t, string(done.Body), string(boss.post(path+"/book", "h-5", map[string]any{}).is(http.StatusOK).replayed(true).Body))
	boss.post(path+"/book", "h-6", map[string]any{}).refused(http.StatusUnprocessableEntity, "suspense-empty")
	s.mainBook(t).has(available(ann), "12.34", "XZZ")
	assert.Nil(t, s.waiting(t, "pi_zmw"))
	boss.read(path).refused(http.StatusNotFound, "suspense-not-found")
}

// heldAmounts: Stripe counts hundredths of ISK, of which we have none.
func heldAmounts(t *testing.T, s *service) {
	ann := s.wallet(t, "usr_ann", 0)
	odd := stripetest.Payment{Intent: "pi_half", Currency: "isk", Received: 150, Wallet: ann}
	require.Equal(t, "held", s.deliver(t, "payment_intent.succeeded", stripetest.PaymentIntent(t, odd), stripetest.Options{}).is(http.StatusOK).str("outcome"))
	item := s.waiting(t, "pi_half")
	require.NotNil(t, item)
	assert.Equal(t, []any{"held", map[string]any{"amount": "1.50", "asset": "ISK"}, "amount-scale"}, []any{item["state"], item["amount"], item["reason"]})
	s.mainBook(t).has(available(ann), "0", "ISK")
}

// twoSecrets: while a secret is rolled both are good, and no other is.
func twoSecrets(t *testing.T, s *service) {
	ann := s.wallet(t, "usr_ann", 0)
	for n, secret := range []string{s.stripe, "whsec_second"} {
		body, signature := stripetest.SignedEvent(t, secret, "payment_intent.succeeded",
			stripetest.PaymentIntent(t, s.paid("pi_secret_"+string(rune('a'+n)), 100, ann)), stripetest.Options{})
		a, err := s.tryDeliver(s.nobody().in(t), body, signature)
		require.NoError(t, err)
		require.Equal(t, "booked", a.is(http.StatusOK).str("outcome"))
	}
	object := stripetest.PaymentIntent(t, s.paid("pi_secret_c", 100, ann))
	for name, sign := range map[string]func() ([]byte, string){
		"another": func() ([]byte, string) {
			return stripetest.SignedEvent(t, "whsec_third", "payment_intent.succeeded", object, stripetest.Options{})
		},
		"old": func() ([]byte, string) {
			return stripetest.SignedEvent(t, "whsec_second", "payment_intent.succeeded", object, stripetest.Options{SignedAt: time.Now().Add(-time.Hour)})
		},
		"missing": func() ([]byte, string) {
			body, _ := stripetest.SignedEvent(t, "whsec_second", "payment_intent.succeeded", object, stripetest.Options{})
			return body, "t=1"
		},
	} {
		body, signature := sign()
		a, err := s.tryDeliver(s.nobody().in(t), body, signature)
		require.NoError(t, err, name)
		a.refused(http.StatusBadRequest, "invalid-signature")
	}
	s.mainBook(t).has(available(ann), "200", "JPY")
}

// oddBodies: what is larger than a message can be is not read, and amounts that nobody has are no message.
func oddBodies(t *testing.T, s *service) {
	s.mainBook(t).untouched(func() {
		large := append([]byte(`{"object":"event","pad":"`), bytes.Repeat([]byte("x"), 1<<20)...)
		a, err := s.tryDeliver(s.nobody().in(t), append(large, `"}`...), stripetest.Sign(large, s.stripe, time.Now()))
		require.NoError(t, err)
		a.refused(http.StatusRequestEntityTooLarge, "body-too-large")
		for _, amount := range []any{-1, 1.5, "1000", 9_000_000_000_000_000_000} {
			object := stripetest.PaymentIntent(t, s.paid("pi_odd", 100, ""))
			object["amount_received"] = amount
			s.deliver(t, "payment_intent.succeeded", object, stripetest.Options{}).refused(http.StatusBadRequest, "malformed-body")
		}
		object := stripetest.PaymentIntent(t, s.paid("pi_odd", 100, ""))
		object["currency"] = strings.Repeat("x", 300)
		require.Equal(t, "ignored", s.deliver(t, "payment_intent.succeeded", object, stripetest.Options{}).is(http.StatusOK).str("outcome"))
	})
}

func disputesAreShown(t *testing.T, s *service) {
	boss, ann := s.boss(t), s.wallet(t, "usr_ann", 0)
	asked := s.as("usr_ann", "user").in(t).post("/v1/payments", "d-1", map[string]any{"wallet_id": ann, "amount": yen("1000"), "method": "payment_intent"}).is(http.StatusCreated)
	intent := asked.str("provider_ref")
	object := stripetest.PaymentIntent(t, s.paid(intent, 1000, ann))
	at := time.Now()
	s.hears(t, "payment_intent.succeeded", object, at)
	d := fixture.Dispute{
		ID: "dp_shown", Intent: intent, Currency: "jpy", Amount: 1000, Status: "needs_response",
		Moved: []fixture.Movement{{ID: "txn_shown", Currency: "jpy", Amount: -1000, Fee: 1500}},
	}
	dispute := stripetest.Dispute(t, d)
	dispute["evidence_details"] = stripetest.Object{"due_by": 1893456000}
	s.hears(t, "charge.dispute.created", dispute, at.Add(time.Second))

	list := boss.read("/v1/disputes?payment_id=" + asked.str("id")).is(http.StatusOK)
	require.Len(t, list.ids(), 1)
	shown := boss.read("/v1/disputes/" + list.ids()[0]).is(http.StatusOK)
	assert.Equal(t, []string{"stripe", "dp_shown", intent, asked.str("id"), ann, "1000", "needs_response", "1000", "1500", "2030-01-01T00:00:00Z"}, []string{
		shown.str("provider"), shown.str("provider_ref"), shown.str("provider_payment"), shown.str("payment_id"), shown.str("wallet_id"),
		shown.str("amount", "amount"), shown.str("status"), shown.str("withdrawn", "amount"), shown.str("fee", "amount"), shown.str("evidence_due_by"),
	})
	paid := s.as("usr_ann", "user").in(t).read("/v1/payments/" + asked.str("id")).is(http.StatusOK)
	assert.Equal(t, []string{"disputed", "1000"}, []string{paid.str("status"), paid.str("disputed", "amount")})
	d.Status = "lost"
	s.hears(t, "charge.dispute.closed", stripetest.Dispute(t, d), at.Add(2*time.Second))
	lost := boss.read("/v1/disputes?status=lost&wallet_id=" + ann).is(http.StatusOK)
	require.Equal(t, list.ids(), lost.ids())
	assert.Equal(t, "0", lost.str("data", 0, "withdrawn", "amount"))
	assert.Empty(t, boss.read("/v1/disputes?status=needs_response&wallet_id="+ann).is(http.StatusOK).ids())
	boss.read("/v1/disputes/dsp_01k0q3v9x8f6r8v4t0d6m2n7h5").refused(http.StatusNotFound, "dispute-not-found")
	boss.get("/v1/disputes?payment_id=pay_01k0q3v9x8f6r8v4t0d6m2n7h5").refused(http.StatusNotFound, "payment-not-found")
	s.as("usr_ann", "user").in(t).get("/v1/disputes").refused(http.StatusForbidden, "forbidden")
}

// lookedAt: a payment whose messages are lost, by every way, is asked for when it has been open for some minutes.
func lookedAt(t *testing.T, s *service, api *stripetest.API) {
	ann := s.wallet(t, "usr_ann", 0)
	user := s.as("usr_ann", "user").in(t)
	asked := user.post("/v1/payments", "l-1", map[string]any{"wallet_id": ann, "amount": yen("1000"), "method": "payment_intent"}).is(http.StatusCreated)
	path := "/v1/payments/" + asked.str("id")
	api.Set(asked.str("provider_ref"), stripetest.Object{"status": "succeeded", "amount_received": 1000})
	user.read(path) // and the read model has it

	pool, err := openPool(t.Context(), s.settings.DatabaseURL, 4, 0)
	require.NoError(t, err)
	defer pool.Close()
	store, calls, points := postgres.NewStore(pool), postgres.NewPaymentCalls(pool), postgres.NewCheckpoints(pool)
	sights := map[string]payment.Sight{payment.Stripe: stripepay.NewGateway("sk_test_123", stripepay.GatewayConfig{URL: api.URL()})}
	lookout := payment.NewLookout(newRegistry(), sights, calls, readmodel.NewReads(pool), store, postgres.NewProviderEvents(pool), store,
		journal.NewDispatcher(shard, s.app.bus, store, store, time.Now), s.log)
	looks := func(after time.Duration) error {
		return lookout.Look(t.Context(), time.Now().Add(after-time.Minute), time.Now().Add(after))
	}
	require.NoError(t, looks(time.Minute))
	assert.Equal(t, "created", user.read(path).str("status"), "it is not old enough")
	api.Away(func(stripetest.Call) bool { return true })
	require.NoError(t, looks(2*time.Minute+10*time.Second), "one that is not answered keeps nobody")
	api.Away(nil)
	require.NoError(t, looks(2*time.Minute+10*time.Second))
	s.saw(journal.Token{Shard: shard, Position: int64(s.count(t, "SELECT position FROM shard_head"))}.String())
	paid := user.read(path).is(http.StatusOK)
	assert.Equal(t, []string{"succeeded", "1000"}, []string{paid.str("status"), paid.str("received", "amount")})
	s.mainBook(t).has(available(ann), "1000", "JPY")
	events := s.mainBook(t).events()
	require.NoError(t, looks(2*time.Minute+10*time.Second))
	assert.Equal(t, events, s.mainBook(t).events(), "what has come to its end is looked at no more")

	// The service itself does so, from where it was.
	require.Eventually(t, func() bool { return lookSince(t.Context(), points, lookout, time.Now().Add(time.Hour)) == nil }, 10*time.Second, 20*time.Millisecond)
	seconds, ran, err := points.Checkpoint(t.Context(), paymentLooks)
	require.NoError(t, err)
	assert.True(t, ran && seconds > time.Now().Unix())
}
