package webhook

import (
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// DeliveryStatus says how far a delivery is.
type DeliveryStatus string

// The states of a delivery.
const (
	// Pending: it is to be sent, or sent again.
	Pending DeliveryStatus = "pending"
	// Delivered: the endpoint took it.
	Delivered DeliveryStatus = "delivered"
	// Failed: it was given up, or never tried because the endpoint was switched off.
	Failed DeliveryStatus = "failed"
)

// FailureClass says why an attempt failed, in one word of a fixed list: nothing of what the endpoint answered.
type FailureClass string

// Why attempts fail.
const (
	// FailureStatus: the answer was not one of 200 to 299.
	FailureStatus FailureClass = "status"
	// FailureRedirect: the answer pointed elsewhere. Nobody follows.
	FailureRedirect FailureClass = "redirect"
	// FailureTimeout: there was no whole answer in time.
	FailureTimeout FailureClass = "timeout"
	// FailureDNS: the endpoint's name leads nowhere.
	FailureDNS FailureClass = "dns"
	// FailureAddress: the endpoint's name leads to an address that is not of the public internet.
	FailureAddress FailureClass = "private-address"
	// FailureTLS: the certificate does not count, or there is no TLS.
	FailureTLS FailureClass = "tls"
	// FailureConnection: it could not be reached, or the connection broke.
	FailureConnection FailureClass = "connection"
	// FailureNoSecret: the vault has no key of the endpoint's, as after a restore; a new secret mends it.
	FailureNoSecret FailureClass = "no-secret"
	// FailureDisabled: the endpoint was switched off.
	FailureDisabled FailureClass = "endpoint-disabled"
	// FailureLost: the event is not in the journal any more, of which a loss was accepted.
	FailureLost FailureClass = "event-lost"
	// FailureNotMade: what is to be sent could not be made of the event, for as long as one tries. It is a defect of this
	// house; once that is mended, it can be sent again.
	FailureNotMade FailureClass = "not-made"
)

// Ours reports whether the endpoint had no part in the failure: nothing was sent, and nothing it could do would mend that.
func (c FailureClass) Ours() bool { return c == FailureLost || c == FailureNotMade }

// Delivery is an event on its way to an endpoint. It is named by the two.
type Delivery struct {
	EndpointID string
	// Event is the place of the event in the journal.
	Event journal.PlaceID
	// Type is what the event is called outside, such as "transfer.made"; EventAt when it was recorded.
	Type    string
	EventAt time.Time
	Status  DeliveryStatus
	// Attempts is how often it was sent. Tries is how often since it was made, or sent again by hand.
	Attempts, Tries int
	// LastCode is the status code of the last answer, 0 for none; LastFailure why the last attempt failed, empty
	// for no reason; LastTook how long it took.
	LastCode    int
	LastFailure FailureClass
	LastTook    time.Duration
	LastAt      time.Time
	// NextAt is when it is sent next, zero unless it is pending; GiveUpAt when that ends.
	NextAt, GiveUpAt time.Time
	CreatedAt        time.Time
}

const (
	deliveryPrefix = "whd"
	eventPrefix    = "evt"
)

// ID names the delivery among those of its endpoint.
func (d *Delivery) ID() string { return d.Event.Format(deliveryPrefix) }

// EventID names the event, and what is sent of it: it is the webhook-id of every attempt.
func (d *Delivery) EventID() string { return d.Event.Format(eventPrefix) }

// ParseDeliveryID reads what Delivery.ID wrote. Errors: journal.ErrBadID.
func ParseDeliveryID(text string) (journal.PlaceID, error) {
	return journal.ParsePlaceID(deliveryPrefix, text)
}

// DeliveryFilter selects deliveries of an endpoint, newest event first. Empty fields select all.
type DeliveryFilter struct {
	EndpointID string
	Status     DeliveryStatus
	// After is the event of the last delivery of the page before; Limit the most that come back.
	After journal.PlaceID
	Limit int
}

// Redelivery selects deliveries of an endpoint to be sent again: one, or those that failed of what happened in a
// time.
type Redelivery struct {
	EndpointID string
	// Event, if it is not zero, is the one.
	Event journal.PlaceID
	// From and Until bound when the events were recorded; Until is not in it.
	From, Until time.Time
}
