package httpapi

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/messages"
)

// writes sends a message from one to another and returns its id.
func (h *house) writes(from, to, body string) string {
	h.t.Helper()
	return h.call(me(from), "", "POST", "/v1/messages", `{"to":"`+to+`","body":"`+body+`"}`).object(h.t, 201)["id"].(string)
}

// TestStream: what happens is told in order, with the message as it is now.
func TestStream(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, bob := h.member("ann@example.com"), h.member("bob@example.com")
	his := h.follow(me(bob), "")
	his.is("0-4", "", "")
	id := h.writes(ann, bob, "One")
	h.tell(ann, bob)
	his.is("0-5", "received", `"body":"One"`)
	h.call(me(ann), "", "PATCH", "/v1/messages/"+id, `{"body":"Two"}`).object(t, 200)
	h.tell(ann, bob)
	his.is("0-6", "edited", `"body":"Two"`)
	require.Equal(t, 204, h.call(me(bob), "", "POST", "/v1/messages/"+id+"/read", "").status)
	h.tell(ann, bob)
	his.is("0-7", "read", `"read_at":"2026-03-14T`)
	require.Equal(t, 204, h.call(me(bob), "", "DELETE", "/v1/messages/"+id, "").status)
	h.tell(bob, bob)
	his.is("0-8", "deleted", `data: {"id":"`+id+`"}`)

	t.Run("again", func(t *testing.T) {
		again := h.follow(me(bob), "0-5")
		again.is("0-5", "", "")
		for n, kind := range []string{"edited", "read", "deleted"} {
			again.is(fmt.Sprintf("0-%d", 6+n), kind, `data: {"id":"`+id+`"}`)
		}
	})
	t.Run("of what was never heard of", func(t *testing.T) {
		hers := h.follow(me(ann), "0-0")
		hers.is("0-0", "", "")
		for n, kind := range []string{"sent", "edited", "read"} {
			hers.is(fmt.Sprintf("0-%d", 5+n), kind, `"body":"Two"`)
		}
	})
	t.Run("no id", func(t *testing.T) {
		for _, id := range []string{"yesterday", "1-1", "0--1", "0-9223372036854775808", strings.Repeat("0", 65)} {
			h.call(me(bob), "", "GET", "/v1/messages/stream", "", "Last-Event-ID", id).refused(t, 400, "invalid-parameter")
		}
	})
}

// TestStreamBeforeItsFirstEvent: who is cut off before anything was told comes back with an id all the same.
func TestStreamBeforeItsFirstEvent(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, bob := h.member("ann@example.com"), h.member("bob@example.com")
	his := h.follow(me(bob), "")
	his.is("0-4", "", "")
	his.cut()
	h.writes(ann, bob, "While nobody listens")
	again := h.follow(me(bob), "0-4")
	again.is("0-4", "", "")
	again.is("0-5", "received", "While nobody listens")
}

// TestStreamWaitsForTheProjection: the bus tells of an event before it can be read, and the stream looks once it can.
func TestStreamWaitsForTheProjection(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, bob := h.member("ann@example.com"), h.member("bob@example.com")
	his := h.follow(me(bob), "")
	his.is("0-4", "", "")
	h.writes(ann, bob, "One")
	h.tell(ann, bob)
	his.is("0-5", "received", "One")
	h.mu.Lock()
	defer h.mu.Unlock()
	assert.Contains(t, h.awaited, int64(5))
}

// TestStreamEndsWithTheSession: nothing is told to who has signed out.
func TestStreamEndsWithTheSession(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, bob := h.member("ann@example.com"), h.member("bob@example.com")
	his := h.follow(me(bob), "")
	his.is("0-4", "", "")
	h.mu.Lock()
	h.over = append(h.over, me(bob))
	h.mu.Unlock()
	h.writes(ann, bob, "Not for you")
	h.tell(ann, bob)
	his.ends()
}

// TestStreamOfALostJournal: ids that the journal has lost are behind what comes now, and those that a projection has
// yet to come to are not.
func TestStreamOfALostJournal(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, bob := h.member("ann@example.com"), h.member("bob@example.com")
	h.writes(ann, bob, "One")
	lost := h.follow(me(bob), "0-900")
	lost.is("0-5", "", "")
	h.behind(2) // it is built anew
	known := h.follow(me(bob), "0-5")
	known.is("0-5", "", "")
	h.writes(ann, bob, "Two")
	h.behind(0)
	h.tell(ann, bob)
	lost.is("0-6", "received", "Two")
	known.is("0-6", "received", "Two")
}

// TestStreamAsksForNamesOnce for all that it tells at once.
func TestStreamAsksForNamesOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, bob := h.member("ann@example.com"), h.member("bob@example.com")
	for n := range messages.StreamPage + 5 {
		h.writes(ann, bob, fmt.Sprintf("Number %d.", n))
	}
	his := h.follow(me(bob), "0-4")
	his.is("0-4", "", "")
	for n := range messages.StreamPage + 5 {
		his.is(fmt.Sprintf("0-%d", n+5), "received", fmt.Sprintf("Number %d.", n))
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	assert.Equal(t, 2, h.namings, "two pages")
}

func TestStreamsOfOnePersonAreBounded(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, bob := h.member("ann@example.com"), h.member("bob@example.com")
	var first *live
	for n := range messages.MaxStreams {
		if l := h.follow(me(bob), ""); n == 0 {
			first = l
		}
	}
	h.call(me(bob), "", "GET", "/v1/messages/stream", "").refused(t, 429, "too-many-requests")
	h.follow(me(ann), "").is("0-4", "", "")
	first.cut()
	require.Eventually(t, func() bool { return h.mailboxes.Watchers(bob) == messages.MaxStreams-1 }, waitFor, tick)
	h.follow(me(bob), "").is("0-4", "", "")
}

// TestStreamsEndWhenTheServerStops: a stream does not hold the server up, and nobody is left watching.
func TestStreamsEndWhenTheServerStops(t *testing.T) {
	t.Parallel()
	h := open(t)
	bob := h.member("bob@example.com")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	served := make(chan error, 1)
	go func() { served <- h.server.Serve(ctx, ln) }()
	his := followAt(t, "http://"+ln.Addr().String(), me(bob), "")
	his.is("0-2", "", "")
	stop()
	his.ends()
	require.NoError(t, <-served)
	assert.Zero(t, h.mailboxes.Watchers(bob))
}
