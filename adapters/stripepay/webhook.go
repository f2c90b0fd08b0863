package stripepay

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/florinledger/florin/wallet/payment"
)

// Config is what a webhook may be told.
type Config struct {
	// Livemode is that of the key: events of the other mode are refused. Default: test mode.
	Livemode bool
	// Tolerance is how old a signature may be. Default: DefaultTolerance.
	Tolerance time.Duration
}

// Webhook reads deliveries. It is a [payment.Reader].
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

// Read checks body, the raw bytes as they came, against the Stripe-Signature header, and reads it.
//
// Errors: payment.ErrSignature, payment.ErrMalformed, payment.ErrLivemode.
func (w *Webhook) Read(body []byte, signature string) (payment.Message, error) {
	if err := w.verify(body, signature); err != nil {
		return payment.Message{}, err
	}
	m, err := w.believe(body)
	if err != nil {
		return payment.Message{}, err
	}
	return m, nil
}

// believe reads a body that is Stripe's. Of one that it refuses, the id is told if it has one.
//
// Errors: payment.ErrMalformed, payment.ErrLivemode.
func (w *Webhook) believe(body []byte) (payment.Message, error) {
	m, err := parse(body)
	if err == nil && m.Livemode != w.config.Livemode {
		err = fmt.Errorf("%w: event %s", payment.ErrLivemode, m.ID)
	}
	if err != nil {
		var named struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(body, &named) // one without an id is malformed all the same
		m = payment.Message{ID: named.ID}
	}
	return m, err
}

// verify tries every secret. Each costs an HMAC of the body, and there are two at most.
func (w *Webhook) verify(body []byte, signature string) error {
	err := webhook.ErrNoValidSignature
	for _, secret := range w.secrets {
		if err = webhook.ValidatePayloadWithTolerance(body, signature, secret, w.config.Tolerance); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%w: %w", payment.ErrSignature, err)
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

// parse reads an event. Errors: payment.ErrMalformed.
func parse(body []byte) (payment.Message, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return payment.Message{}, fmt.Errorf("%w: %w", payment.ErrMalformed, err)
	}
	switch {
	case e.Object != "event", e.Livemode == nil, !validText(e.ID), !validText(e.Type), len(e.APIVersion) > MaxID:
		return payment.Message{}, fmt.Errorf("%w: want an event with id, type and livemode", payment.ErrMalformed)
	}
	out := payment.Message{
		Provider: payment.Stripe, ID: e.ID, Type: e.Type, APIVersion: e.APIVersion, Livemode: *e.Livemode, Body: body,
	}
	fact, err := factOf(e)
	if err != nil {
		return payment.Message{}, fmt.Errorf("%w: %s %s: %w", payment.ErrMalformed, e.Type, e.ID, err)
	}
	fact.Provider, fact.EventID, fact.Type = payment.Stripe, e.ID, e.Type
	if e.Created > 0 {
		fact.OccurredAt = time.Unix(e.Created, 0).UTC()
		if fact.Refund != nil {
			fact.Refund.At = fact.OccurredAt
		}
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
