package webhook

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

const (
	// directoryPage is how many endpoints are read at once.
	directoryPage = 1000
	// addTogether is how many deliveries are added at once: a page of events for a hundred endpoints is hundreds of
	// thousands of them.
	addTogether = 10_000
)

// Names says what events are called outside.
type Names func(eventType string) (name string, ok bool)

// Router makes deliveries of events: one for each endpoint that asks for it.
type Router struct {
	registry  *journal.Registry
	names     Names
	directory Directory
	queue     Queue
	vault     Vault
	now       func() time.Time
}

// NewRouter returns a router. registry decodes events.
func NewRouter(registry *journal.Registry, names Names, directory Directory, queue Queue, vault Vault, now func() time.Time) *Router {
	return &Router{registry, names, directory, queue, vault, now}
}

// Begin returns the position after which there may be something to tell: that of the first endpoint. So nothing is
// passed by that happened before a router was first run.
func (r *Router) Begin(ctx context.Context) (since int64, err error) {
	all, err := r.endpoints(ctx)
	since = math.MaxInt64
	for _, x := range all {
		since = min(since, x.Since())
	}
	return since, err
}

// Wants reports whether events of a type are anything to the router.
func (r *Router) Wants(eventType string) bool {
	_, ok := r.names(eventType)
	return ok || IsType(eventType)
}

// Route is a [journal.PageEffect]. Doing it again for the same events changes nothing.
//
// Endpoints are taken as they are now, which may be later than the events: one that was made since is not told of
// them, and one that was changed is told by what it asks for now.
func (r *Router) Route(ctx context.Context, events []*journal.Event) (acted bool, err error) {
	all, err := r.endpoints(ctx)
	if err != nil {
		return false, err
	}
	var deliveries []Delivery
	now := r.now().UTC().Truncate(time.Microsecond)
	add := func() (err error) {
		if len(deliveries) > 0 {
			acted = true
			err = r.queue.Add(ctx, deliveries)
			deliveries = deliveries[:0]
		}
		return err
	}
	for _, e := range events {
		name, ok := r.names(e.Type)
		if !ok {
			continue
		}
		for _, x := range all {
			d, ok := delivery(x, e, name, now)
			if !ok {
				continue
			}
			if deliveries = append(deliveries, d); len(deliveries) == addTogether {
				if err := add(); err != nil {
					return acted, err
				}
			}
		}
	}
	if err := add(); err != nil {
		return acted, err
	}
	for _, e := range events {
		if !IsType(e.Type) {
			continue
		}
		acted = true
		if err := r.follow(ctx, all, e); err != nil {
			return acted, err
		}
	}
	return acted, nil
}

// delivery makes a delivery; ok is false where there is none to make. To an endpoint that is switched off it is one
// that failed, so that it can be sent by hand once the endpoint is back, for as long as such are kept.
func delivery(x Endpoint, e *journal.Event, name string, now time.Time) (d Delivery, ok bool) {
	if e.Position <= x.Since() || !x.Wants(name) {
		return d, false
	}
	d = Delivery{
		EndpointID: x.ID, Event: e.ID(), Type: name, EventAt: e.RecordedAt, CreatedAt: now,
		Status: Pending, NextAt: now, GiveUpAt: now.Add(RetryFor),
	}
	if x.Status == Disabled {
		d.Status, d.LastFailure, d.NextAt, d.GiveUpAt = Failed, FailureDisabled, time.Time{}, time.Time{}
		ok = e.RecordedAt.Sub(x.StatusAt) < KeepFailed
		return d, ok
	}
	return d, true
}

// follow does what an event of an endpoint asks for.
func (r *Router) follow(ctx context.Context, all map[string]Endpoint, e *journal.Event) error {
	if err := r.registry.Decode(e); err != nil {
		return err
	}
	var endpointID string
	var dropped []string
	switch body := e.Body.(type) {
	case Changed:
		endpointID = body.EndpointID
	case SwitchedOff:
		endpointID = body.EndpointID
	case SecretRotated:
		dropped = body.Dropped
	case Deleted:
		dropped = body.Dropped
		if err := r.queue.Drop(ctx, body.EndpointID); err != nil {
			return err
		}
	}
	for _, keyID := range dropped {
		if err := r.vault.Discard(ctx, keyID); err != nil {
			return err
		}
	}
	if all[endpointID].Status == Disabled {
		return r.queue.Stop(ctx, endpointID)
	}
	return nil
}

// endpoints returns all that there are, by id.
func (r *Router) endpoints(ctx context.Context) (map[string]Endpoint, error) {
	all := map[string]Endpoint{}
	for last := ""; ; {
		page, err := r.directory.Endpoints(ctx, "", last, directoryPage)
		if err != nil {
			return nil, fmt.Errorf("webhook endpoints: %w", err)
		}
		for _, x := range page {
			all[x.ID] = x
			last = x.ID
		}
		if len(page) < directoryPage {
			return all, nil
		}
	}
}
