package natsbus

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/natsbus/embedded/natstest"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users"
)

// heard is a feed that runs, what it has heard as text, and the head that it takes the journal to have.
type heard struct {
	*Feed
	said  chan string
	gaps  atomic.Int64
	looks atomic.Int64 // how often the head was read
	stop  func()

	mu   sync.Mutex
	head journal.Head
	away error
	busy chan struct{} // while it is open, listeners do not come to an end
}

func (h *heard) say(text string) {
	h.mu.Lock()
	busy := h.busy
	h.mu.Unlock()
	h.said <- text
	if busy != nil {
		<-busy
	}
}

func (h *heard) journalAt(timeline, position int64, away error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.head, h.away = journal.Head{Timeline: timeline, Position: position}, away
}

// feed runs a feed until the test ends, and returns once it hears.
func feed(t *testing.T, js jetstream.JetStream, at journal.Head) *heard {
	t.Helper()
	h := &heard{said: make(chan string, 1_000), head: at}
	h.Feed = NewFeed(js, func(context.Context) (journal.Head, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.looks.Add(1)
		return h.head, h.away
	}, FeedConfig{Log: quiet()})
	h.Listen(Listener{
		OnUser:         func(id, eventType string, p int64) { h.say(fmt.Sprint("user ", id, " ", eventType, " ", p)) },
		OnAPIKey:       func(digest string) { h.say("key " + digest) },
		OnMessage:      func(from, to string, p int64) { h.say(fmt.Sprint("message ", from, " ", to, " ", p)) },
		OnSessionEnded: func(id string) { h.say("ended " + id) },
		OnGap:          func() { h.gaps.Add(1) },
	})
	h.Listen(Listener{}) // who wants nothing is asked nothing
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	h.stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	t.Cleanup(h.stop)
	h.waitGaps(t, 1)
	return h
}

func (h *heard) waitGaps(t *testing.T, n int64) {
	t.Helper()
	require.Eventually(t, func() bool { return h.gaps.Load() == n }, soon, tick)
}

// freshAfter waits until the feed is as fresh as a time.
func (h *heard) freshAfter(t *testing.T, at time.Time) {
	t.Helper()
	require.Eventually(t, func() bool { return h.Fresh().After(at) }, soon, tick)
}

func (h *heard) next(t *testing.T) string {
	t.Helper()
	select {
	case said := <-h.said:
		return said
	case <-time.After(soon):
		require.FailNow(t, "nothing was heard")
		return ""
	}
}

func happened(position int64, ledger, eventType string, body any) journal.Event {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return journal.Event{Position: position, Ledger: ledger, Stream: "some", Type: eventType, Schema: 1, Data: data}
}

func TestFeedHearsPeopleKeysMessagesAndSessions(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	log := publisherAt(t, js)
	require.NoError(t, log.Publish(t.Context(), 1, []journal.Event{happened(1, "", users.TypeErased, users.Erased{UserID: "usr_before"})}))
	h := feed(t, js, journal.Head{Timeline: 1, Position: 1})
	h.freshAfter(t, time.Time{})
	require.NoError(t, log.Publish(t.Context(), 1, []journal.Event{
		happened(2, "main", "transaction-posted", struct{}{}),
		happened(3, "", users.TypeRolesSet, users.RolesSet{UserID: "usr_a"}),
		happened(4, "", "asset-created", struct{}{}),
		happened(5, "", messaging.TypeSent, messaging.Sent{From: "usr_a", To: "usr_b"}),
		happened(6, "", messaging.TypeDeleted, messaging.Deleted{By: "usr_b"}),
		happened(7, "", users.TypeAPIKeyRevoked, users.APIKeyRevoked{Digest: "d1"}),
		happened(8, "", users.TypeErased, users.Erased{UserID: "usr_b"}),
	}))
	for _, want := range []string{
		"user usr_a user-roles-set 3", "message usr_a usr_b 5", "message usr_b usr_b 6", "key d1", "user usr_b user-erased 8",
	} {
		require.Equal(t, want, h.next(t))
	}
	require.NoError(t, h.EndSession(t.Context(), "ses_1"))
	require.Equal(t, "ended ses_1", h.next(t))
	require.Error(t, h.EndSession(t.Context(), "a.b"))
	require.Error(t, h.EndSession(t.Context(), ""))
	h.journalAt(1, 8, nil)
	h.freshAfter(t, time.Now())
	require.Empty(t, h.said)
	require.EqualValues(t, 1, h.gaps.Load())
}

// What is told in one process is felt in every other, and none is taken to be fresh before it is.
func TestFeedsOfTwoProcesses(t *testing.T) {
	t.Parallel()
	server := natstest.Server(t)
	one := feed(t, dial(t, server, Config{}), journal.Head{})
	two := feed(t, dialOnly(t, server), journal.Head{})
	for n := range 50 {
		require.NoError(t, one.EndSession(t.Context(), fmt.Sprint("ses_", n)))
		told := time.Now()
		require.Eventually(t, func() bool { return len(two.said) == n+1 || two.Fresh().After(told) }, soon, time.Millisecond)
		require.Len(t, two.said, n+1, "it says that it is fresh and has not heard of session %d", n)
	}
}

// A relay that stands still is no silence: the feed is only as fresh as what it published.
func TestFeedIsNoFresherThanTheRelay(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	log := publisherAt(t, js)
	h := feed(t, js, journal.Head{Timeline: 1})
	h.freshAfter(t, time.Time{})

	renamed := func(position int64) []journal.Event {
		return []journal.Event{happened(position, "", users.TypeRenamed, users.Renamed{UserID: "usr_a"})}
	}
	for position := int64(1); position <= 2; position++ { // of an empty log, and of one that is not
		h.journalAt(1, position, nil)
		behind := h.staysBehind(t)
		require.NoError(t, log.Publish(t.Context(), 1, renamed(position)))
		h.freshAfter(t, behind)
		require.Equal(t, fmt.Sprint("user usr_a user-renamed ", position), h.next(t))
	}
	h.journalAt(1, 2, os.ErrDeadlineExceeded)
	behind := h.staysBehind(t)
	h.journalAt(1, 2, nil)
	h.freshAfter(t, behind)
	require.EqualValues(t, 1, h.gaps.Load(), "neither is a gap")
}

// What has arrived and is not yet told to everybody is not heard.
func TestFeedIsNoFresherThanItsListeners(t *testing.T) {
	t.Parallel()
	for name, tell := range map[string]func(*testing.T, jetstream.JetStream, *heard){
		"a session ends": func(t *testing.T, _ jetstream.JetStream, h *heard) {
			t.Helper()
			require.NoError(t, h.EndSession(t.Context(), "ses_1"))
		},
		"somebody is renamed": func(t *testing.T, js jetstream.JetStream, h *heard) {
			t.Helper()
			event := happened(1, "", users.TypeRenamed, users.Renamed{UserID: "usr_a"})
			require.NoError(t, publisherAt(t, js).Publish(t.Context(), 1, []journal.Event{event}))
			h.journalAt(1, 1, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			js := dial(t, natstest.Server(t), Config{})
			h := feed(t, js, journal.Head{Timeline: 1})
			h.freshAfter(t, time.Time{})
			busy := make(chan struct{})
			release := sync.OnceFunc(func() { close(busy) })
			t.Cleanup(release)
			h.mu.Lock()
			h.busy = busy
			h.mu.Unlock()
			tell(t, js, h)
			h.next(t)
			behind := h.staysBehind(t)
			release()
			h.freshAfter(t, behind)
		})
	}
}

// staysBehind asserts that rounds come to no end, and returns a time before which the last that did must
// have begun.
func (h *heard) staysBehind(t *testing.T) time.Time {
	t.Helper()
	looks := h.looks.Load()
	require.Eventually(t, func() bool { return h.looks.Load() > looks }, soon, tick)
	behind := time.Now()
	// The first of these looks may be of a round that began before; the third is of one that follows on
	// a whole one.
	require.Eventually(t, func() bool { return h.looks.Load() >= looks+3 }, soon, tick)
	require.True(t, h.Fresh().Before(behind), "not everything can have been heard")
	return behind
}

func TestFeedAfterTheServerWasAway(t *testing.T) {
	t.Parallel()
	server := natstest.Server(t)
	js := dial(t, server, Config{})
	log := publisherAt(t, js)
	h := feed(t, js, journal.Head{})
	h.freshAfter(t, time.Time{})

	var away time.Time
	restart(t, server, js, func() {
		away = time.Now()
		require.Error(t, h.EndSession(t.Context(), "ses_1"))
		require.True(t, h.Fresh().Before(away))
	})
	require.NoError(t, Setup(t.Context(), js, Config{}), "a stream in memory is gone")
	h.waitGaps(t, 2)
	h.freshAfter(t, away)
	_, _, err := log.Published(t.Context(), 0)
	require.NoError(t, err)
	require.NoError(t, log.Publish(t.Context(), 1, []journal.Event{happened(1, "", users.TypeRolesSet, users.RolesSet{UserID: "usr_a"})}))
	require.Equal(t, "user usr_a user-roles-set 1", h.next(t))
	require.NoError(t, h.EndSession(t.Context(), "ses_2"))
	require.Equal(t, "ended ses_2", h.next(t))
}

// A stream that is taken away under a connection that stays is a gap too.
func TestFeedWhoseStreamIsMadeAnew(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	h := feed(t, js, journal.Head{})
	require.NoError(t, js.DeleteStream(t.Context(), sessionStream))
	require.NoError(t, Setup(t.Context(), js, Config{}))
	h.waitGaps(t, 2)
	require.NoError(t, h.EndSession(t.Context(), "ses_1"))
	require.Equal(t, "ended ses_1", h.next(t))
}

func TestFeedOnANewTimeline(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	log := publisherAt(t, js)
	require.NoError(t, log.Publish(t.Context(), 1, page(1, 9)))
	h := feed(t, js, journal.Head{Timeline: 1, Position: 9})
	h.freshAfter(t, time.Time{})

	h.journalAt(2, 5, nil) // the journal is the first to know
	h.waitGaps(t, 2)
	lost := h.staysBehind(t) // what was published is of the old timeline
	require.NoError(t, log.Reset(t.Context(), 0))
	require.NoError(t, log.Publish(t.Context(), 2, page(1, 5)))
	h.freshAfter(t, lost)
	require.EqualValues(t, 2, h.gaps.Load())

	h.freshAfter(t, time.Now())
	require.EqualValues(t, 2, h.gaps.Load(), "one gap for each timeline")
}

// A message that did not come this way, whoever got it, is a loss.
func TestATailMissesNothing(t *testing.T) {
	t.Parallel()
	js := dial(t, natstest.Server(t), Config{})
	tail, err := openTail(t.Context(), js, sessionStream, endedSubject+"*")
	require.NoError(t, err)
	for _, id := range []string{"ses_1", "ses_2"} {
		_, err := js.Publish(t.Context(), endedSubject+id, nil)
		require.NoError(t, err)
	}
	_, err = tail.consumer.Next()
	require.NoError(t, err)
	err = tail.run(t.Context(), func(jetstream.Msg) error { return errEnough })
	require.ErrorIs(t, err, errLost)
	require.ErrorContains(t, err, "message 2 came where 1 was due")
}
