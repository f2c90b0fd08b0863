package httpapi

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/messaging/query"
	"github.com/florinledger/florin/users"
)

// mailroom is the read model of messages, which the house is as far behind as it lags.
type mailroom struct{ *house }

// mailbox is what somebody has, and what happened there.
type mailbox struct {
	messages  []query.Message // in the order in which they were sent
	changes   []query.Change
	revisions map[string][]query.Revision
}

func (b *mailbox) find(id string) *query.Message {
	if i := slices.IndexFunc(b.messages, func(m query.Message) bool { return m.ID == id }); i >= 0 {
		return &b.messages[i]
	}
	return nil
}

// of works out somebody's mailbox from the facts.
func (r mailroom) of(owner string) *mailbox {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := &mailbox{revisions: map[string][]query.Revision{}}
	events := r.bench.Events()
	for _, e := range events[:max(0, len(events)-int(r.lag))] {
		if gone, ok := e.Body.(users.Erased); ok && gone.UserID == owner {
			return &mailbox{}
		}
		if messaging.IsType(e.Type) {
			b.apply(e, owner)
		}
	}
	for i := range b.changes {
		b.changes[i].Message = b.find(b.changes[i].MessageID)
	}
	return b
}

func (b *mailbox) apply(e *journal.Event, owner string) {
	id := strings.TrimPrefix(e.Stream, "message/")
	m := b.find(id)
	told := func(kind query.ChangeType) {
		b.changes = append(b.changes, query.Change{Position: e.Position, Type: kind, MessageID: id, At: e.RecordedAt})
	}
	if body, ok := e.Body.(messaging.Sent); ok {
		sent, err := query.Show(e, owner)
		if err != nil || sent.Key == nil {
			return
		}
		b.messages = append(b.messages, sent)
		if body.From != owner {
			told(query.ChangeReceived)
		} else {
			told(query.ChangeSent)
		}
		return
	}
	if m == nil {
		return
	}
	switch body := e.Body.(type) {
	case messaging.Edited:
		b.revisions[id] = append(b.revisions[id], query.Revision{Subject: m.Subject, Body: m.Body, Key: m.Key, WrittenAt: m.CreatedAt, ReplacedAt: e.RecordedAt})
		if body.Subject != nil {
			m.Subject = body.Subject
		}
		if body.Body != nil {
			m.Body = body.Body
		}
		m.Edits, m.EditedAt, m.Version = m.Edits+1, e.RecordedAt, e.Position
		told(query.ChangeEdited)
	case messaging.Read:
		m.ReadAt, m.Version = e.RecordedAt, e.Position
		told(query.ChangeRead)
	case messaging.Deleted:
		if body.By == owner {
			b.messages = slices.DeleteFunc(b.messages, func(m query.Message) bool { return m.ID == id })
			told(query.ChangeDeleted)
		}
	}
}

func (r mailroom) Message(_ context.Context, owner, id string) (m query.Message, ok bool, err error) {
	if found := r.of(owner).find(id); found != nil {
		return *found, true, r.fault()
	}
	return m, false, r.fault()
}

// Messages finds texts as they stand, without their endings.
func (r mailroom) Messages(ctx context.Context, f query.Filter) (out []query.Message, err error) {
	for _, m := range slices.Backward(r.of(f.Owner).messages) {
		subject, body, err := r.sealer.Open(ctx, f.Owner, m.Key, m.Subject, m.Body)
		if err != nil {
			return nil, err
		}
		box, with := query.Inbox, m.From
		switch {
		case m.Kind == messaging.KindNote:
			box = query.Notes
		case m.From == f.Owner:
			box, with = query.Sent, m.To
		}
		if (f.Box == "" || f.Box == box) && (f.With == "" || f.With == with) && (f.ThreadID == "" || f.ThreadID == m.ThreadID) &&
			(!f.Unread || box == query.Inbox && m.ReadAt.IsZero()) && strings.Contains(subject+" "+body, f.Words) &&
			(f.After == 0 || m.Position < f.After) && m.Position <= f.UpTo &&
			!m.CreatedAt.Before(f.From) && (f.Until.IsZero() || m.CreatedAt.Before(f.Until)) {
			out = append(out, m)
		}
	}
	return out[:min(f.Limit, len(out))], r.fault()
}

func (r mailroom) Unread(_ context.Context, owner string) (n int, more bool, err error) {
	for _, m := range r.of(owner).messages {
		if m.To == owner && m.ReadAt.IsZero() {
			n++
		}
	}
	return n, false, r.fault()
}

func (r mailroom) History(_ context.Context, owner, id string) ([]query.Revision, error) {
	revisions := r.of(owner).revisions[id]
	slices.Reverse(revisions)
	return revisions, r.fault()
}

func (r mailroom) Since(_ context.Context, owner string, position int64, limit int) ([]query.Change, error) {
	changes := slices.DeleteFunc(r.of(owner).changes, func(c query.Change) bool { return c.Position <= position })
	return changes[:min(limit, len(changes))], r.fault()
}

// Names implements Names, for those of the lobby.
func (r mailroom) Names(ctx context.Context, ids []string) (map[string]string, error) {
	r.mu.Lock()
	r.namings++
	r.mu.Unlock()
	out := map[string]string{}
	for _, id := range ids {
		u, _, ok, err := readUsers(r).User(ctx, id)
		if err != nil {
			return nil, err
		}
		if !ok || u.Name == nil || u.Status == users.StatusErased {
			continue
		}
		key, err := r.lobby.vault.Key(ctx, id)
		if err != nil {
			return nil, err
		}
		name, err := key.Open(users.LabelName, u.Name)
		if err != nil {
			return nil, err
		}
		out[id] = string(name)
	}
	return out, r.fault()
}

// authenticate believes tokens by their names, but those that are over.
func (h *house) authenticate(ctx context.Context, token string) (request.Principal, error) {
	h.mu.Lock()
	over := slices.Contains(h.over, token)
	h.mu.Unlock()
	if over {
		return request.Principal{}, request.ErrUnauthenticated
	}
	return authenticateByName(ctx, token)
}

// tell is the bus: it tells of the last event.
func (h *house) tell(owners ...string) {
	h.mailboxes.Wake(h.head(), owners...)
}

func (h *house) head() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return int64(len(h.bench.Events()))
}

// behind sets by how many events the projections lag.
func (h *house) behind(events int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lag = events
}

// live is a stream of messages as it arrives: what is between two empty lines, one by one. It is closed when the
// stream ends.
type live struct {
	t      *testing.T
	frames chan string
	cut    func()
}

// follow opens a stream of a person's messages.
func (h *house) follow(who, after string) *live {
	h.t.Helper()
	server := httptest.NewServer(h.server)
	h.t.Cleanup(server.Close)
	return followAt(h.t, server.URL, who, after)
}

func followAt(t *testing.T, url, who, after string) *live {
	t.Helper()
	ctx, cut := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/v1/messages/stream", http.NoBody)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+who)
	if after != "" {
		req.Header.Set("Last-Event-ID", after)
	}
	transport := &http.Transport{}
	res, err := transport.RoundTrip(req) //nolint:bodyclose // below, when it is cut
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	l := &live{t: t, frames: make(chan string, 1000)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(l.frames)
		var lines []string
		for text := bufio.NewScanner(res.Body); text.Scan(); {
			if text.Text() != "" {
				lines = append(lines, text.Text())
				continue
			}
			l.frames <- strings.Join(lines, "\n")
			lines = nil
		}
	}()
	l.cut = func() {
		cut()
		<-done
		_ = res.Body.Close()
		transport.CloseIdleConnections()
	}
	t.Cleanup(l.cut)
	return l
}

var errNoFrame = errors.New("the stream has ended")

// next waits for what comes next.
func (l *live) next() (string, error) {
	l.t.Helper()
	select {
	case frame, ok := <-l.frames:
		if !ok {
			return "", errNoFrame
		}
		return frame, nil
	case <-time.After(waitFor):
		require.Fail(l.t, "nothing came")
		return "", nil
	}
}

// is waits for a frame with an id and a type; an empty type is of no event.
func (l *live) is(id, kind, says string) {
	l.t.Helper()
	frame, err := l.next()
	require.NoError(l.t, err)
	if kind == "" {
		require.Equal(l.t, ": Florin\nid: "+id, frame)
		return
	}
	require.Contains(l.t, frame, "id: "+id+"\nevent: "+kind+"\ndata: {")
	require.Contains(l.t, frame, says)
}

// ends waits for the end of the stream, before which nothing comes.
func (l *live) ends() {
	l.t.Helper()
	frame, err := l.next()
	require.ErrorIs(l.t, err, errNoFrame, "%s", frame)
}
