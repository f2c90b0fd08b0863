package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
)

// maxReason is the most letters of a reason that an operator gives.
const maxReason = 500

// ListDeadLetters implements api.StrictServerInterface.
func (h *Handlers) ListDeadLetters(ctx context.Context, r api.ListDeadLettersRequestObject) (api.ListDeadLettersResponseObject, error) {
	p, err := h.Page(ctx, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f := journal.LetterFilter{All: r.Params.All, Limit: p.Limit + 1}
	if p.Place != "" {
		if f.BeforeAt, f.Before, err = letterPlace(p.Place); err != nil {
			return nil, &request.Problem{Code: "invalid-cursor", Cause: err}
		}
	}
	rows, err := h.ports.DeadLetters.Letters(ctx, f)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	rows, more, next := handling.Turn(ctx, p, rows, func(l journal.Letter) string {
		return l.At.Format(time.RFC3339Nano) + " " + l.ID().String()
	})
	return api.ListDeadLetters200JSONResponse{Data: handling.Each(rows, letterOf), HasMore: more, NextCursor: next}, nil
}

// letterPlace reads where a page ended.
func letterPlace(text string) (at time.Time, id journal.LetterID, err error) {
	moment, name, _ := strings.Cut(text, " ")
	if at, err = time.Parse(time.RFC3339Nano, moment); err != nil {
		return at, id, err
	}
	id, err = journal.ParseLetterID(name)
	return at, id, err
}

// GetDeadLetter implements api.StrictServerInterface.
func (h *Handlers) GetDeadLetter(ctx context.Context, r api.GetDeadLetterRequestObject) (api.GetDeadLetterResponseObject, error) {
	id, err := letterID(r.ID)
	if err != nil {
		return nil, err
	}
	l, err := h.ports.DeadLetters.Letter(ctx, id)
	if err != nil {
		return nil, letterProblem(err)
	}
	shown := letterOf(l)
	// What is personal in a command, or an event, was sealed before it was sent; of one that cannot be read nobody knows.
	data := l.Command.Data
	if l.Event != nil {
		data = l.Event.Data
	}
	if l.Readable() && bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) && json.Valid(data) {
		if err := json.Unmarshal(data, &shown.Data); err != nil {
			return nil, err
		}
	}
	return api.GetDeadLetter200JSONResponse(shown), nil
}

// RequeueDeadLetter implements api.StrictServerInterface.
func (h *Handlers) RequeueDeadLetter(ctx context.Context, r api.RequeueDeadLetterRequestObject) (api.RequeueDeadLetterResponseObject, error) {
	shown, err := h.resolve(ctx, r.ID, journal.Requeued, r.Body)
	return api.RequeueDeadLetter200JSONResponse(shown), err
}

// DiscardDeadLetter implements api.StrictServerInterface.
func (h *Handlers) DiscardDeadLetter(ctx context.Context, r api.DiscardDeadLetterRequestObject) (api.DiscardDeadLetterResponseObject, error) {
	shown, err := h.resolve(ctx, r.ID, journal.Discarded, r.Body)
	return api.DiscardDeadLetter200JSONResponse(shown), err
}

func (h *Handlers) resolve(ctx context.Context, text string, as journal.Resolution, b *api.ResolveDeadLetter) (shown api.DeadLetter, err error) {
	why := strings.TrimSpace(b.Reason)
	if why == "" || len([]rune(why)) > maxReason {
		return shown, request.FieldProblem("invalid-field", "/reason", "want a reason of 1 to 500 characters")
	}
	id, err := letterID(text)
	if err != nil {
		return shown, err
	}
	l, err := h.ports.DeadLetters.Resolve(ctx, id, as, request.CallOf(ctx).Principal.Subject, why)
	if err != nil {
		return shown, letterProblem(err)
	}
	return letterOf(l), nil
}

func letterID(text string) (journal.LetterID, error) {
	id, err := journal.ParseLetterID(text)
	if err != nil {
		return id, request.ProblemOf(journal.ErrNoLetter)
	}
	return id, nil
}

// letterProblem is the answer to what went wrong with a dead letter.
func letterProblem(err error) error {
	if r := journal.AsRefusal(err); r != nil {
		return request.ProblemOf(r)
	}
	return takerProblem(err)
}

func letterOf(l journal.Letter) api.DeadLetter {
	shown := api.DeadLetter{
		ID: l.ID().String(), Kind: api.DeadLetterKindCommand, Type: l.Command.Type, Caller: l.Command.Actor, Status: api.DeadLetterStatusOpen, Reason: l.Reason,
		Bytes: len(l.Command.Data), CreatedAt: handling.Time(l.At),
	}
	if e := l.Event; e != nil {
		shown.Kind, shown.Type, shown.Bytes, shown.Taker = api.DeadLetterKindEvent, e.Type, e.Bytes, e.Taker.String()
		shown.EventID, shown.Position, shown.Tries, shown.NextTryAt = e.Place.Format("evt"), e.Place.Position(), e.Tries, handling.TimeIfAny(e.Next)
	}
	if l.Open() {
		return shown
	}
	shown.Status, shown.ResolvedAt = api.DeadLetterStatus(l.Resolution), handling.TimeIfAny(l.ResolvedAt)
	shown.ResolvedBy, shown.ResolutionReason = l.ResolvedBy, l.Why
	if !l.RequeuedAs.IsZero() {
		shown.RequeuedAs = l.RequeuedAs.String()
	}
	return shown
}
