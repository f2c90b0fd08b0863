package billinghook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet/payment"
)

// Provider is the name under which other billing systems tell.
const Provider = "billing"

const (
	// maxExternalID bounds, in bytes, another system's id, which becomes a part of keys.
	maxExternalID = 150
	// maxAhead is how far a clock may be ahead of ours, and tolerance how old a signature may be, or how far ahead: what
	// is sent again is signed anew.
	maxAhead  = 5 * time.Minute
	tolerance = 5 * time.Minute
	// minKey is how many bytes a secret has at least: the convention says 24 to 64.
	minKey       = 24
	secretPrefix = "whsec_"
)

// Receiver takes what other billing systems deliver.
type Receiver struct {
	keys   [][]byte
	keeper payment.Keeper
	now    func() time.Time
}

// NewReceiver returns a receiver that believes what is signed with any of secrets (whsec_…). Several are valid at once
// while one is being replaced; with none nothing is believed. keeper keeps what was delivered.
//
// Errors: a secret that is none.
func NewReceiver(secrets []string, keeper payment.Keeper, now func() time.Time) (*Receiver, error) {
	r := &Receiver{keeper: keeper, now: now}
	for i, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		if err != nil || !strings.HasPrefix(secret, secretPrefix) || len(key) < minKey { // and it is not quoted
			return nil, fmt.Errorf("secret %d of the membership webhook: want whsec_ and at least %d bytes in base64", i+1, minKey)
		}
		r.keys = append(r.keys, key)
	}
	return r, nil
}

// Receive checks a delivery, keeps it, and returns the command that notes what it says. Two deliveries of one id are one
// command.
//
// Errors: payment.ErrSignature, payment.ErrMalformed, for which nothing is kept; otherwise a fault, for which it has to be
// delivered again.
func (r *Receiver) Receive(ctx context.Context, body []byte, id, timestamp, signature string) (journal.Command, error) {
	return payment.NewReceiver(signed{r, id, timestamp}, r.keeper).Receive(ctx, body, signature)
}

// signed reads a body with its headers. It is a [payment.Reader].
type signed struct {
	*Receiver
	id, timestamp string
}

// Read implements [payment.Reader].
func (s signed) Read(body []byte, signature string) (payment.Message, error) {
	if err := s.verify(body, signature); err != nil {
		return payment.Message{}, fmt.Errorf("%w: %w", payment.ErrSignature, err)
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		return payment.Message{}, fmt.Errorf("%w: %w", payment.ErrMalformed, err)
	}
	m := payment.Message{Provider: Provider, ID: s.id, Type: e.Type, Livemode: true, Body: body}
	if !printable(m.ID) || !printable(m.Type) {
		return m, fmt.Errorf("%w: want an id and a type of up to %d printable characters", payment.ErrMalformed, payment.MaxID)
	}
	fact, err := e.fact(s.now())
	if err != nil {
		return m, fmt.Errorf("%w: %w", payment.ErrMalformed, err)
	}
	fact.Provider, fact.EventID, fact.Type, fact.OccurredAt = Provider, m.ID, m.Type, e.Timestamp.UTC()
	m.Fact = fact
	return m, nil
}

// verify tries every secret with every signature of the first version. What is signed is id, time and body.
//
// Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
func (s signed) verify(body []byte, signatures string) error {
	seconds, err := strconv.ParseInt(s.timestamp, 10, 64)
	if off := s.now().Sub(time.Unix(seconds, 0)); err != nil || off.Abs() > tolerance {
		return fmt.Errorf("webhook-timestamp: want seconds since 1970, at most %s off", tolerance)
	}
	for _, key := range s.keys {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(s.id + "." + s.timestamp + "."))
		mac.Write(body)
		want := mac.Sum(nil)
		for signature := range strings.FieldsSeq(signatures) {
			text, first := strings.CutPrefix(signature, "v1,")
			if got, err := base64.StdEncoding.DecodeString(text); first && err == nil && hmac.Equal(got, want) {
				return nil
			}
		}
	}
	return errors.New("no signature fits")
}

// event is what a body says.
type event struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      struct {
		ExternalID  string    `json:"external_id"`
		UserID      string    `json:"user_id"`
		Plan        string    `json:"plan"`
		PeriodStart time.Time `json:"period_start"`
		PeriodEnd   time.Time `json:"period_end"`
	} `json:"data"`
}

// The types of events that are read.
const (
	typeStarted  = "membership.started"
	typeRenewed  = "membership.renewed"
	typeCanceled = "membership.canceled"
	typeLapsed   = "membership.lapsed"
)

// fact puts an event into the words of payments: a period that is paid with nothing of ours, and how the membership
// stands. Every event says both, so that each is enough by itself.
func (e event) fact(now time.Time) (payment.Fact, error) {
	standing := payment.SubscriptionFact{Status: payment.SubscriptionActive}
	switch e.Type {
	case typeStarted, typeRenewed:
	case typeCanceled:
		standing.AtEnd = true
	case typeLapsed:
		standing.Status, standing.EndedAt = payment.SubscriptionUnpaid, e.Timestamp.UTC()
	default:
		return payment.Fact{Kind: payment.Ignored, Reason: payment.UnhandledType}, nil
	}
	d := e.Data
	length := d.PeriodEnd.Sub(d.PeriodStart)
	switch {
	case e.Timestamp.IsZero():
		return payment.Fact{}, errors.New("timestamp: want when it happened")
	case e.Timestamp.Sub(now) > maxAhead:
		return payment.Fact{}, errors.New("timestamp: it lies in the future")
	case len(d.ExternalID) > maxExternalID:
		return payment.Fact{}, fmt.Errorf("data.external_id: want at most %d bytes", maxExternalID)
	case d.PeriodStart.IsZero(), length <= 0, length > payment.MaxTerm:
		return payment.Fact{}, errors.New("data.period_end: want a time after data.period_start, and at most four years after it")
	}
	f := payment.Fact{Kind: payment.Billed, Provider: Provider, EventID: "event", Billing: &payment.BillingFact{
		Member: d.UserID, Subscription: d.ExternalID, Standing: &standing, Invoice: &payment.InvoiceFact{
			ID:        fmt.Sprintf("%s.%s.%d.%d", d.ExternalID, d.Plan, d.PeriodStart.Unix(), d.PeriodEnd.Unix()),
			CreatedAt: d.PeriodStart.UTC(), Settled: true, Paid: ledger.Money{Amount: "0", Asset: membership.DayAsset(d.Plan)},
			Term: payment.Term{Plan: d.Plan, Start: d.PeriodStart.UTC(), End: d.PeriodEnd.UTC()},
		},
	}}
	switch {
	case d.ExternalID == "" || !f.WellFormed():
		return payment.Fact{}, errors.New("data: want an external_id of letters, digits, _, - and ., a user_id and a plan's code")
	case d.UserID == "":
		return payment.Fact{}, errors.New("data.user_id: want the member")
	}
	return f, nil
}

// printable reports whether a text is printable ASCII without spaces.
func printable(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return text != "" && len(text) <= payment.MaxID
}
