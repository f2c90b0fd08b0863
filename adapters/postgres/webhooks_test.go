package postgres

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/webhook"
)

const (
	oneEndpoint = "whe_01kkn6wx9dg000g00400000001"
	twoEndpoint = "whe_01kkn6wx9dg000g00400000002"
)

// noon is when the deliveries of these tests are made.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// place is where the n-th event of these tests stands, a second after the one before.
func place(n int) journal.PlaceID {
	return journal.NewPlaceID(0, 1, int64(n), noon().Add(time.Duration(n)*time.Second))
}

// due is a delivery as it is made, due at once.
func due(endpointID string, n int) webhook.Delivery {
	return webhook.Delivery{
		EndpointID: endpointID, Event: place(n), Type: "transfer.made", EventAt: noon().Add(time.Duration(n) * time.Second),
		Status: webhook.Pending, CreatedAt: noon(), NextAt: noon().Add(time.Duration(n) * time.Millisecond), GiveUpAt: noon().Add(webhook.RetryFor),
	}
}

func newWebhooks(t *testing.T) *Webhooks {
	t.Helper()
	return NewWebhooks(newPeople(t).pool)
}

func add(t *testing.T, w *Webhooks, endpointID string, from, until int) {
	t.Helper()
	var all []webhook.Delivery
	for n := from; n < until; n++ {
		all = append(all, due(endpointID, n))
	}
	require.NoError(t, w.Add(t.Context(), all))
}

func list(t *testing.T, w *Webhooks, f webhook.DeliveryFilter) []webhook.Delivery {
	t.Helper()
	f.Limit = max(f.Limit, 100)
	found, err := w.Deliveries(t.Context(), f)
	require.NoError(t, err)
	return found
}

func claim(t *testing.T, w *Webhooks, room map[string]int, now time.Time) []webhook.Delivery {
	t.Helper()
	claimed, err := w.Claim(t.Context(), room, now, now.Add(time.Minute))
	require.NoError(t, err)
	return claimed
}

func settle(t *testing.T, w *Webhooks, d webhook.Delivery, status webhook.DeliveryStatus, next time.Time) time.Time {
	t.Helper()
	d.Status, d.NextAt, d.LastCode, d.LastFailure, d.LastTook = status, next, 500, webhook.FailureStatus, 12*time.Millisecond
	if status == webhook.Delivered {
		d.LastCode, d.LastFailure = 204, ""
	}
	since, err := w.Settle(t.Context(), d, noon())
	require.NoError(t, err)
	if !since.IsZero() {
		since = since.UTC()
	}
	return since
}

func TestWebhooksAreAddedOnce(t *testing.T) {
	t.Parallel()
	w := newWebhooks(t)
	add(t, w, oneEndpoint, 1, 4)
	first := claim(t, w, map[string]int{oneEndpoint: 1}, noon().Add(time.Second))
	require.Len(t, first, 1)
	settle(t, w, first[0], webhook.Delivered, time.Time{})
	add(t, w, oneEndpoint, 1, 5) // the reactor's checkpoint was lost
	found := list(t, w, webhook.DeliveryFilter{EndpointID: oneEndpoint})
	require.Len(t, found, 4)
	require.Equal(t, webhook.Delivered, found[3].Status, "what was delivered stays so")
	require.Equal(t, due(oneEndpoint, 4), found[0])
	require.Empty(t, list(t, w, webhook.DeliveryFilter{EndpointID: twoEndpoint}))
}

func TestWebhookDeliveriesAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	w := newWebhooks(t)
	add(t, w, oneEndpoint, 1, 11)
	add(t, w, twoEndpoint, 11, 12)
	for _, d := range claim(t, w, map[string]int{oneEndpoint: 4}, noon().Add(time.Second)) {
		settle(t, w, d, webhook.Failed, time.Time{})
	}
	var seen []journal.PlaceID
	for after := (journal.PlaceID{}); ; after = seen[len(seen)-1] {
		page, err := w.Deliveries(t.Context(), webhook.DeliveryFilter{EndpointID: oneEndpoint, After: after, Limit: 3})
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		for _, d := range page {
			seen = append(seen, d.Event)
		}
	}
	require.Len(t, seen, 10)
	for i, event := range seen {
		require.Equal(t, place(10-i), event)
	}
	failed := list(t, w, webhook.DeliveryFilter{EndpointID: oneEndpoint, Status: webhook.Failed})
	require.Len(t, failed, 4)
	require.Equal(t, place(4), failed[0].Event)
	require.Equal(t, 500, failed[0].LastCode)
	require.Equal(t, webhook.FailureStatus, failed[0].LastFailure)
	require.Equal(t, 12*time.Millisecond, failed[0].LastTook)
	require.Zero(t, failed[0].NextAt)
	require.Len(t, list(t, w, webhook.DeliveryFilter{EndpointID: oneEndpoint, Status: webhook.Pending}), 6)
}

func TestEachEndpointHasItsPlaces(t *testing.T) {
	t.Parallel()
	w := newWebhooks(t)
	add(t, w, oneEndpoint, 1, 1000)
	add(t, w, twoEndpoint, 1, 4)
	now := noon().Add(500 * time.Millisecond)
	claimed := claim(t, w, map[string]int{oneEndpoint: 2, twoEndpoint: 10}, now)
	of := map[string]int{}
	for _, d := range claimed {
		of[d.EndpointID]++
		require.Equal(t, 1, d.Attempts)
		require.Equal(t, now, d.LastAt)
	}
	require.Equal(t, map[string]int{oneEndpoint: 2, twoEndpoint: 3}, of)
	require.Empty(t, claim(t, w, map[string]int{twoEndpoint: 10}, now), "they are in hand")
	require.Empty(t, claim(t, w, map[string]int{}, now))
	require.Len(t, claim(t, w, map[string]int{oneEndpoint: 1000}, now), 498, "what is due, and no more")
}

// What a process had in hand that ended is taken up again; what it says later does not count.
func TestWhatNobodySettlesIsDueAgain(t *testing.T) {
	t.Parallel()
	w := newWebhooks(t)
	add(t, w, oneEndpoint, 1, 2)
	now, room := noon().Add(time.Second), map[string]int{oneEndpoint: 10}
	first := claim(t, w, room, now)
	require.Len(t, first, 1)
	require.Empty(t, claim(t, w, room, now.Add(time.Minute-time.Millisecond)))
	second := claim(t, w, room, now.Add(time.Minute))
	require.Len(t, second, 1)
	require.Equal(t, 2, second[0].Attempts)
	require.Zero(t, settle(t, w, first[0], webhook.Failed, time.Time{}), "it is in other hands")
	settle(t, w, second[0], webhook.Delivered, time.Time{})
	d := list(t, w, webhook.DeliveryFilter{EndpointID: oneEndpoint})[0]
	require.Equal(t, webhook.Delivered, d.Status)
	require.Equal(t, 204, d.LastCode)
	require.Empty(t, claim(t, w, room, now.Add(time.Hour)))
	require.Zero(t, settle(t, w, second[0], webhook.Failed, time.Time{}))
	require.Equal(t, webhook.Delivered, list(t, w, webhook.DeliveryFilter{EndpointID: oneEndpoint})[0].Status, "delivered is delivered")
}

func TestTwoNeverHaveTheSameWebhookInHand(t *testing.T) {
	t.Parallel()
	w := newWebhooks(t)
	const n = 400
	add(t, w, oneEndpoint, 1, n+1)
	var mu sync.Mutex
	seen := map[string]int{}
	var crowd errgroup.Group
	for range 6 {
		crowd.Go(func() error {
			for {
				claimed, err := w.Claim(t.Context(), map[string]int{oneEndpoint: 7}, noon().Add(time.Hour), noon().Add(2*time.Hour))
				if err != nil || len(claimed) == 0 {
					return err
				}
				mu.Lock()
				for _, d := range claimed {
					seen[d.ID()]++
				}
				mu.Unlock()
			}
		})
	}
	require.NoError(t, crowd.Wait())
	mu.Lock()
	defer mu.Unlock()
	require.GreaterOrEqual(t, len(seen), n-42, "those that one was locking at that moment are passed by")
	for id, times := range seen {
		require.Equal(t, 1, times, id)
	}
}

func TestSinceWhenAnEndpointFails(t *testing.T) {
	t.Parallel()
	w := newWebhooks(t)
	add(t, w, oneEndpoint, 1, 5)
	at := func(n int) time.Time { return noon().Add(time.Duration(n) * time.Hour) }
	step := func(n int, status webhook.DeliveryStatus) time.Time {
		claimed := claim(t, w, map[string]int{oneEndpoint: 1}, at(n))
		require.Len(t, claimed, 1)
		next := time.Time{}
		if status == webhook.Pending {
			next = at(n)
		}
		return settle(t, w, claimed[0], status, next)
	}
	require.Equal(t, at(1), step(1, webhook.Pending))
	require.Equal(t, at(1), step(2, webhook.Pending))
	require.Equal(t, at(1), step(3, webhook.Failed))
	require.Zero(t, step(4, webhook.Delivered))
	require.Equal(t, at(5), step(5, webhook.Pending), "it begins anew")
	require.NoError(t, w.Drop(t.Context(), oneEndpoint))
	add(t, w, oneEndpoint, 1, 2)
	require.Equal(t, at(6), step(6, webhook.Pending))
}

// What an endpoint failed at before it was enabled again does not count, however long nothing is sent to it then.
func TestWhatFailedBeforeAnEndpointWasEnabledDoesNotCount(t *testing.T) {
	t.Parallel()
	w := newWebhooks(t)
	add(t, w, oneEndpoint, 1, 2)
	fails := func(at, enabledAt time.Time) time.Time {
		d := claim(t, w, map[string]int{oneEndpoint: 1}, at)[0]
		d.NextAt, d.LastFailure = at, webhook.FailureTimeout
		since, err := w.Settle(t.Context(), d, enabledAt)
		require.NoError(t, err)
		return since.UTC()
	}
	first, again := noon().Add(time.Hour), noon().Add(100*time.Hour)
	require.Equal(t, first, fails(first, noon()))
	require.NoError(t, w.Stop(t.Context(), oneEndpoint))
	_, err := w.Redeliver(t.Context(), webhook.Redelivery{EndpointID: oneEndpoint, Event: place(1)}, again)
	require.NoError(t, err)
	late := again.Add(webhook.DeadAfter)
	require.Equal(t, late, fails(late, again))
	require.Equal(t, late, fails(late.Add(time.Hour), again))
}

func TestWebhooksArePutBack(t *testing.T) {
	t.Parallel()
	w := newWebhooks(t)
	add(t, w, oneEndpoint, 1, 2)
	room := map[string]int{oneEndpoint: 1}
	d := claim(t, w, room, noon().Add(time.Second))[0]
	d.NextAt = noon().Add(10 * time.Second)
	require.NoError(t, w.PutBack(t.Context(), d))
	require.NoError(t, w.PutBack(t.Context(), d), "once")
	require.Empty(t, claim(t, w, room, noon().Add(9*time.Second)))
	again := claim(t, w, room, noon().Add(10*time.Second))
	require.Equal(t, 1, again[0].Attempts)
	require.Equal(t, 1, again[0].Tries)
}

func TestWebhooksAreSentAgainByHand(t *testing.T) {
	t.Parallel()
	w := newWebhooks(t)
	add(t, w, oneEndpoint, 1, 7)
	add(t, w, twoEndpoint, 1, 2)
	for _, d := range claim(t, w, map[string]int{oneEndpoint: 6, twoEndpoint: 1}, noon().Add(time.Second)) {
		status := webhook.Failed
		if d.Event == place(6) {
			status = webhook.Delivered
		}
		settle(t, w, d, status, time.Time{})
	}
	later := noon().Add(100 * time.Hour)
	again := func(r webhook.Redelivery) int {
		n, err := w.Redeliver(t.Context(), r, later)
		require.NoError(t, err)
		return n
	}
	require.Equal(t, 1, again(webhook.Redelivery{EndpointID: oneEndpoint, Event: place(6)}), "also what was delivered")
	require.Zero(t, again(webhook.Redelivery{EndpointID: oneEndpoint, Event: place(99)}))
	require.Equal(t, 2, again(webhook.Redelivery{EndpointID: oneEndpoint, From: noon().Add(2 * time.Second), Until: noon().Add(4 * time.Second)}), "2 and 3")
	pending := list(t, w, webhook.DeliveryFilter{EndpointID: oneEndpoint, Status: webhook.Pending})
	require.Len(t, pending, 3)
	for i, n := range []int{6, 3, 2} {
		require.Equal(t, place(n), pending[i].Event)
		require.Equal(t, 1, pending[i].Attempts)
		require.Zero(t, pending[i].Tries, "the schedule begins anew")
		require.Equal(t, later, pending[i].NextAt)
		require.Equal(t, later.Add(72*time.Hour), pending[i].GiveUpAt)
	}
	require.Equal(t, webhook.Failed, list(t, w, webhook.DeliveryFilter{EndpointID: twoEndpoint})[0].Status)
}

func TestAStoppedEndpointsWebhooksHaveFailed(t *testing.T) {
	t.Parallel()
	w := newWebhooks(t)
	add(t, w, oneEndpoint, 1, 4)
	add(t, w, twoEndpoint, 1, 2)
	inHand := claim(t, w, map[string]int{oneEndpoint: 1}, noon().Add(time.Second))[0]
	require.NoError(t, w.Stop(t.Context(), oneEndpoint))
	settle(t, w, inHand, webhook.Pending, noon().Add(time.Minute))
	for _, d := range list(t, w, webhook.DeliveryFilter{EndpointID: oneEndpoint}) {
		require.Equal(t, webhook.Failed, d.Status)
		require.Equal(t, webhook.FailureDisabled, d.LastFailure)
	}
	require.Len(t, list(t, w, webhook.DeliveryFilter{EndpointID: twoEndpoint, Status: webhook.Pending}), 1)
	require.NoError(t, w.Drop(t.Context(), oneEndpoint))
	require.Empty(t, list(t, w, webhook.DeliveryFilter{EndpointID: oneEndpoint}))
	require.Len(t, list(t, w, webhook.DeliveryFilter{EndpointID: twoEndpoint}), 1)
}

func TestWebhooksAreSwept(t *testing.T) {
	t.Parallel()
	w := newWebhooks(t)
	oldest, err := w.Oldest(t.Context())
	require.NoError(t, err)
	require.Zero(t, oldest)
	add(t, w, oneEndpoint, 1, 7)
	oldest, err = w.Oldest(t.Context())
	require.NoError(t, err)
	require.Equal(t, noon(), oldest.UTC())
	for i, d := range claim(t, w, map[string]int{oneEndpoint: 4}, noon().Add(time.Second)) {
		settle(t, w, d, []webhook.DeliveryStatus{webhook.Delivered, webhook.Failed}[i%2], time.Time{})
	}
	for _, step := range []struct {
		after   time.Duration
		deleted int64
	}{{7 * 24 * time.Hour, 0}, {7*24*time.Hour + time.Minute, 2}, {30 * 24 * time.Hour, 0}, {30*24*time.Hour + time.Minute, 2}, {1e5 * time.Hour, 0}} {
		deleted, err := w.Sweep(t.Context(), noon().Add(step.after))
		require.NoError(t, err)
		require.Equal(t, step.deleted, deleted, fmt.Sprint(step.after))
	}
	require.Len(t, list(t, w, webhook.DeliveryFilter{EndpointID: oneEndpoint}), 2, "what is pending is not swept")
}
