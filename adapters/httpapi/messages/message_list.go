package messages

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	messages "github.com/florinledger/florin/messaging/query"
	"github.com/florinledger/florin/users/seal"
)

// ListMessages implements api.StrictServerInterface.
func (h *Handlers) ListMessages(ctx context.Context, r api.ListMessagesRequestObject) (api.ListMessagesResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	p.Limit = min(p.Limit, MaxMessages)
	owner := request.CallOf(ctx).Principal.Subject
	f := messages.Filter{
		Owner: owner, Box: messages.Box(r.Params.Box), Unread: r.Params.Unread, With: r.Params.With, ThreadID: r.Params.ThreadID,
		Words: r.Params.Q, From: r.Params.From, Until: r.Params.Until, Limit: p.Limit + 1,
	}
	if p.Place != "" {
		if f.After, err = strconv.ParseInt(p.Place, 10, 64); err != nil {
			return nil, &request.Problem{Code: "invalid-cursor", Cause: err}
		}
	}
	if f.UpTo, err = h.See(ctx, r.Params.AtLeast, messages.Messages); err != nil {
		return nil, err
	}
	if f.Words != "" {
		f.Key, err = h.ports.Sealer.SearchKey(ctx, owner)
		if errors.Is(err, seal.ErrNoKey) { // no person, who has no messages
			return api.ListMessages200JSONResponse{Data: []api.Message{}}, nil
		}
		if err != nil {
			return nil, request.Unavailable(err)
		}
	}
	rows, err := h.ports.Messages.Messages(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(m messages.Message) string { return strconv.FormatInt(m.Position, 10) })
	data, err := h.messagesOf(ctx, rows)
	return api.ListMessages200JSONResponse{Data: data, HasMore: more, NextCursor: next}, err
}

// CountUnreadMessages implements api.StrictServerInterface.
func (h *Handlers) CountUnreadMessages(ctx context.Context, r api.CountUnreadMessagesRequestObject) (api.CountUnreadMessagesResponseObject, error) {
	if _, err := h.See(ctx, r.Params.AtLeast, messages.Messages); err != nil {
		return nil, err
	}
	n, more, err := h.ports.Messages.Unread(ctx, request.CallOf(ctx).Principal.Subject)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	return api.CountUnreadMessages200JSONResponse{Unread: n, More: more}, nil
}

// ListMessageHistory implements api.StrictServerInterface.
func (h *Handlers) ListMessageHistory(ctx context.Context, r api.ListMessageHistoryRequestObject) (api.ListMessageHistoryResponseObject, error) {
	m, err := h.message(ctx, r.ID, r.Params.AtLeast)
	if err != nil {
		return nil, err
	}
	owner := request.CallOf(ctx).Principal.Subject
	revisions, err := h.ports.Messages.History(ctx, owner, m.ID)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	out := make([]api.MessageEdition, 0, len(revisions))
	for _, revision := range revisions {
		subject, body, err := h.ports.Sealer.Open(ctx, owner, revision.Key, revision.Subject, revision.Body)
		if err != nil {
			return nil, unreadable(err)
		}
		out = append(out, api.MessageEdition{Subject: subject, Body: body, WrittenAt: handling.Time(revision.WrittenAt), ReplacedAt: handling.Time(revision.ReplacedAt)})
	}
	return api.ListMessageHistory200JSONResponse{Data: out}, nil
}

// messagesOf opens messages for the caller, in the order given.
func (h *Handlers) messagesOf(ctx context.Context, rows []messages.Message) ([]api.Message, error) {
	names, err := h.namesOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	out := make([]api.Message, 0, len(rows))
	for _, m := range rows {
		shown, err := h.openMessage(ctx, m, names)
		if err != nil {
			return nil, err
		}
		out = append(out, shown)
	}
	return out, nil
}

// openMessage opens a message for the caller.
func (h *Handlers) openMessage(ctx context.Context, m messages.Message, names map[string]string) (api.Message, error) {
	subject, body, err := h.ports.Sealer.Open(ctx, request.CallOf(ctx).Principal.Subject, m.Key, m.Subject, m.Body)
	if err != nil {
		return api.Message{}, unreadable(err)
	}
	return messageOf(m, subject, body, names), nil
}

// namesOf returns what the writers of messages want to be called, by their ids.
func (h *Handlers) namesOf(ctx context.Context, rows []messages.Message) (map[string]string, error) {
	writers := map[string]struct{}{}
	for _, m := range rows {
		writers[m.From] = struct{}{}
	}
	if len(writers) == 0 {
		return map[string]string{}, nil
	}
	names, err := h.ports.Names.Names(ctx, slices.Collect(maps.Keys(writers)))
	if err != nil {
		return nil, request.Unavailable(err)
	}
	return names, nil
}

// messageOf shows a message.
func messageOf(m messages.Message, subject, body string, names map[string]string) api.Message {
	out := api.Message{
		ID: m.ID, Kind: api.MessageKind(m.Kind), From: m.From, FromName: names[m.From], To: m.To, Subject: subject, Body: body,
		ThreadID: m.ThreadID, InReplyTo: m.InReplyTo, Topic: m.Topic, About: m.About, Edits: m.Edits,
		CreatedAt: handling.Time(m.CreatedAt), Version: m.Version,
	}
	if !m.ReadAt.IsZero() {
		out.ReadAt = handling.Time(m.ReadAt)
	}
	if !m.EditedAt.IsZero() {
		out.EditedAt = handling.Time(m.EditedAt)
	}
	return out
}
