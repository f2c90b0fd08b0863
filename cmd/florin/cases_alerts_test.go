package main

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCasesOfAlerts(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"an owner is told once for each crossing", alertsAreTold},
		numbered{"what is no alert", alertsRefused},
		numbered{"a list is of one's own", alertLists},
		numbered{"an alert that is deleted, and one whose wallet is closed", alertsEnd},
		numbered{"a balance that swings", alertsOfASwing},
	)
}

// swinger is a wallet whose balance somebody watches, and one to pay to and be paid from. They belong to a person.
type swinger struct {
	*participant
	t            *testing.T
	s            *service
	wallet, bank string
	n            int
}

func (s *service) swinger(t *testing.T, email string, yen int64) *swinger {
	t.Helper()
	who := s.registered(t, email)
	who.signIn(goodPassword).is(http.StatusOK)
	return &swinger{
		participant: &participant{caller: who.self().in(t), person: who}, t: t, s: s,
		wallet: s.wallet(t, who.id, yen), bank: s.wallet(t, who.id, yen),
	}
}

// move changes what the wallet has, and returns the transaction.
func (w *swinger) move(by int) *answer {
	w.t.Helper()
	w.n++
	from, to := w.bank, w.wallet
	if by < 0 {
		from, to, by = to, from, -by
	}
	return w.post("/v1/transfers", fmt.Sprint(w.wallet, w.n), map[string]any{"from_wallet": from, "to_wallet": to, "amount": yen(fmt.Sprint(by))}).is(http.StatusCreated)
}

// alert sets an alert and returns its id.
func (w *swinger) alert(bound, mark string) string {
	w.t.Helper()
	return w.call(http.MethodPost, "/v1/alerts", map[string]any{"wallet_id": w.wallet, "asset": "JPY", bound: mark}).is(http.StatusCreated).str("id")
}

// told returns what the owner was told of balances, in order: the subject, and what it is about.
func (w *swinger) told() (subjects, about []string) {
	w.t.Helper()
	ids := w.read("/v1/messages?with=florin&limit=100").ids()
	slices.Reverse(ids)
	for _, id := range ids {
		if m := w.get("/v1/messages/" + id).is(http.StatusOK); m.str("topic") == "balance-alert" {
			subjects, about = append(subjects, m.str("subject")), append(about, m.str("about"))
		}
	}
	return subjects, about
}

// fired waits until an alert has fired so often.
func (w *swinger) fired(id string, times int) *answer {
	w.t.Helper()
	var a *answer
	soon(w.t, func() bool {
		a = w.s.insist(func() *answer { return w.get("/v1/alerts/" + id) }).is(http.StatusOK)
		return a.str("fired") == fmt.Sprint(times)
	})
	return a
}

// settled waits until the reactor has come to everything that was answered, so that what has not fired will not.
func (w *swinger) settled() {
	w.t.Helper()
	to := w.s.position().Position
	soon(w.t, func() bool {
		var at int64
		w.s.query(w.t, &at, "SELECT coalesce(max(position), 0) FROM reactor_checkpoint WHERE reactor = 'alerts'")
		if at < to {
			w.move(1) // what comes a second later makes a reactor note what it has passed
			w.move(-1)
		}
		return at >= to
	})
}

func alertsAreTold(t *testing.T, s *service) {
	w := s.swinger(t, "told@example.com", 1000)
	body := map[string]any{"wallet_id": w.wallet, "asset": "JPY", "below": "500"}
	made := w.post("/v1/alerts", "low", body).is(http.StatusCreated)
	low, high := made.str("id"), w.alert("above", "1200")
	require.Equal(t, map[string]any{
		"id": low, "wallet_id": w.wallet, "asset": "JPY", "below": "500", "fired": 0.0, "created_at": made.str("created_at"), "version": made.at("version"),
	}, made.at())
	require.Equal(t, `"`+made.str("version")+`"`, made.Header.Get("ETag"))
	require.Equal(t, string(made.Body), string(w.post("/v1/alerts", "low", body).is(http.StatusCreated).replayed(true).Body))
	require.Equal(t, string(made.Body), string(w.read("/v1/alerts/"+low).is(http.StatusOK).Body))

	w.move(-500) // to the mark
	first := w.move(-1)
	shown := w.fired(low, 1)
	require.Equal(t, first.str("recorded_at"), shown.str("last_fired_at"))
	require.Greater(t, shown.at("version"), made.at("version"))
	w.move(-100) // still below
	w.move(101)
	w.move(-400)
	w.fired(low, 2)
	w.move(1101)
	require.Equal(t, "1201", s.finance().in(t).balance(available(w.wallet), "JPY"))
	w.fired(high, 1)
	soon(t, func() bool { subjects, _ := w.told(); return len(subjects) == 3 })
	subjects, about := w.told()
	assert.Equal(t, []string{"Your balance fell below 500 JPY", "Your balance fell below 500 JPY", "Your balance rose above 1200 JPY"}, subjects)
	assert.Equal(t, []string{low, low, high}, about)
	last := w.get("/v1/messages/" + w.read("/v1/messages?with=florin").ids()[0])
	assert.Equal(t, "A transaction left 1201 JPY available in your wallet.", last.str("body"))

	// What a hold sets aside is not available.
	hold := w.post("/v1/holds", "hold", map[string]any{"wallet_id": w.wallet, "amount": yen("800")}).is(http.StatusCreated).str("id")
	w.fired(low, 3)
	s.as("svc_shop", "service").in(t).post("/v1/holds/"+hold+"/release", "release", map[string]any{}).is(http.StatusOK)
	w.fired(high, 2)
	w.fired(low, 3)
}

func alertsRefused(t *testing.T, s *service) {
	w := s.swinger(t, "refused@example.com", 10)
	post := func(c *caller, change map[string]any) *answer {
		body := map[string]any{"wallet_id": w.wallet, "asset": "JPY", "below": "5"}
		for name, value := range change {
			if value == nil {
				delete(body, name)
			} else {
				body[name] = value
			}
		}
		return c.call(http.MethodPost, "/v1/alerts", body)
	}
	for pointer, change := range map[string]map[string]any{
		"":           {"below": nil},
		"/wallet_id": {"wallet_id": "usr_1"},
		"/asset":     {"asset": "j/py"},
		"/below":     {"below": "1e3"},
		"/above":     {"below": nil, "above": "much"},
	} {
		require.Equal(t, pointer, post(w.caller, change).is(http.StatusBadRequest).str("errors", 0, "pointer"))
	}
	post(w.caller, map[string]any{"above": "5"}).refused(http.StatusBadRequest, "invalid-field")
	post(w.caller, map[string]any{"until": "5"}).refused(http.StatusBadRequest, "unknown-field")
	require.Equal(t, "/below", post(w.caller, map[string]any{"below": "0.5"}).refused(http.StatusBadRequest, "amount-scale").str("errors", 0, "pointer"))
	post(w.caller, map[string]any{"asset": "NONE"}).refused(http.StatusUnprocessableEntity, "unknown-asset")
	post(s.as("usr_stranger", "user").in(t), nil).refused(http.StatusNotFound, "wallet-not-found")
	for range 20 {
		post(s.as("svc_shop", "service").in(t), map[string]any{"below": "-5"}).is(http.StatusCreated)
	}
	require.InDelta(t, 20, post(w.caller, nil).refused(http.StatusUnprocessableEntity, "too-many-alerts").at("limit"), 0)
	later := w.call(http.MethodPost, "/v1/alerts", map[string]any{"wallet_id": w.bank, "asset": "JPY", "above": "5"}, header("Prefer", "respond-async"))
	command := later.is(http.StatusAccepted).str("id")
	soon(t, func() bool { return w.get("/v1/commands/"+command).str("status") == "done" })
	result := w.get("/v1/commands/" + command)
	require.Equal(t, []any{w.bank, "5"}, []any{result.at("result", "wallet_id"), result.at("result", "above")})
}

func alertLists(t *testing.T, s *service) {
	ann, bob := s.swinger(t, "ann@example.com", 10), s.swinger(t, "bob@example.com", 10)
	theirs := bob.alert("above", "5")
	var want []string
	for i := range 5 {
		want = append(want, ann.alert("below", fmt.Sprint(i)))
	}
	slices.Reverse(want)
	require.Equal(t, want, ann.read("/v1/alerts").ids())
	require.Equal(t, want, ann.walk("/v1/alerts", 2, false, "id"))
	require.Equal(t, want, ann.walk("/v1/alerts?wallet_id="+ann.wallet, 2, true, "id"))
	require.Empty(t, ann.read("/v1/alerts?wallet_id="+ann.bank).ids())
	ann.read("/v1/alerts?wallet_id="+bob.wallet).refused(http.StatusNotFound, "wallet-not-found")
	ann.read("/v1/alerts/"+theirs).refused(http.StatusNotFound, "alert-not-found")
	ann.call(http.MethodDelete, "/v1/alerts/"+theirs, nil).refused(http.StatusNotFound, "alert-not-found")
	shop := s.as("svc_shop", "service").in(t)
	require.Equal(t, []string{theirs}, shop.read("/v1/alerts?wallet_id="+bob.wallet).ids())
	require.Equal(t, append(want, theirs), shop.read("/v1/alerts").ids()[:6])
	shop.call(http.MethodDelete, "/v1/alerts/"+theirs, nil).is(http.StatusNoContent)
	require.Empty(t, bob.read("/v1/alerts").ids())
}

func alertsEnd(t *testing.T, s *service) {
	w := s.swinger(t, "end@example.com", 10)
	gone, stays := w.alert("below", "5"), w.alert("below", "5")
	w.call(http.MethodDelete, "/v1/alerts/"+gone, nil, key("delete")).is(http.StatusNoContent)
	w.call(http.MethodDelete, "/v1/alerts/"+gone, nil, key("delete")).is(http.StatusNoContent).replayed(true)
	w.call(http.MethodDelete, "/v1/alerts/"+gone, nil).refused(http.StatusNotFound, "alert-not-found")
	w.read("/v1/alerts/"+gone).refused(http.StatusNotFound, "alert-not-found")
	w.move(-10)
	w.fired(stays, 1)
	_, about := w.told()
	for _, id := range about {
		require.Equal(t, stays, id)
	}
	w.call(http.MethodPost, "/v1/wallets/"+w.wallet+"/close", map[string]any{"reason": "done with it"}).is(http.StatusNoContent)
	w.read("/v1/alerts/"+stays).refused(http.StatusNotFound, "alert-not-found")
	require.Empty(t, w.read("/v1/alerts").ids())
	w.call(http.MethodPost, "/v1/alerts", map[string]any{"wallet_id": w.wallet, "asset": "JPY", "below": "5"}).refused(http.StatusUnprocessableEntity, "wallet-closed")
}

// A balance that passes its mark five hundred times in a moment is told of ten times.
func alertsOfASwing(t *testing.T, s *service) {
	w := s.swinger(t, "swing@example.com", 10)
	id := w.alert("below", "10")
	var transfers []any
	for range 500 {
		transfers = append(transfers, map[string]any{"from_wallet": w.wallet, "to_wallet": w.bank, "amount": yen("1")},
			map[string]any{"from_wallet": w.bank, "to_wallet": w.wallet, "amount": yen("1")})
	}
	s.as("svc_shop", "service").in(t).post("/v1/transfers/batch?mode=atomic", w.wallet, map[string]any{"transfers": transfers}).is(http.StatusOK)
	w.fired(id, 10)
	w.settled()
	w.fired(id, 10)
	soon(t, func() bool { subjects, _ := w.told(); return len(subjects) == 10 })
	var n int
	s.query(t, &n, "SELECT count(*) FROM events WHERE type = 'alert-fired' AND data ->> 'alert_id' = $1", id)
	require.Equal(t, 10, n)
	s.query(t, &n, "SELECT count(*) FROM outcomes WHERE type = 'fire-alerts' AND coalesce(position, first) > (SELECT position FROM events WHERE type = 'alert-created' AND data ->> 'alert_id' = $1)", id)
	require.Equal(t, 10, n, "what would not fire is not asked for")
}

// What is crossed while nobody runs the reactor fires once somebody does, also when it never ran before; with two
// instances up, and restarts of one and the other, each crossing fires once.
func TestAlertsWhateverIsUp(t *testing.T) {
	t.Parallel()
	s := prepareService(t)
	s.roles = slices.DeleteFunc(allRoles(), func(r role) bool { return r == roleReactor })
	s.start()
	t.Cleanup(s.close)
	w := s.swinger(t, "up@example.com", 100)
	cross := func() {
		w.move(-51)
		w.move(51)
	}
	cross()
	id := w.alert("below", "50")
	cross()
	s.stop()
	s.roles = allRoles()
	s.start()
	w.fired(id, 1)
	other := s.twin(t)
	for range 3 {
		cross()
	}
	w.fired(id, 4)
	cross()
	s.restart() // the other takes over, at the crossing or after it
	cross()
	other.restart()
	cross()
	w.fired(id, 7)
	w.settled()
	w.fired(id, 7)
	soon(t, func() bool { subjects, _ := w.told(); return len(subjects) == 7 })
	var n int
	s.query(t, &n, "SELECT count(DISTINCT data ->> 'position') FROM events WHERE type = 'alert-fired'")
	require.Equal(t, 7, n)
	s.verify()
}
