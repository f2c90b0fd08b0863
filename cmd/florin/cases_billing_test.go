package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/stripetest"
	"github.com/florinledger/florin/users/membership"
)

// sells makes a plan that Stripe bills too.
func (s *service) sells(t *testing.T, code, amount, price string) {
	t.Helper()
	s.as("usr_boss", "admin").in(t).call(http.MethodPost, "/v1/plans",
		map[string]any{"code": code, "name": code, "price": yen(amount), "period": "P1M", "provider_price": price}, key(code)).is(http.StatusCreated)
}

// invoice is an invoice of a subscription that was paid with yen by an intent of its name.
func invoice(t *testing.T, id, membershipID string, yen int, price string, start time.Time) stripetest.Object {
	t.Helper()
	return stripetest.Fixture(t, "invoice", stripetest.Object{
		"id": id, "created": start.Unix(), "status": "paid", "amount_paid": yen, "currency": "jpy", "payment_intent": "pi_" + id, "subscription": "sub_1",
		"subscription_details": stripetest.Object{"metadata": stripetest.Object{"membership_id": membershipID}}, "parent": nil, "next_payment_attempt": nil,
		"lines": stripetest.Object{"data": []stripetest.Object{{
			"amount": yen, "price": stripetest.Object{"id": price}, "period": stripetest.Object{"start": start.Unix(), "end": start.AddDate(0, 1, 0).Unix()},
		}}},
	})
}

// A membership by checkout from the request to the money, through a change, to its end.
func TestMembershipByCheckout(t *testing.T) {
	t.Parallel()
	s, api := startWithStripe(t)
	s.sells(t, "PRO", "1000", "price_pro")
	s.sells(t, "MAX", "5000", "price_max")
	s.offers(t, "BARE", yen("100"), "P1M")
	people, finance := newPeople(t, s), s.finance().in(t)
	ann, zoe := people.person("Ann"), people.person("Zoe")
	body := map[string]any{"plan": "PRO", "method": "checkout", "success_url": "https://shop.example.com/paid"}
	with := func(name string, value any) map[string]any {
		out := map[string]any{name: value}
		for k, v := range body {
			if k != name {
				out[k] = v
			}
		}
		return out
	}
	ann.post("/v1/memberships", "bare", with("plan", "BARE")).refused(http.StatusUnprocessableEntity, "plan-not-billed")
	require.Equal(t, "/success_url", ann.post("/v1/memberships", "url", with("success_url", "")).refused(http.StatusBadRequest, "invalid-field").str("errors", 0, "pointer"))
	require.Equal(t, "/wallet_id", ann.post("/v1/memberships", "w", with("wallet_id", "wal_x")).refused(http.StatusBadRequest, "invalid-field").str("errors", 0, "pointer"))
	ann.post("/v1/memberships", "eve", with("user_id", "usr_eve")).refused(http.StatusNotFound, "user-not-found")

	asked := ann.post("/v1/memberships", "m-1", body).is(http.StatusCreated)
	id := asked.str("id")
	require.Equal(t, []string{"pending", "stripe", "https://checkout.stripe.com/c/pay/cs_test_1"}, []string{asked.str("status"), asked.str("provider"), asked.str("checkout_url")})
	assert.JSONEq(t, string(asked.Body), string(ann.post("/v1/memberships", "m-1", body).is(http.StatusCreated).replayed(true).Body))
	require.Len(t, api.Opened("checkout.session"), 1)
	require.Equal(t, []string{id, "subscription"}, []string{api.Sent()[0].Key, api.Sent()[0].Form.Get("mode")})
	path := "/v1/memberships/" + id
	require.Equal(t, asked.str("checkout_url"), ann.read(path).is(http.StatusOK).str("checkout_url"))
	require.Nil(t, finance.read(path).is(http.StatusOK).at("checkout_url"), "finance does not buy for others")
	require.Equal(t, id, ann.post("/v1/memberships", "m-2", body).refused(http.StatusUnprocessableEntity, "membership-exists").str("membership_id"))
	require.Equal(t, map[string]any{"status": "none"}, ann.get("/v1/users/me").is(http.StatusOK).at("membership"))

	// The member pays. Messages come as they like.
	start := time.Now().Truncate(time.Second)
	sub := api.Subscribe("sub_1", "cs_test_1", "price_pro")
	first := invoice(t, "in_1", id, 1000, "price_pro", start)
	s.hears(t, "invoice.paid", first, start)
	s.hears(t, "customer.subscription.created", sub, start)
	s.hears(t, "invoice.payment_succeeded", first, start)
	charge := stripetest.Charge(t, stripetest.Payment{Intent: "pi_in_1", Currency: "jpy", Received: 1000})
	charge["invoice"] = "in_1"
	s.hears(t, "charge.succeeded", charge, start)
	m := ann.read(path).is(http.StatusOK)
	require.Equal(t, []any{"active", "sub_1", true, nil, start.AddDate(0, 1, 0).UTC().Format(time.RFC3339)},
		[]any{m.at("status"), m.at("provider_ref"), m.at("renews"), m.at("checkout_url"), m.at("until")})
	deferred := "liabilities:deferred:memberships:" + id
	require.Equal(t, []string{"1000", "1000", "0"}, []string{finance.balance(clearing, "JPY"), finance.balance(deferred, "JPY"), finance.balance("liabilities:suspense:stripe", "JPY")})
	refreshed := s.nobody().in(t).call(http.MethodPost, "/v1/token/refresh", map[string]any{"refresh_token": ann.renew}).is(http.StatusOK)
	require.Equal(t, map[string]any{"status": "active", "plan": "PRO", "until": m.at("until")}, claimed(t, refreshed.str("access_token")))

	// What the member asks for, Stripe is asked for.
	require.Equal(t, false, ann.post(path+"/cancel", "c-1", map[string]any{"at": "period_end"}).is(http.StatusOK).at("renews"))
	require.Equal(t, true, api.Get("sub_1")["cancel_at_period_end"])
	require.Equal(t, true, ann.post(path+"/change", "g-1", map[string]any{"plan": "PRO"}).is(http.StatusOK).at("renews"))
	api.Next(stripetest.Trouble{}, stripetest.Trouble{Status: 402, Code: "card_declined"})
	declined := ann.post(path+"/change", "g-2", map[string]any{"plan": "MAX"}).refused(http.StatusUnprocessableEntity, "provider-refused")
	require.Equal(t, []string{id, "card_declined"}, []string{declined.str("membership_id"), declined.str("provider_code")})
	ann.post(path+"/change", "g-3", map[string]any{"plan": "MAX"}).is(http.StatusOK)
	second := invoice(t, "in_2", id, 4000, "price_max", start)
	second["created"] = start.Unix() + 1
	s.hears(t, "invoice.paid", second, start.Add(time.Second))
	require.Equal(t, []any{"MAX", "4000"}, []any{ann.read(path).at("plan"), ann.read(path).at("period", "price", "amount")})
	require.Equal(t, []string{"5000", "5000", "0"}, []string{finance.balance(clearing, "JPY"), finance.balance(deferred, "JPY"), finance.balance("liabilities:entitlements:"+id, "PRO-DAY")})

	// It ends at once: nothing is earned yet, and all goes back to the card.
	api.Receive("pi_in_1", 1000, "jpy")
	api.Receive("pi_in_2", 4000, "jpy")
	api.Next(stripetest.Trouble{Lost: true}, stripetest.Trouble{}, stripetest.Trouble{}, stripetest.Trouble{Lost: true})
	ended := ann.post(path+"/cancel", "c-2", map[string]any{"at": "now"}).is(http.StatusOK)
	require.Equal(t, "canceled", ended.str("status"))
	require.Equal(t, "canceled", api.Get("sub_1")["status"])
	require.Len(t, api.Opened("refund"), 2)
	charge["amount_refunded"] = 1000
	s.hears(t, "charge.refunded", charge, start.Add(2*time.Second))
	gone := stripetest.Object{}
	for name, value := range sub {
		gone[name] = value
	}
	gone["ended_at"] = start.Add(2 * time.Second).Unix()
	s.hears(t, "customer.subscription.deleted", gone, start.Add(2*time.Second))
	require.Equal(t, []string{"0", "0", "0", "0"}, []string{
		finance.balance(clearing, "JPY"), finance.balance(deferred, "JPY"), finance.balance(membership.Income, "JPY"), finance.balance("liabilities:entitlements:"+id, "MAX-DAY"),
	})
	require.Equal(t, "canceled", ann.read("/v1/users/me").is(http.StatusOK).str("membership", "status"))

	// An invoice that names no membership of ours waits for somebody to look at it.
	nobodys := invoice(t, "in_9", "", 300, "price_x", start)
	nobodys["subscription"] = "sub_9"
	s.hears(t, "invoice.paid", nobodys, start)
	require.Equal(t, []string{"300", "300"}, []string{finance.balance(clearing, "JPY"), finance.balance("liabilities:suspense:stripe", "JPY")})

	// Somebody turns back, and buys again.
	waiting := ann.post("/v1/memberships", "m-3", body).is(http.StatusCreated)
	closed := ann.post("/v1/memberships/"+waiting.str("id")+"/cancel", "c-3", map[string]any{"at": "now"}).is(http.StatusOK)
	require.Equal(t, "canceled", closed.str("status"))
	require.Equal(t, "canceled", ann.read("/v1/users/me").is(http.StatusOK).str("membership", "status"))
	api.Next(stripetest.Trouble{Status: 404, Code: "resource_missing"})
	ann.post("/v1/memberships", "m-4", body).refused(http.StatusUnprocessableEntity, "provider-refused")
	ann.post("/v1/memberships", "m-5", body).is(http.StatusCreated)
	s.membershipElsewhere(t, zoe)
	s.verify()
}

// toldElsewhere delivers an event of another billing system's about a membership, signed by the reference implementation.
func (s *service) toldElsewhere(t *testing.T, id, eventType string, at time.Time, data map[string]any) *answer {
	t.Helper()
	secrets, err := webhookSecrets("membership", s.settings.MembershipSecretFiles)
	require.NoError(t, err)
	signer, err := standard.NewWebhook(secrets[0])
	require.NoError(t, err)
	body, err := json.Marshal(map[string]any{"type": eventType, "timestamp": at.UTC().Format(time.RFC3339), "data": data})
	require.NoError(t, err)
	now := time.Now()
	signature, err := signer.Sign(id, now, body)
	require.NoError(t, err)
	return s.nobody().in(t).call(http.MethodPost, "/v1/webhooks/memberships", body,
		header("webhook-id", id), header("webhook-timestamp", strconv.FormatInt(now.Unix(), 10)), header("webhook-signature", signature))
}

// What another billing system tells of memberships counts here, in any order and once.
func (s *service) membershipElsewhere(t *testing.T, ann *participant) {
	t.Helper()
	s.offers(t, "ABROAD", yen("100"), "P1M")
	start := time.Now().Add(-time.Hour).Truncate(time.Second).UTC()
	data := map[string]any{
		"external_id": "sub-1001", "user_id": ann.id, "plan": "ABROAD", "period_start": start.Format(time.RFC3339), "period_end": start.AddDate(0, 1, 0).Format(time.RFC3339),
	}
	require.Equal(t, "booked", s.toldElsewhere(t, "msg_2", "membership.canceled", start.Add(time.Minute), data).is(http.StatusOK).str("outcome"))
	first := s.toldElsewhere(t, "msg_1", "membership.started", start, data).is(http.StatusOK)
	require.Equal(t, "ignored", first.str("outcome"), "it is older")
	require.Equal(t, "true", s.toldElsewhere(t, "msg_1", "membership.started", start, data).is(http.StatusOK).Header.Get("Idempotent-Replayed"))
	m := ann.read("/v1/memberships/me").is(http.StatusOK)
	require.Equal(t, []any{"active", "billing", "sub-1001", false, start.AddDate(0, 1, 0).Format(time.RFC3339)},
		[]any{m.at("status"), m.at("provider"), m.at("provider_ref"), m.at("renews"), m.at("until")})
	require.Equal(t, "active", ann.read("/v1/users/me").is(http.StatusOK).str("membership", "status"))
	ann.post("/v1/memberships/"+m.str("id")+"/cancel", "x", map[string]any{"at": "now"}).refused(http.StatusUnprocessableEntity, "membership-elsewhere")
	days := strconv.Itoa(int(start.AddDate(0, 1, 0).Sub(start).Hours()) / 24)
	require.Equal(t, days, s.finance().in(t).balance("liabilities:entitlements:"+m.str("id"), "ABROAD-DAY"))

	require.Equal(t, "deferred", s.toldElsewhere(t, "msg_3", "membership.lapsed", start.Add(2*time.Minute), data).is(http.StatusOK).str("outcome"))
	require.Equal(t, "lapsed", ann.read("/v1/memberships/me").is(http.StatusOK).str("status"))
	require.Equal(t, "0", s.finance().in(t).balance("liabilities:entitlements:"+m.str("id"), "ABROAD-DAY"))
	data["user_id"] = "usr_nobody"
	data["external_id"] = "sub-1002"
	require.Equal(t, "ignored", s.toldElsewhere(t, "msg_4", "membership.started", start, data).is(http.StatusOK).str("outcome"))
	delete(data, "period_end")
	bad := s.toldElsewhere(t, "msg_5", "membership.started", start, data).refused(http.StatusBadRequest, "malformed-body")
	require.Contains(t, bad.str("detail"), "data.period_end")
	s.nobody().in(t).call(http.MethodPost, "/v1/webhooks/memberships", data, header("webhook-id", "msg_6"), header("webhook-timestamp", "1"), header("webhook-signature", "v1,x")).
		refused(http.StatusBadRequest, "invalid-signature")
}
