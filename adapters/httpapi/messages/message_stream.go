package messages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
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
	owner := request.CallOf(ctx).Principal.Subject
	watch, leave, ok := h.ports.Mailboxes.watch(owner)
	if !ok {
		return nil, request.NewProblem("too-many-requests", "there are %d streams of these messages already", MaxStreams)
	}
	return &messageStream{h: h, ctx: ctx, owner: owner, after: after, watch: watch, leave: leave}, nil
}

// streamFrom returns the position after which a stream begins: that of the last event that was seen, or now.
func (h *Handlers) streamFrom(ctx context.Context, lastEventID string) (int64, error) {
	if lastEventID == "" {
		return h.See(ctx, "", messages.Messages)
	}
	seen, err := journal.ParseToken(lastEventID)
	if err != nil || seen.Shard != handling.MainShard {
		return 0, request.NewProblem("invalid-parameter", "Last-Event-ID is no id of this stream")
	}
	at, err := h.Positions.Await(ctx, 0, messages.Messages)
	if err != nil {
		return 0, request.Unavailable(err)
	}
	return h.streamOn(ctx, seen.Position, at)
}

// streamOn returns where a stream goes on that has told of what was up to after, while the projection is at
// another position. One that is behind, since it is built anew, will come there. But where the journal has
// lost what was told, all that comes now is new.
func (h *Handlers) streamOn(ctx context.Context, after, at int64) (int64, error) {
	if after <= at {
		return after, nil
	}
	events, err := h.Journal.EventsAt(ctx, handling.MainShard, []int64{after})
	if err != nil {
		return 0, request.Unavailable(err)
	}
	if len(events) == 0 {
		return at, nil
	}
	return after, nil
}

// messageStream is the answer that does not end: the changes of a mailbox, in order, as server-sent events.
type messageStream struct {
	h     *Handlers
	ctx   context.Context //nolint:containedctx // the generated interface hands none to the answer
	owner string
	after int64 // the position of the last change that was sent
	// looked is where the projection was at the last look: nothing is new while it stays there.
	looked int64
	watch  *watcher
	leave  func()
}

// VisitStreamMessagesResponse implements api.StreamMessagesResponseObject. It ends when the client is gone,
// when the server drains, or when the caller may not read any more.
func (s *messageStream) VisitStreamMessagesResponse(w http.ResponseWriter) error {
	defer s.leave()
	err := s.follow(handling.NewEventWriter(w, request.CallOf(s.ctx).Draining))
	if s.ctx.Err() == nil && !errors.Is(err, handling.ErrClientGone) && !errors.Is(err, handling.ErrDraining) {
		// There is no answer left to give: the client comes back with its Last-Event-ID.
		s.h.Log.InfoContext(s.ctx, "a stream of messages ends", "principal", s.owner, "error", err)
	}
	return nil
}

// follow sends what happens until something ends the stream, which it returns.
func (s *messageStream) follow(out *handling.EventWriter) error {
	cl := request.CallOf(s.ctx)
	heartbeat, poll := time.NewTicker(handling.StreamHeartbeat), time.NewTicker(streamPoll)
	defer heartbeat.Stop()
	defer poll.Stop()
	// An id without data is no event, but a client that is cut off before there is one comes back with it.
	if err := out.Write(": Florin\nid: " + handling.Position(s.after) + "\n\n"); err != nil {
		return err
	}
	for {
		more, err := s.send(out)
		if err != nil {
			return err
		}
		if more {
			continue
		}
		select {
		case <-s.watch.woken:
		case <-poll.C: // what the bus does not tell of is in the database all the same
		case <-heartbeat.C:
			if err := out.Write(": still here\n\n"); err != nil {
				return err
			}
		case <-cl.Draining:
			return handling.ErrDraining
		case <-s.ctx.Done():
			return s.ctx.Err()
		}
	}
}

// send sends a page of what happened since the last look, if the caller may still read it; more says that
// there may be another. What the bus told of is waited for: it tells of an event when that is published,
// which is mostly before it can be read.
func (s *messageStream) send(out *handling.EventWriter) (more bool, err error) {
	if err := request.CallOf(s.ctx).AdmitAgain(s.ctx); err != nil {
		return false, err
	}
	at, err := s.h.Positions.Await(s.ctx, s.watch.told.Load(), messages.Messages)
	if err != nil && !errors.Is(err, query.ErrNotYetVisible) {
		return false, err
	}
	if at == s.looked {
		return false, nil
	}
	if s.after, err = s.h.streamOn(s.ctx, s.after, at); err != nil {
		return false, err
	}
	changes, err := s.h.ports.Messages.Since(s.ctx, s.owner, s.after, StreamPage)
	if err != nil {
		return false, err
	}
	if err := s.sendAll(out, changes); err != nil {
		return false, err
	}
	if len(changes) == StreamPage {
		return true, nil
	}
	s.looked = at
	return false, nil
}

func (s *messageStream) sendAll(out *handling.EventWriter, changes []messages.Change) error {
	var rows []messages.Message
	for _, c := range changes {
		if c.Message != nil {
			rows = append(rows, *c.Message)
		}
	}
	names, err := s.h.namesOf(s.ctx, rows)
	if err != nil {
		return err
	}
	for _, c := range changes {
		text, err := s.event(c, names)
		if err != nil {
			return err
		}
		if err := out.Write(text); err != nil {
			return err
		}
		s.after = c.Position
	}
	return nil
}

// event is a change as it is sent: with the message, or its id where the caller has it no more.
func (s *messageStream) event(c messages.Change, names map[string]string) (string, error) {
	var data any = struct {
		ID string `json:"id"`
	}{c.MessageID}
	if c.Message != nil {
		shown, err := s.h.openMessage(s.ctx, *c.Message, names)
		if err != nil {
			return "", err
		}
		data = shown
	}
	text, err := json.Marshal(data) // on one line, as an event's data must be
	return fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", handling.Position(c.Position), c.Type, text), err
}
