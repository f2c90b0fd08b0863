package webhook

import (
	"fmt"

	"github.com/florinledger/florin/ledger/journal"
)

// The types of the events of endpoints. Their shapes, at every schema there was, are frozen in testdata/events.
const (
	TypeEndpointCreated  = "webhook-endpoint-created"
	TypeEndpointChanged  = "webhook-endpoint-changed"
	TypeSecretRotated    = "webhook-secret-rotated"
	TypeEndpointDisabled = "webhook-endpoint-disabled"
	TypeEndpointDeleted  = "webhook-endpoint-deleted"
)

// Created says that there is an endpoint, and that it is enabled.
type Created struct {
	EndpointID  string   `json:"endpoint_id"`
	Owner       string   `json:"owner"`
	URL         string   `json:"url"`
	EventTypes  []string `json:"event_types,omitempty"`
	Description string   `json:"description,omitempty"`
	KeyID       string   `json:"key_id"`
}

// Changed says what is otherwise now.
type Changed struct {
	EndpointID string `json:"endpoint_id"`
	Changes
}

// SecretRotated says which key the endpoint's secret is made from now, which others sign beside it, and which are
// of no use any more.
type SecretRotated struct {
	EndpointID string     `json:"endpoint_id"`
	KeyID      string     `json:"key_id"`
	Replaced   []Replaced `json:"replaced,omitempty"`
	Dropped    []string   `json:"dropped,omitempty"`
}

// SwitchedOff says that Florin has disabled the endpoint.
type SwitchedOff struct {
	EndpointID string `json:"endpoint_id"`
	Reason     Reason `json:"reason"`
}

// Deleted says that the endpoint is no more, and which keys are of no use any more.
type Deleted struct {
	EndpointID string   `json:"endpoint_id"`
	Dropped    []string `json:"dropped"`
}

// Register tells r what endpoints decide, evolve, record and refuse. It needs the ledger's registration beside it.
func Register(r *journal.Registry) {
	journal.Decides(r, CommandCreateEndpoint, decideCreate)
	journal.Decides(r, CommandChangeEndpoint, decideChange)
	journal.Decides(r, CommandRotateSecret, decideRotate)
	journal.Decides(r, CommandDeleteEndpoint, decideDelete)
	journal.Decides(r, CommandDisableEndpoint, decideDisable)

	journal.Records[Created](r, TypeEndpointCreated, 1, nil)
	journal.Records[Changed](r, TypeEndpointChanged, 1, nil)
	journal.Records[SecretRotated](r, TypeSecretRotated, 1, nil)
	journal.Records[SwitchedOff](r, TypeEndpointDisabled, 1, nil)
	journal.Records[Deleted](r, TypeEndpointDeleted, 1, nil)

	journal.Holds(r, Endpoints())
	journal.Holds(r, keys())
	journal.Holds(r, tallies())

	r.Evolves(evolve)
	r.Refuses(refusals()...)
}

// IsType reports whether an event is one of this package.
func IsType(eventType string) bool {
	switch eventType {
	case TypeEndpointCreated, TypeEndpointChanged, TypeSecretRotated, TypeEndpointDisabled, TypeEndpointDeleted:
		return true
	}
	return false
}

// evolve keeps what there is to know of endpoints.
func evolve(s *journal.Scope, e *journal.Event) {
	if !IsType(e.Type) {
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("webhook: evolve: %v", err))
	}
	switch body := e.Body.(type) {
	case Created:
		shown, _ := Show(e)
		Endpoints().Put(s, body.EndpointID, shown.State)
		keys().Put(s, body.KeyID, keyOf{body.EndpointID})
		count(s, body.Owner, 1)
	case Changed:
		change(s, e, body.EndpointID, func(x *State) { body.apply(x, e) })
	case SecretRotated:
		keys().Put(s, body.KeyID, keyOf{body.EndpointID})
		change(s, e, body.EndpointID, func(x *State) { x.KeyID, x.Replaced = body.KeyID, body.Replaced })
	case SwitchedOff:
		change(s, e, body.EndpointID, func(x *State) { x.Status, x.Reason, x.StatusAt = Disabled, body.Reason, e.RecordedAt })
	case Deleted:
		x, _ := Endpoints().Get(s, body.EndpointID)
		Endpoints().Put(s, body.EndpointID, State{Owner: x.Owner, Status: deleted, Version: e.Position})
		count(s, x.Owner, -1)
	}
}

// apply makes the changes of an event to what is known of an endpoint.
func (c Changes) apply(x *State, e *journal.Event) {
	if c.URL != nil {
		x.URL = *c.URL
	}
	if c.EventTypes != nil {
		x.EventTypes = *c.EventTypes
	}
	if c.Description != nil {
		x.Description = *c.Description
	}
	if c.Status != nil {
		x.Status, x.Reason, x.StatusAt = *c.Status, "", e.RecordedAt
		if x.Status == Disabled {
			x.Reason = ReasonRequested
		}
	}
}

func change(s *journal.Scope, e *journal.Event, endpointID string, f func(*State)) {
	x, _ := Endpoints().Get(s, endpointID)
	x.Version = e.Position
	f(&x)
	Endpoints().Put(s, endpointID, x)
}

func count(s *journal.Scope, owner string, by int) {
	of, _ := tallies().Get(s, owner)
	of.Count += by
	tallies().Put(s, owner, of)
}

// Show shows an endpoint as the event that made it left it. The event has been decoded. Errors: it is of another
// type.
func Show(e *journal.Event) (Endpoint, error) {
	body, ok := e.Body.(Created)
	if !ok {
		return Endpoint{}, fmt.Errorf("webhook: event %d is a %s, want %s", e.Position, e.Type, TypeEndpointCreated)
	}
	return Endpoint{ID: body.EndpointID, State: State{
		Owner: body.Owner, Status: Enabled, URL: body.URL, EventTypes: body.EventTypes, Description: body.Description, KeyID: body.KeyID,
		CreatedAt: e.RecordedAt, StatusAt: e.RecordedAt, Version: e.Position,
	}}, nil
}
