package httpapi

import (
	"context"
	"errors"
	"fmt"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/messaging"
	messages "github.com/florinledger/florin/messaging/query"
	"github.com/florinledger/florin/users/seal"
)

// SendMessage implements api.StrictServerInterface. The answer says what the request said: that it is the
// same request, a repeat is held to, and what was sealed for another is not the writer's to open. It does not
// say what the writer is called, which may be something else when the request is repeated.
func (h *messagesHandlers) SendMessage(ctx context.Context, r api.SendMessageRequestObject) (api.SendMessageResponseObject, error) {
	from, to := callOf(ctx).principal.Subject, r.Body.To
	c := messaging.SendMessage{From: from, To: to, Kind: messaging.KindMessage, InReplyTo: r.Body.InReplyTo}
	if to == "" || to == from {
		c.To, c.Kind = from, messaging.KindNote
	}
	if err := malformed(messaging.CheckDraft(r.Body.Subject, r.Body.Body)); err != nil {
		return nil, err
	}
	o := order{commandType: messaging.CommandSendMessage, key: r.Params.IdempotencyKey}
	a, later, err := h.send(ctx, o, c, r.Body.Subject, r.Body.Body)
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.SendMessage202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	e, _, err := only[messaging.Sent](h.registry, a)
	if err != nil {
		return nil, err
	}
	m, err := messages.Show(e, from)
	if err != nil {
		return nil, err
	}
	callOf(ctx).setVersion(m.Version)
	return api.SendMessage201JSONResponse(messageOf(m, r.Body.Subject, r.Body.Body, nil)), nil
}

// send seals a message and has it sent. What cannot be sealed, because somebody is erased, may have been sent
// before: then the answer is the one of then.
func (h *messagesHandlers) send(ctx context.Context, o order, c messaging.SendMessage, subject, body string) (journal.Answer, *api.AcceptedJSONResponse, error) {
	sealed, err := h.sealMessage(ctx, c, subject, body)
	if refusal := journal.AsRefusal(err); refusal != nil {
		a, err := h.unsealable(ctx, o, refusal)
		return a, nil, err
	}
	if err != nil {
		return journal.Answer{}, nil, away(err)
	}
	c.Subject, c.Body, c.FromKey, c.ToKey = sealed.Subject, sealed.Body, sealed.FromKey, sealed.ToKey
	o.data = c
	return h.submit(ctx, o)
}

// sealMessage seals a message for both sides. Who is no service writes to nobody whose address is not confirmed:
// that somebody of an id is there would tell who registered with an address whether it was taken. It is asked
// first, so that the time does not tell either.
func (h *messagesHandlers) sealMessage(ctx context.Context, c messaging.SendMessage, subject, body string) (sealed messaging.Sealed, err error) {
	if c.Kind == messaging.KindMessage && !callOf(ctx).principal.Roles.Has(RoleService|RoleAdmin) {
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

// sentOf shows what a command sent, to who sent it: nobody else has anything to read there. A service is shown
// what it wrote without the texts, for which it has no key.
func (h *messagesHandlers) sentOf(ctx context.Context, a journal.Answer) (any, error) {
	e, body, err := only[messaging.Sent](h.registry, a)
	if err != nil || body.From != callOf(ctx).principal.Subject {
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
func (h *messagesHandlers) GetMessage(ctx context.Context, r api.GetMessageRequestObject) (api.GetMessageResponseObject, error) {
	m, err := h.message(ctx, r.ID, r.Params.AtLeast)
	if err != nil {
		return nil, err
	}
	shown, err := h.messagesOf(ctx, []messages.Message{m})
	if err != nil {
		return nil, err
	}
	callOf(ctx).setVersion(m.Version)
	return api.GetMessage200JSONResponse(shown[0]), nil
}

// message returns one of the caller's messages. Errors: a *Problem: message-not-found, and those of see.
func (h *messagesHandlers) message(ctx context.Context, id, atLeast string) (m messages.Message, err error) {
	if _, err := h.see(ctx, atLeast, messages.Messages); err != nil {
		return m, err
	}
	m, ok, err := h.ports.Messages.Message(ctx, callOf(ctx).principal.Subject, id)
	switch {
	case err != nil:
		return m, away(err)
	case !ok:
		return m, fromRefusal(messaging.ErrMessageNotFound)
	}
	return m, nil
}

// sent waits until a message can be read that was sent a moment ago, by way of another instance too: its id
// says where that stands. The text may be any.
func (h *messagesHandlers) sent(ctx context.Context, id string) error {
	var position int64
	if place, err := journal.ParsePlaceID("msg", id); err == nil {
		position = place.Position()
	}
	if _, err := h.Positions.Await(ctx, position, messages.Messages); err != nil && !errors.Is(err, query.ErrNotYetVisible) {
		return away(err)
	}
	return nil
}

// EditMessage implements api.StrictServerInterface.
func (h *messagesHandlers) EditMessage(ctx context.Context, r api.EditMessageRequestObject) (api.EditMessageResponseObject, error) {
	if err := malformed(messaging.CheckChange(r.Body.Subject, r.Body.Body)); err != nil {
		return nil, err
	}
	version, err := ifMatch(r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	by := callOf(ctx).principal.Subject
	if err := h.sent(ctx, r.ID); err != nil {
		return nil, err
	}
	m, err := h.message(ctx, r.ID, "")
	switch {
	case err != nil:
		return nil, err
	case m.From != by:
		return nil, fromRefusal(messaging.ErrNotAuthor)
	}
	c := messaging.EditMessage{By: by, MessageID: m.ID}
	if version != nil {
		c.Version = *version
	}
	if c.Subject, c.Body, err = h.ports.Sealer.Reseal(ctx, by, m.Key, r.Body.Subject, r.Body.Body); err != nil {
		return nil, unreadable(err)
	}
	a, _, err := h.submit(ctx, order{commandType: messaging.CommandEditMessage, data: c, waits: true})
	if err != nil {
		return nil, err
	}
	e, _, err := only[messaging.Edited](h.registry, a)
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
	callOf(ctx).setVersion(m.Version)
	return api.EditMessage200JSONResponse(shown[0]), nil
}

// DeleteMessage implements api.StrictServerInterface.
func (h *messagesHandlers) DeleteMessage(ctx context.Context, r api.DeleteMessageRequestObject) (api.DeleteMessageResponseObject, error) {
	c := messaging.DeleteMessage{By: callOf(ctx).principal.Subject, MessageID: r.ID}
	if _, _, err := h.submit(ctx, order{commandType: messaging.CommandDeleteMessage, data: c, waits: true}); err != nil {
		return nil, err
	}
	return api.DeleteMessage204Response{}, nil
}

// ReadMessage implements api.StrictServerInterface.
func (h *messagesHandlers) ReadMessage(ctx context.Context, r api.ReadMessageRequestObject) (api.ReadMessageResponseObject, error) {
	c := messaging.ReadMessage{By: callOf(ctx).principal.Subject, MessageID: r.ID}
	o := order{commandType: messaging.CommandReadMessage, data: c, key: r.Params.IdempotencyKey, waits: true}
	if _, _, err := h.submit(ctx, o); err != nil {
		return nil, err
	}
	return api.ReadMessage204Response{}, nil
}

// unreadable is the answer where a sealed text does not open: there is no key once the reader is erased,
// and for anything else something is broken.
func unreadable(err error) error {
	switch {
	case errors.Is(err, seal.ErrNoKey):
		return fromRefusal(messaging.ErrMessageNotFound)
	case errors.Is(err, seal.ErrUnreadable):
		return err
	}
	return away(err)
}
