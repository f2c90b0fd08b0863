package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/stripetest"
)

// The owner of a wallet is told of its money once, whatever is restarted in between.
func TestNotices(t *testing.T) {
	t.Parallel()
	s := startService(t)
	ann := newPeople(t, s).person("Ann")
	wallet := ann.post("/v1/wallets", "w", map[string]any{"name": "Main"}).is(http.StatusCreated).str("id")
	pay := func(intent string, yen int64) {
		t.Helper()
		s.deliver(t, "payment_intent.succeeded", stripetest.PaymentIntent(t, s.paid(intent, yen, wallet)), stripetest.Options{}).is(http.StatusOK)
	}
	for range 3 { // Stripe says it again and again
		pay("pi_1", 1050)
	}
	notices := func() []string { return ann.read("/v1/messages?with=florin").ids() }
	soon(t, func() bool { return len(notices()) > 0 })
	s.restart()
	pay("pi_2", 100)
	soon(t, func() bool { return len(notices()) > 1 })
	ids := notices()
	require.Len(t, ids, 2)
	first := ann.get("/v1/messages/" + ids[1]).is(http.StatusOK)
	assert.Equal(t, []string{"notice", "florin", ann.id, "top-up-received", "pi_1", "Your top-up has arrived", "1050 JPY came into your wallet."},
		[]string{first.str("kind"), first.str("from"), first.str("to"), first.str("topic"), first.str("about"), first.str("subject"), first.str("body")})
	assert.Equal(t, "pi_2", ann.get("/v1/messages/"+ids[0]).str("about"))
	assert.Equal(t, ids, ann.read("/v1/messages?unread=true").ids())
	ann.call(http.MethodPatch, "/v1/messages/"+ids[0], map[string]any{"body": "A million."}).refused(http.StatusForbidden, "not-author")

	hold := ann.post("/v1/holds", "h", map[string]any{"wallet_id": wallet, "amount": yen("150"), "expires_in": 1}).is(http.StatusCreated).str("id")
	soon(t, func() bool { return len(notices()) > 2 })
	s.restart()
	pay("pi_3", 10) // what is told of it is told after all that came before
	soon(t, func() bool { return len(notices()) > 3 })
	ids = notices()
	require.Len(t, ids, 4)
	expired := ann.get("/v1/messages/" + ids[1]).is(http.StatusOK)
	assert.Equal(t, []string{"hold-expired", hold, "A hold has expired", "150 JPY that were set aside in your wallet are yours to spend again."},
		[]string{expired.str("topic"), expired.str("about"), expired.str("subject"), expired.str("body")})
}
