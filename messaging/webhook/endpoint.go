package webhook

import (
	"slices"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

const endpointPrefix = "whe"

// Status says whether an endpoint is told of anything.
type Status string

// The states of an endpoint.
const (
	// Enabled: it is told.
	Enabled Status = "enabled"
	// Disabled: it is not, and [State.Reason] says why.
	Disabled Status = "disabled"
	// deleted: it is no more. Nobody is shown one.
	deleted Status = "deleted"
)

// Reason says why an endpoint is disabled.
type Reason string

// Why an endpoint is disabled.
const (
	// ReasonRequested: whoever looks after it wanted so.
	ReasonRequested Reason = "requested"
	// ReasonGone: it answered 410.
	ReasonGone Reason = "gone"
	// ReasonFailing: it took nothing for three days.
	ReasonFailing Reason = "failing"
)

// State is what the writer knows of an endpoint, which is all there is to know.
type State struct {
	Owner  string `json:"owner"`
	Status Status `json:"status"`
	Reason Reason `json:"reason,omitempty"`
	URL    string `json:"url,omitempty"`
	// EventTypes are those that it asks for; none for all.
	EventTypes  []string `json:"event_types,omitempty"`
	Description string   `json:"description,omitempty"`
	// KeyID is the key in the vault of the secret that signs; Replaced are those that still sign beside it.
	KeyID    string     `json:"key_id,omitempty"`
	Replaced []Replaced `json:"replaced,omitempty"`
	// CreatedAt is when it was made; StatusAt since when it is enabled, or disabled.
	CreatedAt time.Time `json:"created_at,omitzero"`
	StatusAt  time.Time `json:"status_at,omitzero"`
	// Version is the position of the last event that changed it.
	Version int64 `json:"version"`
}

// Replaced is a key that another took the place of, and until when its secret still signs.
type Replaced struct {
	KeyID string    `json:"key_id"`
	Until time.Time `json:"until"`
}

// Endpoint is an endpoint with its id.
type Endpoint struct {
	ID string
	State
}

// Gone reports whether there is no such endpoint any more.
func (s State) Gone() bool { return s.Status == deleted }

// Wants reports whether the endpoint asks for events of a type.
func (s State) Wants(eventType string) bool {
	return len(s.EventTypes) == 0 || slices.Contains(s.EventTypes, eventType)
}

// Keys returns the keys whose secrets sign at a time, the newest first.
func (s State) Keys(at time.Time) []string {
	ids := []string{s.KeyID}
	for _, r := range s.Replaced {
		if at.Before(r.Until) {
			ids = append(ids, r.KeyID)
		}
	}
	return ids
}

// allKeys are those and the ones whose time is over.
func (s State) allKeys() []string {
	ids := []string{s.KeyID}
	for _, r := range s.Replaced {
		ids = append(ids, r.KeyID)
	}
	return ids
}

// Endpoints is the decision state of endpoints, by id.
func Endpoints() journal.Kind[State] { return journal.NewKind[State]("webhook-endpoint") }

// keyOf says of a key in the vault whose it is.
type keyOf struct {
	EndpointID string `json:"endpoint_id"`
}

// keys is the decision state of the keys in the vault that endpoints ever had, by name. It is there so that the
// vault can tell them from those that came to nothing.
func keys() journal.Kind[keyOf] { return journal.NewKind[keyOf]("webhook-key") }

// KeyRow returns the key of the row of decision state that there is of a key in the vault if the journal knows it.
func KeyRow(keyID string) string { return keys().Key(keyID) }

// tally is how many endpoints somebody has.
type tally struct {
	Count int `json:"count"`
}

func tallies() journal.Kind[tally] { return journal.NewKind[tally]("webhook-endpoints-of") }

// find returns an endpoint that is there for who asks. The text may be any.
func find(s *journal.Scope, by By, endpointID string) (State, error) {
	if _, err := journal.ParsePlaceID(endpointPrefix, endpointID); err != nil {
		return State{}, ErrEndpointNotFound
	}
	e, ok := Endpoints().Get(s, endpointID)
	if !ok || e.Gone() || !by.Sees(e.Owner) {
		return State{}, ErrEndpointNotFound
	}
	return e, nil
}

// Since returns the position of the event that made an endpoint: it is told of later ones only.
func (e Endpoint) Since() int64 {
	place, err := journal.ParsePlaceID(endpointPrefix, e.ID)
	if err != nil {
		return 0 // ids are made by decideCreate alone
	}
	return place.Position()
}

func emit(s *journal.Scope, endpointID, eventType string, body any) {
	s.Emit(journal.Event{Stream: "webhook-endpoint/" + endpointID, Type: eventType, Schema: 1, Body: body})
}
