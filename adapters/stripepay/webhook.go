package stripepay

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/florinledger/florin/wallet/payment"
)

// What can be wrong with a delivery. None of them is worth repeating: answer 400.
var (
	// ErrSignature: the body was not signed with one of our secrets, or too long ago.
	ErrSignature = errors.New("stripepay: the signature does not belong to the body")
	// ErrMalformed: the body is no event of Stripe's.
	ErrMalformed = errors.New("stripepay: the body is no event")
	// ErrLivemode: a test event came to a live endpoint, or the other way round.
	ErrLivemode = errors.New("stripepay: the event's livemode is not that of the key")
)

// Config is what a webhook may be told.
type Config struct {
	// Livemode is that of the key: events of the other mode are refused. Default: test mode.
	Livemode bool
	// Tolerance is how old a signature may be. Default: DefaultTolerance.
	Tolerance time.Duration
}

// Webhook reads deliveries.
type Webhook struct {
	secrets []string
	config  Config
}

// New returns a webhook that believes what is signed with any of secrets (whsec_…). Several are
// valid at once while one is being replaced; empty ones are no secrets, and with none at all
// nothing is believed.
func New(secrets []string, config Config) *Webhook {
	w := &Webhook{config: config}
	if w.config.Tolerance == 0 {
		w.config.Tolerance = DefaultTolerance
	}
	for _, secret := range secrets {
		if secret != "" {
			w.secrets = append(w.secrets, secret)
		}
	}
	return w
}

// Event is a delivery that is Stripe's.
type Event struct {
	ID         string
	Type       string
	APIVersion string
	Livemode   bool
	// Fact is what it says. Its Raw is for the caller to set, once the body is kept.
	Fact payment.Fact
}

// Read checks body, the raw bytes as they came, against the Stripe-Signature header, and reads it.
//
// Errors: ErrSignature, ErrMalformed, ErrLivemode.
func (w *Webhook) Read(body []byte, signature string) (Event, error) {
	if err := w.verify(body, signature); err != nil {
		return Event{}, err
	}
	e, err := parse(body)
	if err != nil {
		return Event{}, err
	}
	if e.Livemode != w.config.Livemode {
		return Event{}, fmt.Errorf("%w: event %s", ErrLivemode, e.ID)
	}
	return e, nil
}

// verify tries every secret. Each costs an HMAC of the body, and there are two at most.
func (w *Webhook) verify(body []byte, signature string) error {
	err := webhook.ErrNoValidSignature
	for _, secret := range w.secrets {
		if err = webhook.ValidatePayloadWithTolerance(body, signature, secret, w.config.Tolerance); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%w: %w", ErrSignature, err)
}

// envelope is what every event has.
type envelope struct {
	Object     string `json:"object"`
	ID         string `json:"id"`
	Type       string `json:"type"`
	APIVersion string `json:"api_version"`
	Created    int64  `json:"created"`
	Livemode   *bool  `json:"livemode"`
	Data       struct {
		Object json.RawMessage `json:"object"`
	} `json:"data"`
}

// parse reads an event. Errors: ErrMalformed.
func parse(body []byte) (Event, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	switch {
	case e.Object != "event", e.Livemode == nil, !validText(e.ID), !validText(e.Type), len(e.APIVersion) > MaxID:
		return Event{}, fmt.Errorf("%w: want an event with id, type and livemode", ErrMalformed)
	}
	out := Event{ID: e.ID, Type: e.Type, APIVersion: e.APIVersion, Livemode: *e.Livemode}
	fact, err := factOf(e)
	if err != nil {
		return Event{}, fmt.Errorf("%w: %s %s: %w", ErrMalformed, e.Type, e.ID, err)
	}
	fact.Provider, fact.EventID, fact.Type = payment.Stripe, e.ID, e.Type
	if e.Created > 0 {
		fact.OccurredAt = time.Unix(e.Created, 0).UTC()
	}
	out.Fact = fact
	return out, nil
}

// validText reports whether an id or a type is one: printable ASCII without spaces.
func validText(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return text != "" && len(text) <= MaxID
}
