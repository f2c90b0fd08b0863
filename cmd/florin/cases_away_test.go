package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCasesOfNatsAway(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"13", sameKeyAfterLossOfNats},
		numbered{"NATS is away", natsIsAway},
	)
}

// Case 13: an outcome outlives a NATS that comes back with an empty store, by itself and under a
// service that starts anew.
func sameKeyAfterLossOfNats(t *testing.T, s *service) {
	sameKeyAfter(t, s,
		restart{"NATS with an empty store", func() { s.nats.Restart(true) }},
		restart{"both", func() { s.stop(); s.nats.Restart(true); s.start() }},
	)
}

// Without NATS commands travel by the inbox: slower, still right; and when it is back, all is as before.
func natsIsAway(t *testing.T, s *service) {
	b := s.book(t)
	b.floors("JPY", accountA)
	b.fund(accountA, "10", "JPY")
	s.nats.Stop()
	for i := range 10 {
		a := s.insist(func() *answer { return b.pay(fmt.Sprint("away ", i), accountA, accountB, "1", "JPY") }).is(http.StatusCreated)
		require.EqualValues(t, i+2, a.txn().Number)
		b.pay(fmt.Sprint("away ", i), accountA, accountB, "1", "JPY").is(http.StatusCreated).replayed(true)
	}
	s.insist(func() *answer { return b.pay("too much", accountA, accountB, "1", "JPY") }).
		refused(http.StatusUnprocessableEntity, "insufficient-funds")
	b.has(accountB, "10", "JPY")
	b.untouched(func() {
		b.post(b.path("/transactions?dry_run=true"), b.key("dry"), transaction(pays(opening, accountA, "1", "JPY"))).
			refused(http.StatusServiceUnavailable, "outcome-unknown")
	})
	later := b.later("later", transaction(pays(opening, accountA, "5", "JPY"))).is(http.StatusAccepted)
	require.Equal(t, "done", b.ended(later.Header.Get("Location")).str("status"))
	answers := together(t, 50, func(i int) (*answer, error) {
		return b.tryTransact(fmt.Sprint("at once ", i), transaction(pays(opening, accountC, "1", "JPY")))
	})
	require.Equal(t, map[string]int{"Created": 50}, statuses(answers))
	b.has(accountC, "50", "JPY")
	b.get("/readyz").is(http.StatusOK)

	s.nats.Restart(false)
	for i := range 10 {
		s.insist(func() *answer { return b.pay(fmt.Sprint("back ", i), opening, accountC, "1", "JPY") }).is(http.StatusCreated)
	}
	b.has(accountC, "60", "JPY")
	b.untouched(func() {
		b.pay("away 0", accountA, accountB, "1", "JPY").is(http.StatusCreated).replayed(true)
		b.pay("too much", accountA, accountB, "1", "JPY").refused(http.StatusUnprocessableEntity, "insufficient-funds").replayed(true)
	})
}
