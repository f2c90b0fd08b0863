package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/stripetest"
)

// entryText is an entry of a wallet as a line: what it did, what stood after it, and what it says.
func entryText(row map[string]any) string {
	amounts := func(name string) string {
		of, _ := row[name].(map[string]any)
		return fmt.Sprint(of["available"], "/", of["held"], "/", of["pending"], "/", of["disputed"], "/", of["total"])
	}
	words := ""
	for _, name := range []string{"description", "reference", "hold_id", "counterparties"} {
		if row[name] != nil {
			words += fmt.Sprint(" ", row[name])
		}
	}
	return fmt.Sprint(row["type"], " ", amounts("changes"), " = ", amounts("balances"), " ", row["asset"], words)
}

func entryTexts(rows []map[string]any) []string {
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = entryText(row)
	}
	return out
}

// What happened in a wallet reads as a bank shows it: what is set aside moves between parts, and the total
// changes when it is paid. Each side of a transfer and of a hold is told of the other.
func TestWalletEntries(t *testing.T) {
	t.Parallel()
	s := startService(t)
	shop := s.as("svc_shop", "service")
	ann, bob := s.wallet(t, "usr_ann", 1000), s.wallet(t, "usr_bob", 0)
	asAnn, asBob := s.as("usr_ann", "user"), s.as("usr_bob", "user")
	asAnn.post("/v1/transfers", "t", map[string]any{
		"from_wallet": ann, "to_wallet": bob, "amount": yen("100"), "description": "Lunch", "reference": "l-1",
	}).is(http.StatusCreated)
	place := func(k string, body map[string]any) string {
		body["wallet_id"], body["amount"] = ann, yen("300")
		return shop.post("/v1/holds", k, body).is(http.StatusCreated).str("id")
	}
	hold := place("h", map[string]any{"to_wallet": bob, "description": "A room"})
	shop.post("/v1/holds/"+hold+"/capture", "c", map[string]any{"amount": yen("200"), "final": true}).is(http.StatusOK)
	secret := place("s", map[string]any{"description": "Between me and the shop"})
	shop.post("/v1/holds/"+secret+"/capture", "sc", map[string]any{"to_wallet": bob}).is(http.StatusOK)
	asAnn.post("/v1/transfers/split", "sp", map[string]any{"from_wallet": ann, "amount": yen("10"), "description": "Shares", "to": []map[string]any{
		{"wallet": bob, "amount": yen("4")}, {"wallet": s.wallet(t, "usr_cid", 0), "rest": true},
	}}).is(http.StatusCreated)

	path := "/v1/wallets/" + ann + "/entries"
	rows := asAnn.list(path).Data
	cid := rows[0]["counterparties"].([]any)[1] //nolint:forcetypeassert // the next assertion says so
	require.Equal(t, []string{
		"transferred -10/0/0/0/-10 = 390/0/0/0/390 JPY Shares [" + bob + " " + fmt.Sprint(cid) + "]",
		"hold-captured 0/-300/0/0/-300 = 400/0/0/0/400 JPY Between me and the shop " + secret + " [" + bob + "]",
		"hold-placed -300/300/0/0/0 = 400/300/0/0/700 JPY Between me and the shop " + secret,
		"hold-released 100/-100/0/0/0 = 700/0/0/0/700 JPY A room " + hold,
		"hold-captured 0/-200/0/0/-200 = 600/100/0/0/700 JPY A room " + hold + " [" + bob + "]",
		"hold-placed -300/300/0/0/0 = 600/300/0/0/900 JPY A room " + hold + " [" + bob + "]",
		"transferred -100/0/0/0/-100 = 900/0/0/0/900 JPY Lunch l-1 [" + bob + "]",
		"payment-received 1000/0/0/0/1000 = 1000/0/0/0/1000 JPY",
	}, entryTexts(rows))
	require.Equal(t, []string{
		"transferred 4/0/0/0/4 = 604/0/0/0/604 JPY Shares",
		"hold-captured 300/0/0/0/300 = 600/0/0/0/600 JPY [" + ann + "]",
		"hold-captured 200/0/0/0/200 = 300/0/0/0/300 JPY A room " + hold + " [" + ann + "]",
		"transferred 100/0/0/0/100 = 100/0/0/0/100 JPY Lunch l-1 [" + ann + "]",
	}, entryTexts(asBob.list("/v1/wallets/"+bob+"/entries").Data))

	// Pages of both orders are one list, and a cursor is of its list alone.
	for _, order := range []string{"", "?order=recorded", "?order=effective"} {
		whole := asAnn.list(path + order)
		first := asAnn.list(with(path+order, "limit", "3"))
		rest := asAnn.list(with(with(path+order, "limit", "100"), "cursor", first.Next))
		assert.Equal(t, whole.Data, append(first.Data, rest.Data...), order)
		asAnn.read(with(with(path+order, "asset", "JPY"), "cursor", first.Next)).refused(http.StatusBadRequest, "invalid-cursor")
	}
	asBob.read(path).refused(http.StatusNotFound, "wallet-not-found")
	s.finance().read(path).is(http.StatusOK)
	shop.read(path).is(http.StatusOK)
	require.Empty(t, asAnn.list(path+"?asset=USD").Data)
	asAnn.read(path+"?order=newest").refused(http.StatusBadRequest, "invalid-parameter")
	s.verify()
}

// What counts from another time than it was recorded at stands where it counts in the one order, and where it
// came in the other; the balances of both run.
func TestWalletEntriesBackdated(t *testing.T) {
	t.Parallel()
	s := startService(t)
	ann, bob := s.wallet(t, "usr_ann", 1000), s.wallet(t, "usr_bob", 0)
	shop := s.as("svc_shop", "service")
	shop.post("/v1/transfers", "t", map[string]any{"from_wallet": ann, "to_wallet": bob, "amount": yen("100")}).is(http.StatusCreated)
	late := s.paid("pi_late", 50, ann)
	when := time.Now().Add(-24 * time.Hour).UTC().Truncate(time.Second)
	s.deliver(t, "payment_intent.succeeded", stripetest.PaymentIntent(t, late), stripetest.Options{Created: when}).is(http.StatusOK)

	path := "/v1/wallets/" + ann + "/entries"
	require.Equal(t, []string{
		"payment-received 50/0/0/0/50 = 950/0/0/0/950 JPY",
		"transferred -100/0/0/0/-100 = 900/0/0/0/900 JPY [" + bob + "]",
		"payment-received 1000/0/0/0/1000 = 1000/0/0/0/1000 JPY",
	}, entryTexts(shop.list(path).Data))
	require.Equal(t, []string{
		"transferred -100/0/0/0/-100 = 950/0/0/0/950 JPY [" + bob + "]",
		"payment-received 1000/0/0/0/1000 = 1050/0/0/0/1050 JPY",
		"payment-received 50/0/0/0/50 = 50/0/0/0/50 JPY",
	}, entryTexts(shop.list(path+"?order=effective").Data))
	// From is inclusive and until exclusive, in whichever zone they are written.
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("", 4*60*60)} {
		here, next := when.In(zone).Format(time.RFC3339), when.Add(time.Second).In(zone).Format(time.RFC3339)
		rows := shop.list(with(with(path+"?order=effective", "from", here), "until", next)).Data
		require.Equal(t, []string{"payment-received 50/0/0/0/50 = 50/0/0/0/50 JPY"}, entryTexts(rows))
		require.Empty(t, shop.list(with(path+"?order=effective", "until", here)).Data)
		require.Empty(t, shop.list(with(path, "until", here)).Data)
	}
	s.verify()
}
