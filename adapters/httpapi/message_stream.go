package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	messages "github.com/florinledger/florin/messaging/query"
)

// StreamMessages implements api.StrictServerInterface.
func (h *Handlers) StreamMessages(ctx context.Context, r api.StreamMessagesRequestObject) (api.StreamMessagesResponseObject, error) {
	after, err := h.streamFrom(ctx, r.Params.LastEventID)
	if err != nil {
		return nil, err
	}
	owner := callOf(ctx).principal.Subject
	wake, leave, ok := h.ports.Mailboxes.Watch(owner)
	if !ok {
		return nil, newProblem("too-many-requests", "there are %d streams of these messages already", MaxStreams)
	}
	return &messageStream{h: h, ctx: ctx, owner: owner, after: after, wake: wake, leave: leave}, nil
}

// streamFrom returns the position after which a stream begins: that of the last event that was seen, or now.
// What was seen may be ahead of what this instance has heard of its own projections, which it waits for; an
// id that does not come to lie behind is of a journal that lost it, and what comes now is new.
func (h *Handlers) streamFrom(ctx context.Context, lastEventID string) (int64, error) {
	if lastEventID == "" {
		return h.see(ctx, "", messages.Messages)
	}
	seen, err := journal.ParseToken(lastEventID)
	if err != nil || seen.Shard != mainShard {
		return 0, newProblem("invalid-parameter", "Last-Event-ID is no id of this stream")
	}
	at, err := h.ports.Positions.Await(ctx, seen.Position, messages.Messages)
	if err != nil && !errors.Is(err, query.ErrNotYetVisible) {
		return 0, away(err)
	}
	return min(at, seen.Position), nil
}

// messageStream is the answer that does not end: the changes of a mailbox, in order, as server-sent events.
type messageStream struct {
	h     *Handlers
	ctx   context.Context //nolint:containedctx // the generated interface hands none to the answer
	owner string
	after int64 // the position of the last change that was sent
	wake  <-chan struct{}
	leave func()
}

// VisitStreamMessagesResponse implements api.StreamMessagesResponseObject. It ends when the client is gone,
// when the server drains, or when the caller may not read any more.
func (s *messageStream) VisitStreamMessagesResponse(w http.ResponseWriter) error {
	defer s.leave()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would keep events back
	w.WriteHeader(http.StatusOK)
	out := &eventWriter{w: w, control: http.NewResponseController(w)}
	err := s.follow(out)
	if err != nil && s.ctx.Err() == nil && !errors.Is(err, errClientGone) {
		// There is no answer left to give: the client comes back with its Last-Event-ID.
		s.h.log.InfoContext(s.ctx, "a stream of messages ends", "principal", s.owner, "error", err)
	}
	return nil
}

// follow sends what happens until something ends the stream.
func (s *messageStream) follow(out *eventWriter) error {
	cl := callOf(s.ctx)
	heartbeat, poll := time.NewTicker(streamHeartbeat), time.NewTicker(streamPoll)
	defer heartbeat.Stop()
	defer poll.Stop()
	if err := out.write(": Florin\n\n"); err != nil {
		return err
	}
	for {
		if err := s.send(out); err != nil {
			return err
		}
		select {
		case <-s.wake:
		case <-poll.C: // what the bus does not tell of is in the database all the same
		case <-heartbeat.C:
			if err := cl.admitAgain(s.ctx); err != nil {
				return err
			}
			if err := out.write(": still here\n\n"); err != nil {
				return err
			}
		case <-cl.draining:
			return nil
		case <-s.ctx.Done():
			return nil
		}
	}
}

// send sends everything that happened since the last look.
func (s *messageStream) send(out *eventWriter) error {
	for {
		changes, err := s.h.ports.Messages.Since(s.ctx, s.owner, s.after, streamPage)
		if err != nil {
			return err
		}
		for i := range changes {
			if err := s.sendOne(out, &changes[i]); err != nil {
				return err
			}
			s.after = changes[i].Position
		}
		if len(changes) < streamPage {
			return nil
		}
	}
}

func (s *messageStream) sendOne(out *eventWriter, c *messages.Change) error {
	var data any = struct {
		ID string `json:"id"`
	}{c.MessageID}
	if c.Message != nil && c.Type != messages.ChangeDeleted {
		shown, err := s.h.messagesOf(s.ctx, []messages.Message{*c.Message})
		if err != nil {
			return err
		}
		data = shown[0]
	}
	text, err := json.Marshal(data) // on one line, as an event's data must be
	if err != nil {
		return err
	}
	return out.write(fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", positionText(c.Position), c.Type, text))
}

// errClientGone says that nobody reads the stream any more.
var errClientGone = errors.New("the client is gone")

// eventWriter writes events and sees that they leave. A client that takes nothing is given up.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (o *eventWriter) write(text string) error {
	err := o.control.SetWriteDeadline(time.Now().Add(streamWriteTimeout))
	if err == nil {
		_, err = o.w.Write([]byte(text))
	}
	if err == nil {
		err = o.control.Flush()
	}
	if err != nil {
		return errors.Join(errClientGone, err)
	}
	return nil
}
