package messages

import (
	"context"
	"errors"
	"fmt"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/messaging"
	messages "github.com/florinledger/florin/messaging/query"
	"github.com/florinledger/florin/users/seal"
)

// SendMessage implements api.StrictServerInterface. The answer says what the request said: that it is the
// same request, a repeat is held to, and what was sealed for another is not the writer's to open. It does not
// say what the writer is called, which may be something else when the request is repeated.
func (h *Handlers) SendMessage(ctx context.Context, r api.SendMessageRequestObject) (api.SendMessageResponseObject, error) {
	from, to := request.CallOf(ctx).Principal.Subject, r.Body.To
	c := messaging.SendMessage{From: from, To: to, Kind: messaging.KindMessage, InReplyTo: r.Body.InReplyTo}
	if to == "" || to == from {
		c.To, c.Kind = from, messaging.KindNote
	}
	if err := request.Malformed(messaging.CheckDraft(r.Body.Subject, r.Body.Body)); err != nil {
		return nil, err
	}
	o := handling.Order{CommandType: messaging.CommandSendMessage, Key: r.Params.IdempotencyKey}
	a, later, err := h.send(ctx, o, c, r.Body.Subject, r.Body.Body)
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.SendMessage202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	e, _, err := handling.Only[messaging.Sent](h.Registry, a)
	if err != nil {
		return nil, err
	}
	m, err := messages.Show(e, from)
	if err != nil {
		return nil, err
	}
	request.CallOf(ctx).SetVersion(m.Version)
	return api.SendMessage201JSONResponse(messageOf(m, r.Body.Subject, r.Body.Body, nil)), nil
}

// send seals a message and has it sent. What cannot be sealed, because somebody is erased, may have been sent
// before: then the answer is the one of then.
func (h *Handlers) send(ctx context.Context, o handling.Order, c messaging.SendMessage, subject, body string) (journal.Answer, *api.AcceptedJSONResponse, error) {
	sealed, err := h.sealMessage(ctx, c, subject, body)
	if refusal := journal.AsRefusal(err); refusal != nil {
		a, err := h.Unsealable(ctx, o, refusal)
		return a, nil, err
	}
	if err != nil {
		return journal.Answer{}, nil, request.Unavailable(err)
	}
	c.Subject, c.Body, c.FromKey, c.ToKey = sealed.Subject, sealed.Body, sealed.FromKey, sealed.ToKey
	o.Data = c
	return h.Submit(ctx, o)
}

// sealMessage seals a message for both sides. Who is no service writes to nobody whose address is not confirmed:
// that somebody of an id is there would tell who registered with an address whether it was taken. It is asked
// first, so that the time does not tell either.
func (h *Handlers) sealMessage(ctx context.Context, c messaging.SendMessage, subject, body string) (sealed messaging.Sealed, err error) {
	if c.Kind == messaging.KindMessage && !request.CallOf(ctx).Principal.Roles.Has(request.RoleService|request.RoleAdmin) {
		to, _, err := h.ports.Directory.User(ctx, c.To)
		if err != nil {
			return sealed, fmt.Errorf("read the recipient: %w", err)
		}
		if !to.Confirmed {
			return sealed, messaging.ErrRecipientNotFound.At("/to")
		}
	}
	return h.ports.Sealer.Seal(ctx, c.From, c.To, subject, body)
}

// SentOf shows what a command sent, to who sent it: nobody else has anything to read there. A service is shown
// what it wrote without the texts, for which it has no key.
func (h *Handlers) SentOf(ctx context.Context, a journal.Answer) (any, error) {
	e, body, err := handling.Only[messaging.Sent](h.Registry, a)
	if err != nil || body.From != request.CallOf(ctx).Principal.Subject {
		return nil, err
	}
	m, err := messages.Show(e, body.From)
	if err != nil {
		return nil, err
	}
	if m.Key != nil {
		return h.openMessage(ctx, m, nil)
	}
	return struct {
		api.Message
		Subject string `json:"subject,omitempty"`
		Body    string `json:"body,omitempty"`
	}{Message: messageOf(m, "", "", nil)}, nil
}

// GetMessage implements api.StrictServerInterface.
func (h *Handlers) GetMessage(ctx context.Context, r api.GetMessageRequestObject) (api.GetMessageResponseObject, error) {
	m, err := h.message(ctx, r.ID, r.Params.AtLeast)
	if err != nil {
		return nil, err
	}
	shown, err := h.messagesOf(ctx, []messages.Message{m})
	if err != nil {
		return nil, err
	}
	request.CallOf(ctx).SetVersion(m.Version)
	return api.GetMessage200JSONResponse(shown[0]), nil
}

// message returns one of the caller's messages. Errors: a *request.Problem: message-not-found, and those of See.
func (h *Handlers) message(ctx context.Context, id, atLeast string) (m messages.Message, err error) {
	if _, err := h.See(ctx, atLeast, messages.Messages); err != nil {
		return m, err
	}
	m, ok, err := h.ports.Messages.Message(ctx, request.CallOf(ctx).Principal.Subject, id)
	switch {
	case err != nil:
		return m, request.Unavailable(err)
	case !ok:
		return m, request.ProblemOf(messaging.ErrMessageNotFound)
	}
	return m, nil
}

// sent waits until a message can be read that was sent a moment ago, by way of another instance too: its id
// says where that stands. The text may be any.
func (h *Handlers) sent(ctx context.Context, id string) error {
	var position int64
	if place, err := journal.ParsePlaceID("msg", id); err == nil {
		position = place.Position()
	}
	if _, err := h.Positions.Await(ctx, position, messages.Messages); err != nil && !errors.Is(err, query.ErrNotYetVisible) {
		return request.Unavailable(err)
	}
	return nil
}

// EditMessage implements api.StrictServerInterface.
func (h *Handlers) EditMessage(ctx context.Context, r api.EditMessageRequestObject) (api.EditMessageResponseObject, error) {
	if err := request.Malformed(messaging.CheckChange(r.Body.Subject, r.Body.Body)); err != nil {
		return nil, err
	}
	version, err := request.IfMatch(r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	by := request.CallOf(ctx).Principal.Subject
	if err := h.sent(ctx, r.ID); err != nil {
		return nil, err
	}
	m, err := h.message(ctx, r.ID, "")
	switch {
	case err != nil:
		return nil, err
	case m.From != by:
		return nil, request.ProblemOf(messaging.ErrNotAuthor)
	}
	c := messaging.EditMessage{By: by, MessageID: m.ID}
	if version != nil {
		c.Version = *version
	}
	if c.Subject, c.Body, err = h.ports.Sealer.Reseal(ctx, by, m.Key, r.Body.Subject, r.Body.Body); err != nil {
		return nil, unreadable(err)
	}
	a, _, err := h.Submit(ctx, handling.Order{CommandType: messaging.CommandEditMessage, Data: c, Waits: true})
	if err != nil {
		return nil, err
	}
	e, _, err := handling.Only[messaging.Edited](h.Registry, a)
	if err != nil {
		return nil, err
	}
	if c.Subject != nil {
		m.Subject = c.Subject
	}
	if c.Body != nil {
		m.Body = c.Body
	}
	m.EditedAt, m.Edits, m.Version = e.RecordedAt, m.Edits+1, e.Position
	shown, err := h.messagesOf(ctx, []messages.Message{m})
	if err != nil {
		return nil, err
	}
	request.CallOf(ctx).SetVersion(m.Version)
	return api.EditMessage200JSONResponse(shown[0]), nil
}

// DeleteMessage implements api.StrictServerInterface.
func (h *Handlers) DeleteMessage(ctx context.Context, r api.DeleteMessageRequestObject) (api.DeleteMessageResponseObject, error) {
	c := messaging.DeleteMessage{By: request.CallOf(ctx).Principal.Subject, MessageID: r.ID}
	if _, _, err := h.Submit(ctx, handling.Order{CommandType: messaging.CommandDeleteMessage, Data: c, Waits: true}); err != nil {
		return nil, err
	}
	return api.DeleteMessage204Response{}, nil
}

// ReadMessage implements api.StrictServerInterface.
func (h *Handlers) ReadMessage(ctx context.Context, r api.ReadMessageRequestObject) (api.ReadMessageResponseObject, error) {
	c := messaging.ReadMessage{By: request.CallOf(ctx).Principal.Subject, MessageID: r.ID}
	o := handling.Order{CommandType: messaging.CommandReadMessage, Data: c, Key: r.Params.IdempotencyKey, Waits: true}
	if _, _, err := h.Submit(ctx, o); err != nil {
		return nil, err
	}
	return api.ReadMessage204Response{}, nil
}

// unreadable is the answer where a sealed text does not open: there is no key once the reader is erased,
// and for anything else something is broken.
func unreadable(err error) error {
	switch {
	case errors.Is(err, seal.ErrNoKey):
		return request.ProblemOf(messaging.ErrMessageNotFound)
	case errors.Is(err, seal.ErrUnreadable):
		return err
	}
	return request.Unavailable(err)
}
