package billinghook_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/billinghook"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

const user = "usr_01k0q3v9x8f6r8v4t0d6m2n7h5"

// kept is what was kept.
type kept []payment.Message

func (k *kept) Keep(_ context.Context, m payment.Message) (int64, error) {
	*k = append(*k, m)
	return int64(len(*k)), nil
}

func secret(letter string) string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 32)))
}

func body(eventType string) string {
	return fmt.Sprintf(`{"type":%q,"timestamp":"2028-02-10T12:00:00Z","more":1,"data":{"external_id":"sub-1","user_id":%q,"plan":"PRO","period_start":"2028-02-01T09:00:00Z","period_end":"2028-03-01T09:00:00Z"}}`, eventType, user)
}

// What the reference implementation of the convention signs is believed, with either of two secrets, and nothing else.
func TestSignatures(t *testing.T) {
	t.Parallel()
	now := time.Date(2028, 2, 10, 12, 1, 0, 0, time.UTC)
	keeper := &kept{}
	r, err := billinghook.NewReceiver([]string{secret("a"), secret("b")}, keeper, func() time.Time { return now })
	require.NoError(t, err)
	text := []byte(body("membership.started"))
	sign := func(with string, at time.Time) string {
		w, err := standard.NewWebhook(with)
		require.NoError(t, err)
		signature, err := w.Sign("msg_1", at, text)
		require.NoError(t, err)
		return signature
	}
	receive := func(id string, at time.Time, body []byte, signature string) (journal.Command, error) {
		return r.Receive(t.Context(), body, id, fmt.Sprint(at.Unix()), signature)
	}
	for _, with := range []string{secret("a"), secret("b")} {
		_, err := receive("msg_1", now, text, sign(with, now))
		require.NoError(t, err)
	}
	_, err = receive("msg_1", now, text, "v1,bm8= v2,x "+sign(secret("b"), now))
	require.NoError(t, err, "one of several is enough")
	require.Len(t, *keeper, 3)
	require.Equal(t, []string{"billing", "msg_1", string(text)}, []string{(*keeper)[0].Provider, (*keeper)[0].ID, string((*keeper)[0].Body)})

	for name, try := range map[string]func() (journal.Command, error){
		"another secret": func() (journal.Command, error) { return receive("msg_1", now, text, sign(secret("c"), now)) },
		"another id":     func() (journal.Command, error) { return receive("msg_2", now, text, sign(secret("a"), now)) },
		"another body": func() (journal.Command, error) {
			return receive("msg_1", now, append(text, ' '), sign(secret("a"), now))
		},
		"another time": func() (journal.Command, error) {
			return receive("msg_1", now.Add(time.Second), text, sign(secret("a"), now))
		},
		"too old": func() (journal.Command, error) {
			old := now.Add(-6 * time.Minute)
			return receive("msg_1", old, text, sign(secret("a"), old))
		},
		"of the future": func() (journal.Command, error) {
			soon := now.Add(6 * time.Minute)
			return receive("msg_1", soon, text, sign(secret("a"), soon))
		},
		"no time": func() (journal.Command, error) {
			return r.Receive(t.Context(), text, "msg_1", "now", sign(secret("a"), now))
		},
		"no signature": func() (journal.Command, error) { return receive("msg_1", now, text, "v1,") },
	} {
		_, err := try()
		require.ErrorIs(t, err, payment.ErrSignature, name)
	}
	require.Len(t, *keeper, 3)
	for _, bad := range []string{"", "whsec_", "whsec_????", secret("a")[6:], "whsec_c2hvcnQ="} {
		_, err := billinghook.NewReceiver([]string{bad}, keeper, time.Now)
		require.Error(t, err, bad)
		if len(bad) > 6 {
			require.NotContains(t, err.Error(), bad)
		}
	}
}

// What events say.
func TestEvents(t *testing.T) {
	t.Parallel()
	at := time.Date(2028, 2, 10, 12, 0, 0, 0, time.UTC)
	keeper := &kept{}
	r, err := billinghook.NewReceiver([]string{secret("a")}, keeper, func() time.Time { return at })
	require.NoError(t, err)
	receive := func(text string) (payment.Fact, error) {
		w, err := standard.NewWebhook(secret("a"))
		require.NoError(t, err)
		signature, err := w.Sign("msg_1", at, []byte(text))
		require.NoError(t, err)
		if _, err = r.Receive(t.Context(), []byte(text), "msg_1", fmt.Sprint(at.Unix()), signature); err != nil {
			return payment.Fact{}, err
		}
		return (*keeper)[len(*keeper)-1].Fact, nil
	}
	invoice := payment.InvoiceFact{
		ID: "sub-1.PRO.1833008400.1835514000", CreatedAt: time.Date(2028, 2, 1, 9, 0, 0, 0, time.UTC), Settled: true, Paid: ledger.Money{Amount: "0", Asset: "PRO-DAY"},
		Term: payment.Term{Plan: "PRO", Start: time.Date(2028, 2, 1, 9, 0, 0, 0, time.UTC), End: time.Date(2028, 3, 1, 9, 0, 0, 0, time.UTC)},
	}
	for eventType, standing := range map[string]payment.SubscriptionFact{
		"membership.started":  {Status: payment.SubscriptionActive},
		"membership.renewed":  {Status: payment.SubscriptionActive},
		"membership.canceled": {Status: payment.SubscriptionActive, AtEnd: true},
		"membership.lapsed":   {Status: payment.SubscriptionUnpaid, EndedAt: at},
	} {
		fact, err := receive(body(eventType))
		require.NoError(t, err)
		assert.Equal(t, payment.Fact{
			Provider: "billing", EventID: "msg_1", Type: eventType, Kind: payment.Billed, OccurredAt: at,
			Billing: &payment.BillingFact{Member: user, Subscription: "sub-1", Standing: &standing, Invoice: &invoice},
		}, fact)
	}
	fact, err := receive(body("invoice.sent"))
	require.NoError(t, err)
	require.Equal(t, []any{payment.Ignored, payment.UnhandledType}, []any{fact.Kind, fact.Reason})
	started := body("membership.started")
	for from, to := range map[string]string{
		`"sub-1"`: `"sub/1"`, `"external_id":"sub-1",`: ``, user: ``, `"PRO"`: `"pro plan"`, `2028-03-01T09:00:00Z`: `2028-02-01T09:00:00Z`,
		`2028-02-10T12:00:00Z`: `2028-02-10T12:06:00Z`, `"timestamp":"2028-02-10T12:00:00Z",`: ``, `{"type"`: `["type"`, `"membership.started"`: `7`,
		`"2028-03-01T09:00:00Z"`: `"2068-03-01T09:00:00Z"`, `"period_start":"2028-02-01T09:00:00Z",`: ``,
	} {
		changed := strings.Replace(started, from, to, 1)
		require.NotEqual(t, started, changed, from)
		_, err := receive(changed)
		require.ErrorIs(t, err, payment.ErrMalformed, changed)
	}
}

// TestTheHandbooksExample takes what docs/webhooks.md shows.
func TestTheHandbooksExample(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docs/webhooks.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(data), "\n## Being told of memberships\n")
	require.True(t, found)
	_, section, found = strings.Cut(section, "```json\n")
	require.True(t, found)
	text, _, _ := strings.Cut(section, "```")
	now := time.Date(2026, 3, 14, 9, 27, 0, 0, time.UTC)
	keeper := &kept{}
	r, err := billinghook.NewReceiver([]string{secret("a")}, keeper, func() time.Time { return now })
	require.NoError(t, err)
	w, err := standard.NewWebhook(secret("a"))
	require.NoError(t, err)
	signature, err := w.Sign("msg_1", now, []byte(text))
	require.NoError(t, err)
	_, err = r.Receive(t.Context(), []byte(text), "msg_1", fmt.Sprint(now.Unix()), signature)
	require.NoError(t, err)
	fact := (*keeper)[0].Fact
	require.Equal(t, []any{payment.Billed, "sub-1001", "PRO", payment.SubscriptionActive},
		[]any{fact.Kind, fact.Billing.Subscription, fact.Billing.Invoice.Term.Plan, fact.Billing.Standing.Status})
}
