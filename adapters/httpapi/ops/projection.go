package ops

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/query"
)

// ListProjections implements api.StrictServerInterface.
func (h *Handlers) ListProjections(ctx context.Context, _ api.ListProjectionsRequestObject) (api.ListProjectionsResponseObject, error) {
	list, err := h.ports.Projections.Projections(ctx)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	out := api.ListProjections200JSONResponse{Data: make([]api.Projection, 0, len(list))}
	for i := range list {
		out.Data = append(out.Data, projectionOf(&list[i]))
	}
	return out, nil
}

// GetProjection implements api.StrictServerInterface.
func (h *Handlers) GetProjection(ctx context.Context, r api.GetProjectionRequestObject) (api.GetProjectionResponseObject, error) {
	p, err := h.projection(ctx, r.Name)
	return api.GetProjection200JSONResponse(p), err
}

// RebuildProjection implements api.StrictServerInterface.
func (h *Handlers) RebuildProjection(ctx context.Context, r api.RebuildProjectionRequestObject) (api.RebuildProjectionResponseObject, error) {
	p, err := h.changed(ctx, r.Name, h.ports.Control.Rebuild(ctx, r.Name, r.Body.Compare, request.CallOf(ctx).Principal.Subject))
	return api.RebuildProjection202JSONResponse(p), err
}

// PauseProjection implements api.StrictServerInterface.
func (h *Handlers) PauseProjection(ctx context.Context, r api.PauseProjectionRequestObject) (api.PauseProjectionResponseObject, error) {
	if err := request.Malformed(wrongReason(r.Body.Reason)); err != nil {
		return nil, err
	}
	p, err := h.changed(ctx, r.Name, h.ports.Control.Pause(ctx, r.Name, r.Body.Reason, request.CallOf(ctx).Principal.Subject))
	return api.PauseProjection200JSONResponse(p), err
}

// ResumeProjection implements api.StrictServerInterface.
func (h *Handlers) ResumeProjection(ctx context.Context, r api.ResumeProjectionRequestObject) (api.ResumeProjectionResponseObject, error) {
	p, err := h.changed(ctx, r.Name, h.ports.Control.Resume(ctx, r.Name))
	return api.ResumeProjection200JSONResponse(p), err
}

// SkipProjectionEvent implements api.StrictServerInterface.
func (h *Handlers) SkipProjectionEvent(ctx context.Context, r api.SkipProjectionEventRequestObject) (api.SkipProjectionEventResponseObject, error) {
	if err := wrongSkip(r.Body); err != nil {
		return nil, err
	}
	p, err := h.changed(ctx, r.Name, h.ports.Control.Skip(ctx, r.Name, r.Body.Position, r.Body.Reason, request.CallOf(ctx).Principal.Subject))
	return api.SkipProjectionEvent200JSONResponse(p), err
}

// wrongSkip says what is wrong with a request to pass an event by.
func wrongSkip(b *api.SkipEvent) error {
	wrong := wrongReason(b.Reason)
	if b.Position < 1 {
		wrong = append(wrong, request.FieldError{Pointer: "/position", Detail: "must be the number of an event, from 1 on"})
	}
	return request.Malformed(wrong)
}

func wrongReason(reason string) []request.FieldError {
	if n := utf8.RuneCountInString(reason); strings.TrimSpace(reason) == "" || n > MaxReason {
		return []request.FieldError{{Pointer: "/reason", Detail: "must say why, in at most 500 characters"}}
	}
	return nil
}

// changed returns a projection after something was done to it, or what that was refused for.
func (h *Handlers) changed(ctx context.Context, name string, err error) (api.Projection, error) {
	if err != nil {
		return api.Projection{}, takerProblem(err)
	}
	return h.projection(ctx, name)
}

func (h *Handlers) projection(ctx context.Context, name string) (api.Projection, error) {
	p, err := h.ports.Projections.Projection(ctx, name)
	if err != nil {
		return api.Projection{}, takerProblem(err)
	}
	return projectionOf(&p), nil
}

// takerProblem says what an error of who looks after projections, or reactors, is answered with.
func takerProblem(err error) error {
	for _, known := range []struct {
		is   error
		code string
	}{
		{query.ErrNoProjection, "projection-not-found"},
		{query.ErrRebuilding, "projection-rebuilding"},
		{query.ErrMoneyProjection, "projection-of-money"},
		{query.ErrNotStuck, "projection-not-stuck"},
		{query.ErrNotBuilt, "projection-not-built"},
		{query.ErrNoReactor, "reactor-not-found"},
		{query.ErrVitalReactor, "reactor-vital"},
		{query.ErrReactorNotStuck, "reactor-not-stuck"},
	} {
		if errors.Is(err, known.is) {
			return request.NewProblem(known.code, "")
		}
	}
	return request.Unavailable(err)
}
