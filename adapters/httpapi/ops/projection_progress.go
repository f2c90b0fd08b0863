package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/query"
)

// FollowProjection implements api.StrictServerInterface.
func (h *Handlers) FollowProjection(ctx context.Context, r api.FollowProjectionRequestObject) (api.FollowProjectionResponseObject, error) {
	p, err := h.ports.Projections.Projection(ctx, r.Name)
	if err != nil {
		return nil, takerProblem(err)
	}
	return &projectionProgress{h: h, ctx: ctx, first: p}, nil
}

// projectionProgress is the answer that goes on as long as a rebuild does.
type projectionProgress struct {
	h     *Handlers
	ctx   context.Context //nolint:containedctx // the generated interface hands none to the answer
	first query.Projection
}

// VisitFollowProjectionResponse implements api.FollowProjectionResponseObject.
func (s *projectionProgress) VisitFollowProjectionResponse(w http.ResponseWriter) error {
	err := s.follow(handling.NewEventWriter(w, request.CallOf(s.ctx).Draining))
	if err != nil && s.ctx.Err() == nil && !errors.Is(err, handling.ErrClientGone) && !errors.Is(err, handling.ErrDraining) {
		// There is no answer left to give.
		s.h.Log.InfoContext(s.ctx, "a stream of a rebuild ends", "projection", s.first.Name, "error", err)
	}
	return nil
}

// follow sends how far it is until it is finished.
func (s *projectionProgress) follow(out *handling.EventWriter) error {
	poll := time.NewTicker(progressPoll)
	defer poll.Stop()
	var sent []byte
	said := time.Now()
	for p := s.first; ; {
		name := "progress"
		if p.Rebuild == nil || p.Rebuild.Finished() {
			name = "done"
		}
		data, err := json.Marshal(projectionOf(&p)) // on one line, as an event's data must be
		if err != nil {
			return err
		}
		text := ""
		switch {
		case name == "done" || !bytes.Equal(data, sent):
			text, sent = fmt.Sprintf("event: %s\ndata: %s\n\n", name, data), data
		case time.Since(said) >= handling.StreamHeartbeat:
			text = ": still here\n\n"
		}
		if text != "" {
			if err := out.Write(text); err != nil {
				return err
			}
			said = time.Now()
		}
		if name == "done" {
			return nil
		}
		select {
		case <-poll.C:
		case <-request.CallOf(s.ctx).Draining:
			return handling.ErrDraining
		case <-s.ctx.Done():
			return s.ctx.Err()
		}
		if err := request.CallOf(s.ctx).AdmitAgain(s.ctx); err != nil {
			return err
		}
		if p, err = s.h.ports.Projections.Projection(s.ctx, p.Name); err != nil {
			return err
		}
	}
}

var _ api.FollowProjectionResponseObject = (*projectionProgress)(nil)
