package webhooks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/webhook"
	"github.com/florinledger/florin/users/seal"
)

// world is what a sender calls out to, in memory, on the time of a bubble.
type world struct {
	mu        sync.Mutex
	endpoints map[string]webhook.Endpoint
	due       map[string]*webhook.Delivery
	failing   map[string]time.Time
	key       seal.Key
	answer    func(ctx context.Context, r Request) Result
	posts     []posted
	outcomes  map[Outcome]int
	off       map[string]webhook.Reason
	broken    error        // what Key fails with
	unmade    func() error // what Render fails with; nil for nothing
	noKey     map[string]bool
	lost      bool
}

type posted struct {
	Request
	after time.Duration
}

func newWorld(answer func(ctx context.Context, r Request) Result) *world {
	return &world{
		endpoints: map[string]webhook.Endpoint{}, due: map[string]*webhook.Delivery{}, failing: map[string]time.Time{}, key: seal.NewKey(),
		answer: answer, outcomes: map[Outcome]int{}, off: map[string]webhook.Reason{}, noKey: map[string]bool{},
	}
}

// bubble is when bubbles begin.
func bubble() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

func (w *world) endpoint(id string) {
	w.endpoints[id] = webhook.Endpoint{ID: id, State: webhook.State{Status: webhook.Enabled, URL: "https://" + id + ".example/", KeyID: id, StatusAt: bubble(), Version: 1}}
}

func (w *world) add(id string, n int) {
	for range n {
		d := &webhook.Delivery{EndpointID: id, Event: journal.NewPlaceID(0, 1, int64(len(w.due)+1), bubble()), Status: webhook.Pending,
			CreatedAt: time.Now(), NextAt: time.Now(), GiveUpAt: time.Now().Add(webhook.RetryFor)}
		w.due[id+d.ID()] = d
	}
}

func (w *world) Claim(_ context.Context, room map[string]int, now, until time.Time) (claimed []webhook.Delivery, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.due {
		if room[d.EndpointID] > 0 && d.Status == webhook.Pending && !d.NextAt.After(now) {
			room[d.EndpointID]--
			d.NextAt, d.LastAt = until, now
			d.Attempts, d.Tries = d.Attempts+1, d.Tries+1
			claimed = append(claimed, *d)
		}
	}
	return claimed, nil
}

func (w *world) Settle(_ context.Context, d webhook.Delivery, enabledAt time.Time) (time.Time, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	mine := w.due[d.EndpointID+d.ID()]
	if mine.Attempts != d.Attempts || mine.Status != webhook.Pending {
		return time.Time{}, nil
	}
	*mine = d
	if d.Status == webhook.Delivered || d.LastFailure.Ours() {
		delete(w.failing, d.EndpointID)
		return time.Time{}, nil
	}
	if since, there := w.failing[d.EndpointID]; !there || since.Before(enabledAt) {
		w.failing[d.EndpointID] = d.LastAt
	}
	return w.failing[d.EndpointID], nil
}

func (w *world) PutBack(_ context.Context, d webhook.Delivery) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	mine := w.due[d.EndpointID+d.ID()]
	mine.NextAt, mine.Attempts, mine.Tries = d.NextAt, d.Attempts-1, d.Tries-1
	return nil
}

func (w *world) Endpoints(_ context.Context, _, after string, _ int) (page []webhook.Endpoint, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if after != "" {
		return nil, nil
	}
	for _, e := range w.endpoints {
		page = append(page, e)
	}
	return page, nil
}

func (w *world) Key(_ context.Context, keyID string) (seal.Key, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.noKey[keyID] {
		return seal.Key{}, seal.ErrNoKey
	}
	return w.key, w.broken
}

func (w *world) Discard(context.Context, string) error { return nil }

func (w *world) render(_ context.Context, event journal.PlaceID) (body []byte, trace string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.lost {
		return nil, "", ErrNoEvent
	}
	if w.unmade != nil {
		return nil, "", w.unmade()
	}
	return []byte(`{"id":"` + event.Format("evt") + `"}`), trace00, nil
}

// trace00 is the trace of what is sent for.
const trace00 = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func (w *world) post(ctx context.Context, r Request) Result {
	w.mu.Lock()
	w.posts = append(w.posts, posted{r, time.Since(bubble())})
	w.mu.Unlock()
	return w.answer(ctx, r)
}

func (w *world) disable(_ context.Context, e webhook.Endpoint, reason webhook.Reason) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	mine := w.endpoints[e.ID]
	if mine.Version != e.Version || mine.Status != webhook.Enabled {
		return false, nil
	}
	mine.Status, mine.Version = webhook.Disabled, mine.Version+1
	w.endpoints[e.ID], w.off[e.ID] = mine, reason
	return true, nil
}

// coarse is how often a sender looks that runs for days.
const coarse = 10 * time.Second

// run runs a sender for a time.
func (w *world) run(t *testing.T, long time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	s := NewSender(Ports{Store: w, Directory: w, Vault: w, Render: w.render, Post: w.post, Disable: w.disable}, slog.New(slog.DiscardHandler), Config{
		Jitter: func() uint { return 0 },
		Done: func(o Outcome) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.outcomes[o]++
		},
	})
	if long > 2*time.Hour {
		s.poll = coarse // or the days of a bubble take a while
	}
	require.NoError(t, s.Run(ctx))
}

func (w *world) count(status webhook.DeliveryStatus) (n int) {
	for _, d := range w.due {
		if d.Status == status {
			n++
		}
	}
	return n
}

func takes(context.Context, Request) Result { return Result{Code: http.StatusOK} }

func fails(context.Context, Request) Result {
	return Result{Code: http.StatusInternalServerError, Failure: webhook.FailureStatus}
}

func TestWhatIsDueIsSentOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(takes)
		w.endpoint("a")
		w.add("a", 1)
		w.run(t, time.Hour)
		require.Len(t, w.posts, 1)
		p := w.posts[0]
		require.Equal(t, "https://a.example/", p.URL)
		require.Regexp(t, `^evt_[0-9a-z]{26}$`, p.ID)
		require.Equal(t, []string{webhook.SecretOf(w.key).Sign(p.ID, p.At, p.Body)}, p.Signatures)
		require.JSONEq(t, fmt.Sprintf(`{"id":%q}`, p.ID), string(p.Body))
		require.Equal(t, map[Outcome]int{OutcomeDelivered: 1}, w.outcomes)
	})
}

// For three days by the schedule, under one name, signed anew each time; then it is given up, and the endpoint, which has
// taken nothing all that time, is switched off.
func TestWhatFailsIsSentForThreeDays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(fails)
		w.endpoint("a")
		w.add("a", 1)
		w.run(t, 200*time.Hour)
		require.Len(t, w.posts, 18)
		schedule := append([]time.Duration{0}, webhook.Schedule()...)
		for i := 1; i < len(schedule); i++ {
			pause := w.posts[i].after - w.posts[i-1].after
			require.GreaterOrEqual(t, pause, schedule[i])
			require.Less(t, pause, schedule[i]+2*coarse)
			require.Equal(t, w.posts[0].ID, w.posts[i].ID)
			require.NotEqual(t, w.posts[0].Signatures, w.posts[i].Signatures, "of another time")
		}
		require.InDelta(t, 72*time.Hour, w.posts[17].after, float64(2*coarse))
		require.Equal(t, map[Outcome]int{OutcomeFailed: 17, OutcomeGivenUp: 1}, w.outcomes)
		require.Equal(t, 1, w.count(webhook.Failed))
		require.Equal(t, map[string]webhook.Reason{"a": webhook.ReasonFailing}, w.off)
	})
}

// One success, and the three days begin anew.
func TestAnEndpointThatTakesSomethingStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(nil)
		w.answer = func(_ context.Context, _ Request) Result {
			if since := time.Since(bubble()); since > 60*time.Hour && since < 64*time.Hour {
				return Result{Code: http.StatusOK}
			}
			return Result{Code: http.StatusBadGateway, Failure: webhook.FailureStatus}
		}
		w.endpoint("a")
		w.add("a", 1)
		go func() {
			time.Sleep(61 * time.Hour) //nolint:forbidigo // the bubble's time
			w.mu.Lock()
			defer w.mu.Unlock()
			w.add("a", 1)
		}()
		w.run(t, 100*time.Hour)
		require.Equal(t, 2, w.count(webhook.Delivered))
		require.Empty(t, w.off)
	})
}

func TestAnEndpointThatIsGoneIsSwitchedOffAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(context.Context, Request) Result {
			return Result{Code: http.StatusGone, Failure: webhook.FailureStatus}
		})
		w.endpoint("a")
		w.add("a", 1)
		w.run(t, time.Hour)
		require.Len(t, w.posts, 1)
		require.Equal(t, map[string]webhook.Reason{"a": webhook.ReasonGone}, w.off)
	})
}

// What it failed at before it was enabled again does not count.
func TestAnEndpointThatWasEnabledAgainHasThreeDays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(fails)
		w.endpoint("a")
		w.failing["a"] = bubble().Add(-1000 * time.Hour)
		w.add("a", 1)
		w.run(t, 71*time.Hour)
		require.Empty(t, w.off)
		require.Equal(t, 1, w.count(webhook.Pending))
	})
}

// A slow one and a dead one beside a healthy one: it does not notice them.
func TestSlowAndDeadEndpointsAreInNobodysWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		now, most := map[string]int{}, map[string]int{}
		total, mostOfAll := 0, 0
		w := newWorld(func(ctx context.Context, r Request) Result {
			mu.Lock()
			now[r.URL]++
			total++
			most[r.URL], mostOfAll = max(most[r.URL], now[r.URL]), max(mostOfAll, total)
			mu.Unlock()
			defer func() {
				mu.Lock()
				defer mu.Unlock()
				now[r.URL]--
				total--
			}()
			switch r.URL {
			case "https://healthy.example/":
				return Result{Code: http.StatusOK}
			case "https://slow.example/":
				time.Sleep(14 * time.Second) //nolint:forbidigo // the bubble's time
				return Result{Code: http.StatusOK}
			}
			time.Sleep(Timeout) //nolint:forbidigo // the bubble's time
			return Result{Failure: webhook.FailureTimeout}
		})
		w.endpoint("healthy")
		w.endpoint("slow")
		w.add("healthy", 1000)
		w.add("slow", 1000)
		for i := range 30 {
			w.endpoint(fmt.Sprint("dead", i))
			w.add(fmt.Sprint("dead", i), 100)
		}
		w.run(t, time.Minute)
		healthy := 0
		for _, d := range w.due {
			if d.EndpointID == "healthy" && d.Status == webhook.Delivered {
				healthy++
			}
		}
		require.Equal(t, 1000, healthy)
		require.LessOrEqual(t, most["https://slow.example/"], MaxPerEndpoint)
		require.LessOrEqual(t, mostOfAll, MaxInFlight)
	})
}

// What this house cannot do is no attempt, and not the endpoint's fault.
func TestWhatCannotBeMadeIsPutBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(takes)
		w.endpoint("a")
		w.add("a", 1)
		w.broken = errors.New("the vault is away")
		go func() {
			time.Sleep(100 * time.Hour) //nolint:forbidigo // the bubble's time
			w.mu.Lock()
			defer w.mu.Unlock()
			w.broken = nil
		}()
		w.run(t, 101*time.Hour)
		require.Len(t, w.posts, 1)
		require.Equal(t, map[Outcome]int{OutcomeDelivered: 1}, w.outcomes)
		require.Empty(t, w.off)
		for _, d := range w.due {
			require.Equal(t, 1, d.Attempts)
		}
	})
}

// An event of which nothing can be made is tried for three days, as what an endpoint does not take is, and then given up: that
// is not the endpoint's fault, and nothing beside it waits. What is made in time is sent, and counts once.
func TestWhatCannotBeMadeOfAnEventIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, unmade := range map[string]func() error{
		"an error": func() error { return errors.New("unknown type") },
		"a panic":  func() error { panic("a defect") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(takes)
				w.endpoint("a")
				w.add("a", 2)
				w.unmade = unmade
				w.run(t, 71*time.Hour)
				require.Equal(t, 2, w.count(webhook.Pending), "a new version may know it")
				w.run(t, 2*time.Hour)
				require.Empty(t, w.posts)
				require.Equal(t, map[Outcome]int{OutcomeGivenUp: 2}, w.outcomes)
				for _, d := range w.due {
					require.Equal(t, []any{webhook.Failed, webhook.FailureNotMade}, []any{d.Status, d.LastFailure})
				}
				require.Empty(t, w.off)
				require.Empty(t, w.failing)
				w.unmade = nil
				w.add("a", 1)
				w.run(t, time.Minute)
				require.Len(t, w.posts, 1)
			})
		})
	}
}

func TestALostEventIsGivenUpAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(takes)
		w.endpoint("a")
		w.add("a", 1)
		w.lost = true
		w.run(t, time.Hour)
		require.Empty(t, w.posts)
		require.Equal(t, 1, w.count(webhook.Failed))
		require.Empty(t, w.off)
	})
}

func TestASecretThatIsLostIsAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(takes)
		w.endpoint("a")
		w.add("a", 1)
		w.noKey["a"] = true
		w.run(t, time.Second)
		require.Empty(t, w.posts, "nothing goes out unsigned")
		for _, d := range w.due {
			require.Equal(t, webhook.FailureNoSecret, d.LastFailure)
			require.Equal(t, webhook.Pending, d.Status)
		}
	})
}

// Both secrets sign for a day, and the newer one alone after it.
func TestAReplacedSecretSignsForADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(takes)
		w.endpoint("a")
		e := w.endpoints["a"]
		e.Replaced = []webhook.Replaced{{KeyID: "older", Until: bubble().Add(24 * time.Hour)}, {KeyID: "gone", Until: bubble().Add(time.Hour)}}
		w.endpoints["a"] = e
		w.noKey["gone"] = true
		w.add("a", 1)
		w.run(t, 24*time.Hour)
		w.add("a", 1)
		w.run(t, time.Hour)
		require.Len(t, w.posts, 2)
		require.Len(t, w.posts[0].Signatures, 2)
		require.Len(t, w.posts[1].Signatures, 1)
	})
}

// Who stops in the middle leaves what it had in hand to whoever comes next.
func TestAnAttemptThatIsCutOffIsMadeAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(ctx context.Context, _ Request) Result {
			<-ctx.Done()
			return Result{Failure: webhook.FailureConnection}
		})
		w.endpoint("a")
		w.add("a", 1)
		w.run(t, time.Second)
		require.Empty(t, w.outcomes)
		w.answer = takes
		w.run(t, inHand-2*time.Second)
		require.Len(t, w.posts, 1, "it may be on its way still")
		w.run(t, 2*time.Second+2*poll)
		require.Len(t, w.posts, 2)
		require.Equal(t, 1, w.count(webhook.Delivered))
		require.Equal(t, w.posts[0].ID, w.posts[1].ID)
	})
}

// What was answered before the end is written down after it.
func TestAnAnswerIsWrittenDownAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(ctx context.Context, _ Request) Result {
			<-ctx.Done()
			return Result{Code: http.StatusNoContent}
		})
		w.endpoint("a")
		w.add("a", 1)
		w.run(t, time.Second)
		require.Equal(t, 1, w.count(webhook.Delivered))
	})
}

func TestADisabledEndpointIsNotCalled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(takes)
		w.endpoint("a")
		e := w.endpoints["a"]
		e.Status = webhook.Disabled
		w.endpoints["a"] = e
		w.add("a", 1)
		go func() {
			time.Sleep(time.Hour) //nolint:forbidigo // the bubble's time
			w.mu.Lock()
			defer w.mu.Unlock()
			w.endpoint("a")
		}()
		w.run(t, 2*time.Hour)
		require.Len(t, w.posts, 1)
		require.GreaterOrEqual(t, w.posts[0].after, time.Hour)
		require.Less(t, w.posts[0].after, time.Hour+endpointsFor+2*poll)
	})
}

// The longer something has waited that cannot be made here, the longer it is put back.
func TestPutBackPause(t *testing.T) {
	t.Parallel()
	for waited, pause := range map[time.Duration]time.Duration{
		0: 10 * time.Second, time.Minute: 10 * time.Second, 5 * time.Minute: 30 * time.Second, time.Hour: 6 * time.Minute, 72 * time.Hour: 10 * time.Minute,
	} {
		require.Equal(t, pause, putBackPause(waited), waited)
	}
}
