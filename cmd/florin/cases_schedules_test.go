package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger/journal"
)

func TestCasesOfSchedules(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"once", scheduleOnce},
		numbered{"by a rule", scheduleByRule},
		numbered{"changed", scheduleChanged},
		numbered{"form", scheduleForm},
		numbered{"stopped over the time", scheduleWhileStopped},
	)
}

func TestCasesOfSchedulesOfPeople(t *testing.T) {
	t.Parallel()
	runCases(t, numbered{"refused, and erased", scheduleRefused})
}

func TestCasesOfSchedulesAtOnce(t *testing.T) {
	t.Parallel()
	runCases(t, numbered{"two instances", schedulesOfTwoInstances}, numbered{"sweeps without a lock", schedulesSweptAtOnce})
}

// order tries to schedule a payment of the shop's payer; more is at or rrule, and what goes with it.
func (h *shop) order(k, amount string, more map[string]any, options ...option) *answer {
	h.t.Helper()
	body := map[string]any{"transfer": map[string]any{"from_wallet": h.payer, "to_wallet": h.payee, "amount": yen(amount)}}
	for name, value := range more {
		body[name] = value
	}
	return h.service.post("/v1/schedules", h.payer+k, body, options...)
}

// once is when a schedule pays that pays once.
func once(at time.Time) map[string]any { return map[string]any{"at": at.Format(time.RFC3339Nano)} }

// shownSchedule is a schedule as it is answered.
type shownSchedule struct {
	ID       string      `json:"id"`
	Status   string      `json:"status"`
	Reason   string      `json:"status_reason"`
	NextAt   time.Time   `json:"next_at"`
	Upcoming []time.Time `json:"upcoming"`
	Runs     int         `json:"runs"`
	Refusals int         `json:"refusals"`
	LastRun  struct {
		Occurrence    time.Time `json:"occurrence"`
		TransactionID string    `json:"transaction_id"`
		Problem       struct {
			Code string `json:"code"`
		} `json:"problem"`
	} `json:"last_run"`
	Version int64 `json:"version"`
}

// schedule reads a schedule until it is as wanted, and until what is read next has seen that too.
func (h *shop) schedule(id string, is func(shownSchedule) bool) (sc shownSchedule) {
	h.t.Helper()
	soon(h.t, func() bool {
		a := h.service.read("/v1/schedules/" + id).is(http.StatusOK)
		sc = shownSchedule{}
		a.into(&sc)
		h.s.saw(journal.Token{Position: sc.Version}.String())
		return is(sc)
	})
	return sc
}

func ended(sc shownSchedule) bool { return sc.Status == "ended" }

func scheduleOnce(t *testing.T, s *service) {
	h := s.shop(t, 1000)
	at := time.Now().Add(time.Second).UTC().Truncate(time.Microsecond)
	h.order("dry", "100", once(at.Add(time.Hour)), func(r *http.Request) { r.URL.RawQuery = "dry_run=true" }).is(http.StatusCreated)
	require.Empty(t, h.service.list("/v1/schedules?wallet_id="+h.payer).Data, "a dry run leaves nothing")
	made := h.order("", "100", once(at)).is(http.StatusCreated)
	id := made.str("id")
	require.Equal(t, []any{"active", at.Format(time.RFC3339Nano), "UTC", []any{at.Format(time.RFC3339Nano)}},
		[]any{made.at("status"), made.at("next_at"), made.at("time_zone"), made.at("upcoming")})
	sc := h.schedule(id, ended)
	require.Equal(t, []any{"finished", 1, 0, at}, []any{sc.Reason, sc.Runs, sc.Refusals, sc.LastRun.Occurrence})
	h.stands("900", "0", "100")
	paid := h.service.read("/v1/transfers/" + sc.LastRun.TransactionID).is(http.StatusOK)
	require.Equal(t, "transferred", paid.str("type"))
	booked, err := time.Parse(time.RFC3339Nano, paid.str("effective_at"))
	require.NoError(t, err)
	require.False(t, booked.Before(at), "never early")
	require.Less(t, booked.Sub(at), sleepless)
	again := h.order("", "100", once(at)).is(http.StatusCreated)
	require.Equal(t, "true", again.Header.Get("Idempotent-Replayed"))
	require.JSONEq(t, string(made.Body), string(again.Body), "it says what it said")
}

// An hourly rule whose hours begin in a second: one payment, and the next in an hour.
func scheduleByRule(t *testing.T, s *service) {
	h := s.shop(t, 1000)
	start := time.Now().Add(1500 * time.Millisecond).UTC().Truncate(time.Second)
	id := h.order("", "100", map[string]any{"rrule": "FREQ=HOURLY;COUNT=7", "starts_at": start.Format(time.RFC3339), "time_zone": "Asia/Kolkata"}).
		is(http.StatusCreated).str("id")
	sc := h.schedule(id, func(sc shownSchedule) bool { return sc.Runs == 1 })
	var upcoming []time.Time
	for i := range 5 {
		upcoming = append(upcoming, start.Add(time.Duration(i+1)*time.Hour))
	}
	require.Equal(t, []any{"active", start, upcoming[0], upcoming}, []any{sc.Status, sc.LastRun.Occurrence, sc.NextAt, sc.Upcoming})
	h.stands("900", "0", "100")
	accepted := h.order("async", "1", map[string]any{"rrule": "FREQ=DAILY"}, header("Prefer", "respond-async")).is(http.StatusAccepted)
	var done *answer
	soon(t, func() bool {
		done = h.service.get("/v1/commands/" + accepted.str("id")).is(http.StatusOK)
		return done.str("status") == "done"
	})
	require.Equal(t, "FREQ=DAILY", done.str("result", "rrule"))
}

func scheduleChanged(t *testing.T, s *service) {
	h := s.shop(t, 1000)
	payer, stranger := s.as("usr_payer", "user").in(t), s.as("usr_stranger", "user").in(t)
	made := h.order("", "100", map[string]any{"rrule": "FREQ=MONTHLY;BYMONTHDAY=31", "starts_at": "2026-01-31T08:00:00Z"}).is(http.StatusCreated)
	path := "/v1/schedules/" + made.str("id")
	patch := func(c *caller, body map[string]any, options ...option) *answer {
		t.Helper()
		return c.call(http.MethodPatch, path, body, options...)
	}
	tag := made.Header.Get("ETag")
	require.Equal(t, tag, payer.read(path).is(http.StatusOK).Header.Get("ETag"))
	changed := patch(payer, map[string]any{"transfer": map[string]any{"amount": yen("70"), "description": "Rent"}, "rrule": "FREQ=MONTHLY;BYMONTHDAY=-1"},
		header("If-Match", tag)).is(http.StatusOK)
	require.Equal(t, []string{"70", "Rent", "FREQ=MONTHLY;BYMONTHDAY=-1"},
		[]string{changed.str("transfer", "amount", "amount"), changed.str("transfer", "description"), changed.str("rrule")})
	patch(payer, map[string]any{"status": "paused"}, header("If-Match", tag)).refused(http.StatusPreconditionFailed, "version-mismatch")
	paused := patch(payer, map[string]any{"status": "paused"}, header("If-Match", changed.Header.Get("ETag"))).is(http.StatusOK)
	require.Equal(t, []any{"paused", "asked", []any{}}, []any{paused.at("status"), paused.at("status_reason"), paused.at("upcoming")})
	require.JSONEq(t, string(paused.Body), string(payer.read(path).is(http.StatusOK).Body))

	patch(payer, map[string]any{"status": "ended"}).refused(http.StatusBadRequest, "invalid-field")
	patch(payer, map[string]any{"rrule": "FREQ=DAILY;UNTIL=20260101"}).refused(http.StatusBadRequest, "invalid-field")
	patch(stranger, map[string]any{"status": "active"}).refused(http.StatusNotFound, "schedule-not-found")
	stranger.call(http.MethodDelete, path, nil).refused(http.StatusNotFound, "schedule-not-found")
	stranger.read(path).refused(http.StatusNotFound, "schedule-not-found")
	require.Empty(t, stranger.list("/v1/schedules?wallet_id="+h.payer).Data)
	require.Len(t, payer.list("/v1/schedules?status=paused&wallet_id="+h.payer).Data, 1)
	require.Empty(t, payer.list("/v1/schedules?status=active&wallet_id="+h.payer).Data)

	require.Equal(t, "active", patch(payer, map[string]any{"status": "active"}).is(http.StatusOK).str("status"))
	payer.call(http.MethodDelete, path, nil, header("If-Match", tag)).refused(http.StatusPreconditionFailed, "version-mismatch")
	payer.call(http.MethodDelete, path, nil).is(http.StatusNoContent)
	payer.call(http.MethodDelete, path, nil).is(http.StatusNoContent)
	require.Equal(t, "ended", payer.read(path).is(http.StatusOK).str("status"))
	patch(payer, map[string]any{"status": "active"}).refused(http.StatusUnprocessableEntity, "schedule-ended")
	h.stands("1000", "0", "0")
}

// The owner is told why. Once they are erased nobody is left who could end it.
func scheduleRefused(t *testing.T, s *service) {
	ann := newPeople(t, s).person("Ann")
	from := ann.post("/v1/wallets", "from", map[string]any{}).is(http.StatusCreated).str("id")
	to := s.wallet(t, "usr_payee", 0)
	start := time.Now().Add(1500 * time.Millisecond).UTC().Truncate(time.Second)
	id := ann.post("/v1/schedules", "s", map[string]any{
		"transfer": map[string]any{"from_wallet": from, "to_wallet": to, "amount": yen("100"), "reference": "rent"},
		"rrule":    "FREQ=HOURLY", "starts_at": start.Format(time.RFC3339),
	}).is(http.StatusCreated).str("id")
	h := &shop{book: s.mainBook(t), service: s.as("svc_shop", "service").in(t)}
	sc := h.schedule(id, func(sc shownSchedule) bool { return sc.Refusals == 1 })
	require.Equal(t, []any{"active", "insufficient-funds", "", start.Add(time.Hour)}, []any{sc.Status, sc.LastRun.Problem.Code, sc.LastRun.TransactionID, sc.NextAt})
	var told []string
	soon(t, func() bool { told = ann.read("/v1/messages?with=florin").ids(); return len(told) > 0 })
	message := ann.get("/v1/messages/" + told[0]).is(http.StatusOK)
	assert.Equal(t, []string{"schedule-refused", id, "A scheduled transfer was refused"}, []string{message.str("topic"), message.str("about"), message.str("subject")})
	assert.Contains(t, message.str("body"), "100 JPY to wallet "+to)
	assert.Contains(t, message.str("body"), "The account does not hold enough. The next one is due on ")
	ann.call(http.MethodDelete, "/v1/users/me", nil).is(http.StatusNoContent)
	require.Equal(t, "owner-erased", h.schedule(id, ended).Reason)
}

func scheduleForm(t *testing.T, s *service) {
	h := s.shop(t, 1000)
	points := func(a *answer, pointer string) {
		t.Helper()
		require.Equal(t, pointer, a.refused(http.StatusBadRequest, "invalid-field").str("errors", 0, "pointer"))
	}
	points(h.order("1", "100", nil), "/at")
	points(h.order("2", "100", map[string]any{"rrule": "FREQ=MINUTELY"}), "/rrule")
	points(h.order("3", "100", map[string]any{"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}), "/rrule")
	points(h.order("4", "100", map[string]any{"rrule": "FREQ=DAILY", "time_zone": "Mars/Olympus"}), "/time_zone")
	points(h.order("5", "-1", map[string]any{"rrule": "FREQ=DAILY"}), "/transfer/amount/amount")
	points(h.order("6", "100", once(time.Now().Add(-time.Hour))), "/at")
	points(h.order("7", "100", once(time.Now().Add(20*366*24*time.Hour))), "/at")
	s.as("usr_payee", "user").in(t).post("/v1/schedules", h.payer+"8", map[string]any{
		"transfer": map[string]any{"from_wallet": h.payer, "to_wallet": h.payee, "amount": yen("1")}, "rrule": "FREQ=DAILY",
	}).refused(http.StatusNotFound, "wallet-not-found")
	h.service.call(http.MethodPost, "/v1/schedules", map[string]any{}).refused(http.StatusBadRequest, "idempotency-key-missing")
}

// What comes due while nothing runs is paid as soon as something does, once.
func scheduleWhileStopped(t *testing.T, s *service) {
	h := s.shop(t, 1000)
	at := time.Now().Add(3 * time.Second) // enough for two orders and a look, however busy the machine
	first, second := h.order("1", "60", once(at)).is(http.StatusCreated).str("id"), h.order("2", "30", once(at.Add(time.Hour))).is(http.StatusCreated).str("id")
	h.stands("1000", "0", "0")
	s.stop()
	require.Eventually(t, func() bool { return time.Now().After(at) }, 30*time.Second, 10*time.Millisecond, "it comes due while the service is down")
	s.start()
	h.schedule(first, ended)
	h.stands("940", "0", "60")
	h.schedule(second, func(sc shownSchedule) bool { return sc.Status == "active" })
	require.Equal(t, 1, h.paid())
}

// paid counts the transfers of the shop's payer.
func (h *shop) paid() (n int) {
	h.t.Helper()
	h.s.query(h.t, &n, `SELECT count(*) FROM events WHERE type = 'transferred' AND data ->> 'from_wallet' = $1`, h.payer)
	return n
}

// Two instances with every role: each schedule is paid once, also when one of them goes away in the middle of it.
func schedulesOfTwoInstances(t *testing.T, s *service) {
	h := s.shop(t, 1000)
	s.twin(t)
	at := time.Now().Add(3 * time.Second)
	const many = 40
	answers := together(t, many, func(i int) (*answer, error) {
		return h.service.tryPost("/v1/schedules", fmt.Sprint(h.payer, i), map[string]any{
			"transfer": map[string]any{"from_wallet": h.payer, "to_wallet": h.payee, "amount": yen("10")}, "at": at.Format(time.RFC3339Nano),
		})
	})
	require.Equal(t, map[string]int{"Created": many}, statuses(answers))
	require.Eventually(t, func() bool { return h.paid() > 0 }, 30*time.Second, time.Millisecond)
	s.restart() // in the middle of it
	for _, a := range answers {
		h.schedule(a.str("id"), ended)
	}
	h.stands("600", "0", "400")
	require.Equal(t, many, h.paid())
}

// Sweeps that hold no lock, as when a process was cut off and does not know it, ask for the same at the same time.
func schedulesSweptAtOnce(t *testing.T, s *service) {
	h := s.shop(t, 1000)
	start := time.Now().Add(2 * time.Second).Truncate(time.Second)
	const many = 30
	var ids []string
	for i := range many {
		ids = append(ids, h.order(fmt.Sprint(i), "10", map[string]any{"rrule": "FREQ=HOURLY", "starts_at": start.Format(time.RFC3339)}).is(http.StatusCreated).str("id"))
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	defer cancel()
	var mu sync.Mutex
	ran := 0
	var group errgroup.Group
	for range 4 {
		store := postgres.NewStore(s.app.react)
		x := newScheduleSweep(readmodel.NewReads(s.app.react).DueSchedules, func(done, refused int) {
			mu.Lock()
			defer mu.Unlock()
			ran += done + refused
		}, journal.NewDispatcher(shard, s.app.bus, store, store, time.Now).Record, s.log)
		group.Go(func() error {
			for ctx.Err() == nil {
				x.asked = map[string]asked{} // it knows nothing of what it asked before
				if err := x.sweep(ctx); err != nil && ctx.Err() == nil {
					return err
				}
			}
			return nil
		})
	}
	for _, id := range ids {
		sc := h.schedule(id, func(sc shownSchedule) bool { return sc.Runs > 0 })
		require.Equal(t, 1, sc.Runs)
	}
	cancel()
	require.NoError(t, group.Wait())
	h.stands("700", "0", "300")
	require.Equal(t, many, h.paid())
	require.LessOrEqual(t, ran, many)
	var occurrences []byte
	s.query(t, &occurrences, `SELECT json_agg(DISTINCT data ->> 'occurrence') FROM events WHERE type = 'schedule-ran' AND data ->> 'schedule_id' = ANY($1)`, ids)
	var times []string
	require.NoError(t, json.Unmarshal(occurrences, &times))
	require.Equal(t, []string{start.UTC().Format(time.RFC3339)}, times)
}
