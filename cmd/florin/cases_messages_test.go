package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// writes sends a message and returns its id.
func (c *caller) writes(to, subject, body string) string {
	c.t.Helper()
	return c.call(http.MethodPost, "/v1/messages", map[string]any{"to": to, "subject": subject, "body": body}).is(http.StatusCreated).str("id")
}

// ids returns the ids of a list, in order.
func (a *answer) ids() []string {
	a.t.Helper()
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	a.is(http.StatusOK).into(&list)
	out := make([]string, len(list.Data))
	for i, m := range list.Data {
		out[i] = m.ID
	}
	return out
}

func TestMessages(t *testing.T) {
	t.Parallel()
	s := startService(t)
	p := newPeople(t, s)
	ann, bob, eve := p.person("Ann"), p.person("Bob"), p.person("")

	sent := ann.call(http.MethodPost, "/v1/messages", map[string]any{"to": bob.id, "subject": "Rent", "body": "It is on its way."}, key("m-1")).is(http.StatusCreated)
	id := sent.str("id")
	assert.Equal(t, []string{"message", ann.id, bob.id, "Rent", "It is on its way.", id},
		[]string{sent.str("kind"), sent.str("from"), sent.str("to"), sent.str("subject"), sent.str("body"), sent.str("thread_id")})
	ann.call(http.MethodPatch, "/v1/users/me", map[string]any{"display_name": "Anna"}).is(http.StatusOK)
	again := ann.call(http.MethodPost, "/v1/messages", map[string]any{"to": bob.id, "subject": "Rent", "body": "It is on its way."}, key("m-1")).is(http.StatusCreated)
	assert.Equal(t, "true", again.Header.Get("Idempotent-Replayed"))
	assert.JSONEq(t, string(sent.Body), string(again.Body))
	ann.call(http.MethodPost, "/v1/messages", map[string]any{"to": bob.id, "body": "Another."}, key("m-1")).refused(http.StatusUnprocessableEntity, "idempotency-key-reused")

	read := bob.read("/v1/messages/" + id).is(http.StatusOK)
	assert.Equal(t, "Anna", read.str("from_name"))
	assert.JSONEq(t, string(ann.read("/v1/messages/"+id).Body), string(read.Body), "both sides read the same")
	eve.read("/v1/messages/"+id).refused(http.StatusNotFound, "message-not-found")
	bob.get("/v1/messages/msg_none").refused(http.StatusNotFound, "message-not-found")

	answer := bob.call(http.MethodPost, "/v1/messages", map[string]any{"to": ann.id, "body": "Thank you.", "in_reply_to": id}).is(http.StatusCreated)
	assert.Equal(t, []string{id, id}, []string{answer.str("thread_id"), answer.str("in_reply_to")})
	eve.call(http.MethodPost, "/v1/messages", map[string]any{"to": ann.id, "body": "Me too.", "in_reply_to": id}).refused(http.StatusNotFound, "message-not-found")
	ann.call(http.MethodPost, "/v1/messages", map[string]any{"to": eve.id, "body": "Look.", "in_reply_to": id}).refused(http.StatusUnprocessableEntity, "thread-parties")
	assert.Equal(t, []string{answer.str("id"), id}, ann.read("/v1/messages?thread_id="+id).ids())

	note := ann.call(http.MethodPost, "/v1/messages", map[string]any{"body": "Buy milk."}).is(http.StatusCreated)
	assert.Equal(t, []string{"note", ann.id, ann.id}, []string{note.str("kind"), note.str("from"), note.str("to")})
	assert.Equal(t, []string{note.str("id")}, ann.read("/v1/messages?box=notes").ids())
	assert.Equal(t, []string{id}, ann.read("/v1/messages?box=sent").ids())
	assert.Equal(t, []string{answer.str("id")}, ann.read("/v1/messages?box=inbox&with="+bob.id).ids())
	assert.Empty(t, ann.read("/v1/messages?with="+eve.id).ids())

	t.Run("reading", func(t *testing.T) {
		bob, ann := bob.in(t), ann.in(t)
		assert.Equal(t, []string{id}, bob.read("/v1/messages?unread=true").ids())
		assert.JSONEq(t, `{"unread":1,"more":false}`, string(bob.read("/v1/messages/unread").is(http.StatusOK).Body))
		ann.call(http.MethodPost, "/v1/messages/"+id+"/read", nil).refused(http.StatusForbidden, "not-recipient")
		bob.call(http.MethodPost, "/v1/messages/"+id+"/read", nil).is(http.StatusNoContent)
		bob.call(http.MethodPost, "/v1/messages/"+id+"/read", nil).is(http.StatusNoContent)
		assert.Empty(t, bob.read("/v1/messages?unread=true").ids())
		assert.NotEmpty(t, ann.read("/v1/messages/"+id).str("read_at"), "who wrote it sees that")
	})
	t.Run("changing", func(t *testing.T) {
		bob, ann := bob.in(t), ann.in(t)
		version := ann.read("/v1/messages/" + id).Header.Get("ETag")
		bob.call(http.MethodPatch, "/v1/messages/"+id, map[string]any{"body": "Never."}).refused(http.StatusForbidden, "not-author")
		ann.call(http.MethodPatch, "/v1/messages/"+id, map[string]any{}).refused(http.StatusBadRequest, "invalid-field")
		ann.call(http.MethodPatch, "/v1/messages/"+id, map[string]any{"body": " "}).refused(http.StatusBadRequest, "invalid-field")
		changed := ann.call(http.MethodPatch, "/v1/messages/"+id, map[string]any{"body": "It went off this morning."}, header("If-Match", version)).is(http.StatusOK)
		assert.Equal(t, []string{"Rent", "It went off this morning."}, []string{changed.str("subject"), changed.str("body")})
		assert.NotEqual(t, version, changed.Header.Get("ETag"))
		ann.call(http.MethodPatch, "/v1/messages/"+id, map[string]any{"subject": ""}, header("If-Match", version)).refused(http.StatusPreconditionFailed, "version-mismatch")
		ann.call(http.MethodPatch, "/v1/messages/"+id, map[string]any{"subject": ""}).is(http.StatusOK)
		now := bob.read("/v1/messages/" + id).is(http.StatusOK)
		assert.Equal(t, []any{"", "It went off this morning.", float64(2)}, []any{now.at("subject"), now.at("body"), now.at("edits")})
		history := bob.read("/v1/messages/" + id + "/history").is(http.StatusOK)
		assert.Equal(t, []any{"Rent", "It went off this morning.", "Rent", "It is on its way."},
			[]any{history.at("data", 0, "subject"), history.at("data", 0, "body"), history.at("data", 1, "subject"), history.at("data", 1, "body")})
	})
	t.Run("searching", func(t *testing.T) {
		ann := ann.in(t)
		for query, want := range map[string][]string{
			"milk":                       {note.str("id")},
			"morning":                    {id},
			"way":                        {}, // it says so no more
			"thanks":                     {answer.str("id")},
			"%22this+morning%22":         {id},
			"morning+or+milk":            {note.str("id"), id},
			"morning+-went":              {},
			"mornings":                   {id}, // in any ending
			"nothing+of+this+is+written": {},
		} {
			assert.Equal(t, want, ann.read("/v1/messages?q="+query).ids(), query)
		}
	})
	t.Run("deleting", func(t *testing.T) {
		ann, bob, eve := ann.in(t), bob.in(t), eve.in(t)
		eve.call(http.MethodDelete, "/v1/messages/"+id, nil).refused(http.StatusNotFound, "message-not-found")
		bob.call(http.MethodDelete, "/v1/messages/"+id, nil).is(http.StatusNoContent)
		bob.call(http.MethodDelete, "/v1/messages/"+id, nil).is(http.StatusNoContent)
		bob.read("/v1/messages/"+id).refused(http.StatusNotFound, "message-not-found")
		bob.call(http.MethodPost, "/v1/messages/"+id+"/read", nil).refused(http.StatusNotFound, "message-not-found")
		ann.read("/v1/messages/" + id).is(http.StatusOK)
		assert.Equal(t, []string{answer.str("id")}, bob.read("/v1/messages").ids())
	})
	t.Run("forms", func(t *testing.T) {
		ann := ann.in(t)
		for name, body := range map[string]any{
			"no body":           map[string]any{"to": bob.id},
			"an empty body":     map[string]any{"to": bob.id, "body": "\n"},
			"a NUL":             `{"body":"a\u0000b"}`,
			"a long subject":    map[string]any{"body": "x", "subject": strings.Repeat("s", 513)},
			"a long body":       map[string]any{"body": strings.Repeat("b", 64<<10+1)},
			"something unknown": map[string]any{"body": "x", "cc": bob.id},
		} {
			require.Equal(t, http.StatusBadRequest, ann.call(http.MethodPost, "/v1/messages", body).Status, name)
		}
		ann.call(http.MethodPost, "/v1/messages", map[string]any{"to": "usr_01k0q3v9x8f6r8v4t0d6m2n7h5", "body": "Hello?"}).
			refused(http.StatusUnprocessableEntity, "recipient-not-found")
		ann.writes(bob.id, strings.Repeat("s", 512), strings.Repeat("b", 64<<10))
	})
	t.Run("a service writes", func(t *testing.T) {
		shop := s.as("service:shop", "service").in(t)
		from := shop.call(http.MethodPost, "/v1/messages", map[string]any{"to": bob.id, "body": "Your parcel has arrived."}, key("parcel-1")).is(http.StatusCreated)
		assert.Equal(t, []string{"message", "service:shop"}, []string{from.str("kind"), from.str("from")})
		assert.Equal(t, "Your parcel has arrived.", bob.in(t).read("/v1/messages/"+from.str("id")).str("body"))
		shop.call(http.MethodPost, "/v1/messages", map[string]any{"body": "A note."}).refused(http.StatusUnprocessableEntity, "recipient-not-found")
		shop.get("/v1/messages").refused(http.StatusForbidden, "forbidden")
	})
	s.verify()
}

// Pages neither repeat nor lose what is written between them.
func TestMessagePages(t *testing.T) {
	t.Parallel()
	s := startService(t)
	p := newPeople(t, s)
	ann, bob := p.person("Ann"), p.person("Bob")
	var want []string
	for n := range 12 {
		want = append([]string{ann.writes(bob.id, "", fmt.Sprintf("Number %d", n))}, want...)
	}
	var got []string
	path := "/v1/messages?box=inbox&limit=5"
	for next := ""; ; {
		page := bob.read(path + next)
		got = append(got, page.ids()...)
		if page.at("has_more") == false {
			break
		}
		ann.writes(bob.id, "", "between two pages")
		next = "&cursor=" + page.str("next_cursor")
	}
	assert.Equal(t, want, got)
}

// liveEvent is what a stream of messages said.
type liveEvent struct {
	id, kind string
	body     string
}

// stream follows a caller's messages until it is cut off.
type stream struct {
	events chan liveEvent
	cut    func()
}

// follow opens a stream after an event.
func (c *caller) follow(after string) *stream {
	c.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.s.url+"/v1/messages/stream", http.NoBody)
	require.NoError(c.t, err)
	request.Header.Set("Authorization", "Bearer "+c.token)
	if after != "" {
		request.Header.Set("Last-Event-ID", after)
	}
	transport := &http.Transport{}
	response, err := transport.RoundTrip(request) //nolint:bodyclose // when it is cut
	require.NoError(c.t, err)
	require.Equal(c.t, http.StatusOK, response.StatusCode)
	require.Equal(c.t, "text/event-stream", response.Header.Get("Content-Type"))
	s := &stream{events: make(chan liveEvent, 10_000)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(s.events)
		var e liveEvent
		said := false // an id alone is no event
		for lines := bufio.NewScanner(response.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch {
			case lines.Text() == "" && said:
				s.events <- e
				e, said = liveEvent{}, false
			case name == "id":
				e.id = value
			case name == "event":
				e.kind = value
			case name == "data":
				var m struct {
					Body string `json:"body"`
				}
				if said = json.Unmarshal([]byte(value), &m) == nil; said {
					e.body = m.Body
				}
			}
		}
	}()
	s.cut = func() {
		cancel()
		<-done
		_ = response.Body.Close()
		transport.CloseIdleConnections()
	}
	c.t.Cleanup(s.cut)
	return s
}

// next waits for the next event.
func (s *stream) next(t *testing.T) liveEvent {
	t.Helper()
	select {
	case e, ok := <-s.events:
		require.True(t, ok, "the stream has ended")
		return e
	case <-time.After(20 * time.Second):
		require.Fail(t, "nothing was heard for 20 s")
		return liveEvent{}
	}
}

// Whoever is cut off, again and again, and comes back with the last id that he saw, has heard of everything, in
// order, and once.
func TestMessageStreamLosesNothing(t *testing.T) {
	t.Parallel()
	const count = 60
	s := startService(t)
	p := newPeople(t, s)
	ann, bob := p.person("Ann"), p.person("Bob")
	live := bob.follow("")
	written := make(chan error, 1)
	go func() {
		for n := range count {
			a, err := ann.try(http.MethodPost, "/v1/messages", map[string]any{"to": bob.id, "body": fmt.Sprint(n)})
			if err == nil && a.Status != http.StatusCreated {
				err = fmt.Errorf("%d %s", a.Status, a.Body)
			}
			if err != nil {
				written <- err
				return
			}
		}
		written <- nil
	}()
	for n := range count {
		e := live.next(t)
		require.Equal(t, liveEvent{e.id, "received", fmt.Sprint(n)}, e)
		if n%7 == 3 {
			live.cut()
			live = bob.follow(e.id)
		}
	}
	require.NoError(t, <-written)
}

func TestMessageStreamTellsWhatHappens(t *testing.T) {
	t.Parallel()
	s := startService(t)
	p := newPeople(t, s)
	ann, bob := p.person("Ann"), p.person("Bob")
	hers, his := ann.follow(""), bob.follow("")
	id := ann.writes(bob.id, "", "One")
	kind := func(s *stream) string { return s.next(t).kind }
	assert.Equal(t, []string{"sent", "received"}, []string{kind(hers), kind(his)})
	ann.call(http.MethodPatch, "/v1/messages/"+id, map[string]any{"body": "Two"}).is(http.StatusOK)
	e := his.next(t)
	assert.Equal(t, []string{"edited", "edited", "Two"}, []string{kind(hers), e.kind, e.body})
	bob.call(http.MethodPost, "/v1/messages/"+id+"/read", nil).is(http.StatusNoContent)
	assert.Equal(t, []string{"read", "read"}, []string{kind(hers), kind(his)})
	bob.call(http.MethodDelete, "/v1/messages/"+id, nil).is(http.StatusNoContent)
	assert.Equal(t, "deleted", kind(his))
	ann.writes(bob.id, "", "Three")
	assert.Equal(t, []string{"sent", "received"}, []string{kind(hers), kind(his)}, "she has not heard that he deleted it")

	t.Run("it begins again after a restart", func(t *testing.T) {
		last := ann.writes(bob.id, "", "Four")
		seen := his.next(t)
		his.cut()
		hers.cut()
		s.restart()
		bob.call(http.MethodPost, "/v1/messages/"+last+"/read", nil).is(http.StatusNoContent)
		assert.Equal(t, "read", bob.follow(seen.id).next(t).kind)
	})
	t.Run("what is no id is refused", func(t *testing.T) {
		bob.in(t).call(http.MethodGet, "/v1/messages/stream", nil, header("Last-Event-ID", "yesterday")).refused(http.StatusBadRequest, "invalid-parameter")
	})
	t.Run("it ends with the session, and tells nothing more", func(t *testing.T) {
		live := bob.follow("")
		s.nobody().in(t).call(http.MethodPost, "/v1/logout", map[string]any{"refresh_token": bob.renew}).is(http.StatusNoContent)
		ann.in(t).writes(bob.id, "", "Not for who has signed out")
		select {
		case e, ok := <-live.events:
			assert.False(t, ok, "%+v", e)
		case <-time.After(20 * time.Second):
			assert.Fail(t, "the stream goes on")
		}
	})
}
