package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/stripepay/stripetest"
)

func TestCasesOfExpiry(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"21", capturesAboutTheEnd},
		numbered{"22", expiryOneAfterAnother},
		numbered{"40", frozenWallet},
		numbered{"stopped over the time", expiryWhileStopped},
	)
}

func TestCasesOfExpiryWithoutNats(t *testing.T) {
	t.Parallel()
	runCases(t, numbered{"NATS is away", expiryWithoutNats})
}

// until is hold with a time at which it expires.
func (h *shop) until(k, amount string, at time.Time) string {
	h.t.Helper()
	return h.service.post("/v1/holds", h.payer+k, map[string]any{
		"wallet_id": h.payer, "to_wallet": h.payee, "amount": yen(amount), "expires_at": at.Format(time.RFC3339Nano),
	}).is(http.StatusCreated).str("id")
}

// within is hold with the seconds after which it expires.
func (h *shop) within(k, amount string, seconds int) string {
	h.t.Helper()
	return h.service.post("/v1/holds", h.payer+k, map[string]any{
		"wallet_id": h.payer, "to_wallet": h.payee, "amount": yen(amount), "expires_in": seconds,
	}).is(http.StatusCreated).str("id")
}

// expires waits until a hold is expired, and until what is read next has seen that too: another read
// model may be a moment behind.
func (h *shop) expires(hold string) {
	h.t.Helper()
	soon(h.t, func() bool {
		var shown struct {
			Status  string `json:"status"`
			Version int64  `json:"version"`
		}
		h.service.insist(hold).into(&shown)
		return shown.Status == "expired" && h.s.position().Position >= shown.Version
	})
}

// insist reads a hold until it can be read.
func (c *caller) insist(hold string) *answer {
	c.t.Helper()
	return c.s.insist(func() *answer { return c.get("/v1/holds/" + hold) }).is(http.StatusOK)
}

// late returns by how much the facts of expiry of a wallet came after their times, at most.
func (h *shop) late() (most time.Duration) {
	h.t.Helper()
	var seconds float64
	h.s.query(h.t, &seconds, `
		SELECT coalesce(max(extract(epoch FROM e.recorded_at - (p.data ->> 'expires_at')::timestamptz)), 0)::float8
		  FROM events e JOIN events p ON p.type = 'hold-placed' AND p.data ->> 'hold_id' = e.data ->> 'hold_id'
		 WHERE e.type = 'hold-expired' AND e.data ->> 'wallet_id' = $1`, h.payer)
	return time.Duration(seconds * float64(time.Second))
}

// sleepless is how late a release may be in a test: a second is the rule, and the rest is for machines
// that have other tests to run.
const sleepless = 4 * time.Second

// Case 21: captures that come about the time of a hold have one end, and whoever loses hears the same.
func capturesAboutTheEnd(t *testing.T, s *service) {
	for name, window := range map[string][2]time.Duration{
		"before and after": {-50 * time.Millisecond, 50 * time.Millisecond},
		"at the moment":    {-2 * time.Millisecond, 8 * time.Millisecond},
		"after":            {time.Millisecond, 500 * time.Millisecond}, // and after the sweep
	} {
		t.Run(name, func(t *testing.T) {
			h := s.shop(t, 1000)
			at := time.Now().Add(time.Second)
			hold := h.until("", "500", at)
			answers := together(t, 50, func(i int) (*answer, error) {
				from, to := window[0], window[1]
				<-time.After(time.Until(at.Add(from + (to-from)*time.Duration(i)/49)))
				return h.service.tryPost("/v1/holds/"+hold+"/capture", fmt.Sprint(hold, i), map[string]any{})
			})
			got := statuses(answers)
			if got["OK"] > 0 {
				require.Equal(t, map[string]int{"OK": 1, "hold-closed": 49}, got)
				require.NotEqual(t, "after", name)
				h.stands("500", "0", "500")
				h.capture(hold, "late", "").refused(http.StatusUnprocessableEntity, "hold-closed")
				return
			}
			require.Equal(t, map[string]int{"hold-expired": 50}, got)
			h.expires(hold)
			h.stands("1000", "0", "0")
			for _, a := range append(answers, h.capture(hold, "late", "")) {
				require.Equal(t, at.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano), a.str("expires_at"))
			}
		})
	}
}

// Case 22: holds expire when their times come, one after another.
func expiryOneAfterAnother(t *testing.T, s *service) {
	h := s.shop(t, 100)
	var holds []string
	for i, amount := range []string{"11", "12", "13"} {
		holds = append(holds, h.within(fmt.Sprint(i), amount, i+1))
	}
	h.hold("never", "10").is(http.StatusCreated)
	h.stands("54", "46", "0")
	for i, set := range []string{"35", "23", "10"} {
		h.expires(holds[i])
		h.has(held(h.payer), set, "JPY")
		h.capture(holds[i], "capture "+holds[i], "").refused(http.StatusUnprocessableEntity, "hold-expired")
		h.service.post("/v1/holds/"+holds[i]+"/release", h.payer+"release "+holds[i], map[string]any{}).
			refused(http.StatusUnprocessableEntity, "hold-expired")
		h.service.post("/v1/holds/"+holds[i]+"/increase", h.payer+"increase "+holds[i], map[string]any{"amount": yen("1")}).
			refused(http.StatusUnprocessableEntity, "hold-expired")
	}
	h.stands("90", "10", "0")
	require.Positive(t, h.late())
	require.Less(t, h.late(), sleepless)
}

// Case 40: a frozen wallet gives nothing out, and its due hold comes back to it all the same.
func frozenWallet(t *testing.T, s *service) {
	h := s.shop(t, 1000)
	hold := h.within("", "600", 1)
	wallet := "/v1/wallets/" + h.payer
	h.service.post(wallet+"/freeze", h.payer+"freeze", map[string]any{"reason": "a dispute"}).is(http.StatusNoContent)
	h.untouched(func() {
		h.service.post("/v1/transfers", h.payer+"pay", map[string]any{"from_wallet": h.payer, "to_wallet": h.payee, "amount": yen("1")}).
			refused(http.StatusUnprocessableEntity, "wallet-frozen")
		h.hold("another", "1").refused(http.StatusUnprocessableEntity, "wallet-frozen")
	})
	h.expires(hold)
	h.stands("1000", "0", "0")
	p := s.paid("pi_"+h.payer[len("wal_"):], 1000, h.payer)
	p.Refunded = 300
	require.Equal(t, "booked", s.deliver(t, "charge.refunded", stripetest.Charge(t, p), stripetest.Options{}).is(http.StatusOK).str("outcome"))
	h.stands("700", "0", "0")
	require.Equal(t, "frozen", h.service.read(wallet).str("status"))
}

// What comes due while nothing runs is released as soon as something does.
func expiryWhileStopped(t *testing.T, s *service) {
	h := s.shop(t, 100)
	at := time.Now().Add(500 * time.Millisecond)
	first, second := h.until("1", "60", at), h.until("2", "30", at.Add(time.Hour))
	h.stands("10", "90", "0")
	s.stop()
	<-time.After(time.Until(at)) // it comes due while the service is down
	s.start()
	h.expires(first)
	h.stands("70", "30", "0")
	require.Equal(t, "open", h.service.insist(second).str("status"))
	var n int
	s.query(t, &n, `SELECT count(*) FROM events WHERE type = 'hold-expired' AND data ->> 'wallet_id' = $1`, h.payer)
	require.Equal(t, 1, n)
}

// Without NATS the sweep goes by the inbox, and NATS with an empty store changes nothing.
func expiryWithoutNats(t *testing.T, s *service) {
	h := s.shop(t, 100)
	at := time.Now().Add(time.Second)
	during := h.until("1", "10", at)
	s.nats.Stop()
	h.expires(during)
	h.untouched(func() {
		s.insist(func() *answer { return h.capture(during, "late", "") }).refused(http.StatusUnprocessableEntity, "hold-expired")
	})
	at = time.Now().Add(time.Second)
	var after string
	s.insist(func() *answer {
		a := h.service.post("/v1/holds", h.payer+"2", map[string]any{
			"wallet_id": h.payer, "amount": yen("20"), "expires_at": at.Format(time.RFC3339Nano),
		})
		if a.Status == http.StatusCreated {
			after = a.str("id")
		}
		return a
	}).is(http.StatusCreated)
	s.nats.Restart(true)
	h.expires(after)
	h.stands("100", "0", "0")
}
