package httpapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	wallets "github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/withdrawal"
)

func (h *house) Withdrawals(_ context.Context, f wallets.WithdrawalFilter) (out []wallets.FoundWithdrawal, err error) {
	facts(h, func(e *journal.Event, b withdrawal.Requested) {
		fits := (f.WalletID == "" || f.WalletID == b.WalletID) && (f.Owner == "" || f.Owner == b.Owner) && (f.Before == 0 || e.Position < f.Before) &&
			!e.RecordedAt.Before(f.From) && (f.Until.IsZero() || e.RecordedAt.Before(f.Until))
		last, status := h.lastOf(b.WithdrawalID, e.Position)
		if fits && (f.Status == "" || f.Status == status) {
			out = append(out, wallets.FoundWithdrawal{Requested: e.Position, Last: last})
		}
	})
	slices.Reverse(out)
	return out[:min(f.Limit, len(out))], h.broken
}

// lastOf returns the last event of a withdrawal, and how it left it. The house is locked.
func (h *house) lastOf(id string, first int64) (last int64, status withdrawal.Status) {
	last, status = first, withdrawal.StatusRequested
	for _, e := range h.bench.Events() {
		if step, ok := withdrawal.StepOf(e); ok && step.WithdrawalID == id {
			last, status = e.Position, step.Status
		}
	}
	return last, status
}

func (h *house) Withdrawal(ctx context.Context, position int64) (at wallets.FoundWithdrawal, ok bool, err error) {
	all, err := h.Withdrawals(ctx, wallets.WithdrawalFilter{Limit: 1000})
	for _, at := range all {
		if at.Requested == position {
			return at, true, err
		}
	}
	return at, false, err
}

func (h *house) Owner(ctx context.Context, walletID string) (string, bool, error) {
	w, ok, err := h.Wallet(ctx, walletID)
	return w.Owner, ok, err
}

const (
	boss       = "usr_boss=finance"
	annsIBAN   = "DE89370400440532013000"
	toAnnsIBAN = `{"type":"iban","name":"Ann Miller","iban":"de89 3704 0044 0532 0130 00","bic":"COBADEFFXXX"}`
	anyWDR     = "wdr_01k0q3v9x8f6r8v4t0d6m2n7h5"
)

// withdraw asks for an amount of dollars to go out.
func (h *house) withdraw(who, key, from, amount, to, more string) answer {
	h.t.Helper()
	return h.call(who, key, "POST", "/v1/withdrawals", `{"wallet_id":"`+from+`","amount":{"amount":"`+amount+`","asset":"USD"},"destination":`+to+more+`}`)
}

func TestWithdrawal(t *testing.T) {
	t.Parallel()
	h := open(t)
	from := h.wallet(ann, "100.00")
	asked := h.withdraw(ann, "k-1", from, "60", toAnnsIBAN, `,"description":"Savings","reference":"out-1","metadata":{"goal":"house"}`)
	w := asked.object(t, 201)
	url := "/v1/withdrawals/" + w["id"].(string)
	hint := map[string]any{"type": "iban", "country": "DE", "last4": "3000"}
	want := map[string]any{
		"id": w["id"], "wallet_id": from, "amount": map[string]any{"amount": "60.00", "asset": "USD"}, "destination": hint, "status": "requested",
		"description": "Savings", "reference": "out-1", "metadata": map[string]any{"goal": "house"},
		"created_at": "2026-03-14T09:26:53.589796Z", "version": num(3),
	}
	assert.Equal(t, want, w)
	assert.Equal(t, `"3"`, asked.header.Get("ETag"))
	again := h.withdraw(ann, "k-1", from, "60", toAnnsIBAN, `,"description":"Savings","reference":"out-1","metadata":{"goal":"house"}`)
	assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	assert.Equal(t, asked.body, again.body, "what is sealed anew is no other request")
	assert.Equal(t, w, h.call(ann, "", "GET", url, "").object(t, 200))

	// Others see who asked; finance, where it goes.
	want["requested_by"] = "usr_ann"
	assert.Equal(t, want, h.call(shop, "", "GET", url, "").object(t, 200))
	list := h.call(boss, "", "GET", "/v1/withdrawals", "").object(t, 200)["data"].([]any)
	assert.Equal(t, []any{want}, list, "finance gets the hint in a list")
	want["destination"] = map[string]any{"type": "iban", "country": "DE", "last4": "3000", "name": "Ann Miller", "iban": annsIBAN, "bic": "COBADEFFXXX"}
	for _, who := range []string{boss, "usr_root=admin"} {
		assert.Equal(t, want, h.call(who, "", "GET", url, "").object(t, 200), who)
	}
	h.call(bob, "", "GET", url, "").refused(t, 404, "withdrawal-not-found")
	h.call(ann, "", "GET", "/v1/withdrawals/"+anyWDR, "").refused(t, 404, "withdrawal-not-found")
	h.call(ann, "", "GET", "/v1/withdrawals/wal_x", "").refused(t, 404, "withdrawal-not-found")

	h.call(ann, "k-2", "POST", url+"/approve", `{}`).refused(t, 403, "forbidden")
	h.call(bob, "k-3", "POST", url+"/cancel", `{}`).refused(t, 404, "withdrawal-not-found")
	h.call("usr_ann=finance", "k-4", "POST", url+"/approve", `{}`).refused(t, 403, "second-person-required")
	h.call(boss, "k-5", "POST", url+"/approve", `{}`, "If-Match", `"2"`).refused(t, 412, "version-mismatch")
	h.call(boss, "k-6", "POST", url+"/settle", `{}`).refused(t, 422, "withdrawal-wrong-status")
	tried := h.call(boss, "k-7", "POST", url+"/approve?dry_run=true", `{}`).object(t, 200)
	assert.Equal(t, "approved", tried["status"])
	approved := h.call(boss, "k-7", "POST", url+"/approve", `{}`, "If-Match", `"3"`).object(t, 200)
	assert.Equal(t, []any{"approved", "usr_boss", "2026-03-14T09:26:53.589802Z", num(4), hint},
		[]any{approved["status"], approved["approved_by"], approved["approved_at"], approved["version"], approved["destination"]})
	problem := h.call(ann, "k-8", "POST", url+"/cancel", `{}`).problem(t)
	assert.Equal(t, []any{"withdrawal-wrong-status", "approved"}, []any{problem["code"], problem["withdrawal_status"]})
	sent := h.call(boss, "k-9", "POST", url+"/send", `{"bank_reference":"batch-7"}`).object(t, 200)
	assert.Equal(t, []any{"sent", "batch-7"}, []any{sent["status"], sent["bank_reference"]})
	h.call(boss, "k-10", "POST", url+"/settle", `{"settled_at":"2026-03-14T09:00:00Z"}`).refused(t, 400, "invalid-field")
	settled := h.call(boss, "k-11", "POST", url+"/settle", `{"bank_reference":"ref-8"}`).object(t, 200)
	assert.Equal(t, []any{"settled", "ref-8"}, []any{settled["status"], settled["bank_reference"]})
	failed := h.call(boss, "k-12", "POST", url+"/fail", `{"reason":"The account is closed."}`).object(t, 200)
	assert.Equal(t, []any{"failed", true, "The account is closed."}, []any{failed["status"], failed["returned"], failed["reason"]})
	hers := h.call(ann, "", "GET", url, "").object(t, 200)
	assert.Equal(t, []any{"failed", true, "The account is closed.", nil, nil}, []any{hers["status"], hers["returned"], hers["reason"], hers["approved_by"], hers["requested_by"]})
	assert.NotContains(t, h.log.String(), annsIBAN)
	for _, c := range h.asked {
		assert.NotContains(t, string(c.Data), annsIBAN)
		assert.NotContains(t, string(c.Data), "Miller")
	}
}

// What is wrong is said before anything is sealed, and where.
func TestWithdrawalMalformed(t *testing.T) {
	t.Parallel()
	h := open(t)
	from := h.wallet(ann, "100.00")
	for name, c := range map[string]struct{ to, pointer string }{
		"mistyped":         {`{"type":"iban","name":"Ann","iban":"DE89370400440532013001"}`, "/destination/iban"},
		"of another type":  {`{"type":"us_bank","name":"Ann","iban":"DE89370400440532013000"}`, "/destination/routing_number"},
		"an unknown type":  {`{"type":"cash"}`, "/destination/type"},
		"a field too many": {`{"type":"iban","name":"Ann","iban":"DE89370400440532013000","swift":"x"}`, "/destination/swift"},
		"a number":         {`{"type":"us_bank","name":"Ann","routing_number":21000021,"account_number":"1234"}`, "/destination/routing_number"},
	} {
		problem := h.withdraw(ann, "k "+name, from, "1", c.to, "").problem(t)
		assert.Equal(t, c.pointer, problem["errors"].([]any)[0].(map[string]any)["pointer"], name)
		assert.NotContains(t, fmt.Sprint(problem), "0532", name)
	}
	h.withdraw(bob, "k-1", from, "1", toAnnsIBAN, "").refused(t, 404, "wallet-not-found")
	h.withdraw(shop, "k-1", anyWalletID, "1", toAnnsIBAN, "").refused(t, 404, "wallet-not-found")
	h.withdraw(ann, "", from, "1", toAnnsIBAN, "").refused(t, 400, "idempotency-key-missing")
	assert.Empty(t, h.lobby.vault.Holds(), "nobody got a key for it")
}

// Answered later, it is looked up by its caller, and by operators, who read nothing of where it goes.
func TestWithdrawalLater(t *testing.T) {
	t.Parallel()
	h := open(t)
	from := h.wallet(ann, "100.00")
	accepted := h.call(ann, "k-1", "POST", "/v1/withdrawals",
		`{"wallet_id":"`+from+`","amount":{"amount":"60","asset":"USD"},"destination":`+toAnnsIBAN+`}`, "Prefer", "respond-async").object(t, 202)
	url := "/v1/commands/" + accepted["id"].(string)
	result := h.call(ann, "", "GET", url, "").object(t, 200)["result"].(map[string]any)
	assert.Equal(t, []any{"requested", map[string]any{"type": "iban", "country": "DE", "last4": "3000"}}, []any{result["status"], result["destination"]})
	result = h.call("usr_op=operator", "", "GET", url, "").object(t, 200)["result"].(map[string]any)
	assert.Equal(t, []any{"requested", map[string]any{"type": "iban"}}, []any{result["status"], result["destination"]})
}

// A list turns pages, and shows a user his own.
func TestListWithdrawals(t *testing.T) {
	t.Parallel()
	h := open(t)
	anns, bobs := h.wallet(ann, "100.00"), h.wallet(bob, "100.00")
	ids := map[string]string{}
	for i, who := range []string{ann, bob, ann, ann} {
		from := anns
		if who == bob {
			from = bobs
		}
		ids[fmt.Sprint(i)] = h.withdraw(who, fmt.Sprint("k-", i), from, "1", toAnnsIBAN, "").object(t, 201)["id"].(string)
	}
	h.call(boss, "k-a", "POST", "/v1/withdrawals/"+ids["2"]+"/approve", `{}`).object(t, 200)
	list := func(who, query string) (out []string) {
		page := h.call(who, "", "GET", "/v1/withdrawals"+query, "").object(t, 200)
		for _, w := range page["data"].([]any) {
			out = append(out, w.(map[string]any)["id"].(string))
		}
		if page["has_more"] == true {
			out = append(out, page["next_cursor"].(string))
		}
		return out
	}
	assert.Equal(t, []string{ids["3"], ids["2"], ids["1"], ids["0"]}, list(boss, ""))
	assert.Equal(t, []string{ids["3"], ids["2"], ids["0"]}, list(ann, ""))
	assert.Equal(t, []string{ids["1"]}, list(shop, "?wallet_id="+bobs))
	assert.Equal(t, []string{ids["2"]}, list(boss, "?status=approved"))
	first := list(ann, "?limit=2")
	assert.Equal(t, []string{ids["3"], ids["2"]}, first[:2])
	assert.Equal(t, []string{ids["0"]}, list(ann, "?limit=2&cursor="+first[2]))
	h.call(boss, "", "GET", "/v1/withdrawals?limit=2&status=sent&cursor="+first[2], "").refused(t, 400, "invalid-cursor")
	h.call(boss, "", "GET", "/v1/withdrawals?status=lost", "").refused(t, 400, "invalid-parameter")
	h.call(ann, "", "GET", "/v1/withdrawals?wallet_id="+bobs, "").refused(t, 404, "wallet-not-found")
	assert.Empty(t, list(ann, "?until=2026-03-14T09:00:00Z"))
	h.broken = errors.New("away")
	h.call(ann, "", "GET", "/v1/withdrawals", "").refused(t, 503, "unavailable")
}

// Of an owner who is erased the money's trail is left; a repeat is answered as far as it can be, and nothing new begins.
func TestWithdrawalOfTheErased(t *testing.T) {
	t.Parallel()
	h := open(t)
	owner := "usr_01k0q3v9x8f6r8v4t0d6m2n7h5"
	_, err := h.lobby.vault.Create(t.Context(), owner)
	require.NoError(t, err)
	from := h.wallet(owner+"=user", "100.00")
	withdraw := func(key string) answer { return h.withdraw(shop, key, from, "60", toAnnsIBAN, "") }
	id := withdraw("k-1").object(t, 201)["id"].(string)
	require.NoError(t, h.lobby.vault.Destroy(t.Context(), owner))
	erased := map[string]any{"type": "iban", "erased": true}
	assert.Equal(t, erased, h.call(boss, "", "GET", "/v1/withdrawals/"+id, "").object(t, 200)["destination"])
	again := withdraw("k-1")
	assert.Equal(t, []any{id, erased}, []any{again.object(t, 201)["id"], again.object(t, 201)["destination"]})
	withdraw("k-2").refused(t, 422, "owner-erased")
	canceled := h.call(shop, "k-3", "POST", "/v1/withdrawals/"+id+"/cancel", `{"reason":"Nobody is there any more."}`).object(t, 200)
	assert.Equal(t, []any{"canceled", erased}, []any{canceled["status"], canceled["destination"]})

	h.lobby.vault.Fail(errors.New("away"))
	h.call(boss, "", "GET", "/v1/withdrawals/"+id, "").refused(t, 503, "unavailable")
	withdraw("k-4").refused(t, 503, "unavailable")
	assert.NotContains(t, h.log.String(), annsIBAN)
}
