package ops

import (
	"context"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/query"
)

// ListReactors implements api.StrictServerInterface.
func (h *Handlers) ListReactors(ctx context.Context, _ api.ListReactorsRequestObject) (api.ListReactorsResponseObject, error) {
	list, err := h.ports.Reactors.Reactors(ctx)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	out := api.ListReactors200JSONResponse{Data: make([]api.Reactor, 0, len(list))}
	for i := range list {
		out.Data = append(out.Data, reactorOf(&list[i]))
	}
	return out, nil
}

// GetReactor implements api.StrictServerInterface.
func (h *Handlers) GetReactor(ctx context.Context, r api.GetReactorRequestObject) (api.GetReactorResponseObject, error) {
	x, err := h.reactor(ctx, r.Name)
	return api.GetReactor200JSONResponse(x), err
}

// SkipReactorEvent implements api.StrictServerInterface.
func (h *Handlers) SkipReactorEvent(ctx context.Context, r api.SkipReactorEventRequestObject) (api.SkipReactorEventResponseObject, error) {
	if err := wrongSkip(r.Body); err != nil {
		return nil, err
	}
	if err := h.ports.Reactors.Skip(ctx, r.Name, r.Body.Position, r.Body.Reason, request.CallOf(ctx).Principal.Subject); err != nil {
		return nil, takerProblem(err)
	}
	x, err := h.reactor(ctx, r.Name)
	return api.SkipReactorEvent200JSONResponse(x), err
}

func (h *Handlers) reactor(ctx context.Context, name string) (api.Reactor, error) {
	x, err := h.ports.Reactors.Reactor(ctx, name)
	if err != nil {
		return api.Reactor{}, takerProblem(err)
	}
	return reactorOf(&x), nil
}

// reactorOf shows a reactor.
func reactorOf(r *query.Reactor) api.Reactor {
	out := api.Reactor{
		Name: r.Name, Vital: r.Vital, Status: api.ReactorStatus(r.Status), RunsAt: r.Place, Position: r.Position, Head: r.Head,
		LagEvents: r.LagEvents(), LagSeconds: int64(r.Lag / time.Second), Skips: skipsOf(r.Skips),
	}
	if f := r.Failure; f != nil {
		out.FailedAt, out.Error, out.FailingSince, out.Tries, out.NextTryAt = f.Position, f.Error, handling.Time(f.Since), f.Tries, handling.Time(f.Next)
	}
	return out
}
