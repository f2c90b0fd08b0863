package simpay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet/payment"
)

// maxKnown is how many payments are remembered of which the page was told something.
const maxKnown = 10_000

// Deliver takes a message, as a webhook would. It returns when what it says is booked.
type Deliver func(ctx context.Context, m payment.Message) error

// Provider is the provider. It is a [payment.Gateway] and a [payment.Sight], and safe for concurrent use.
type Provider struct {
	url    string
	secret []byte

	mu    sync.Mutex
	known map[string]payment.Fact // by Payment: what it says last
}

var (
	_ payment.Gateway = (*Provider)(nil)
	_ payment.Sight   = (*Provider)(nil)
)

// New returns a provider whose page is at a URL, with a secret that signs addresses.
func New(url string, secret []byte) *Provider {
	return &Provider{url: strings.TrimSuffix(url, "/"), secret: secret, known: map[string]payment.Fact{}}
}

// refOf is the provider's id of what it opened.
func refOf(orderID string) string { return "sim_" + strings.TrimPrefix(orderID, "pay_") }

// Open implements [payment.Gateway].
func (p *Provider) Open(_ context.Context, o payment.Order) (payment.Standing, error) {
	ref := refOf(o.ID)
	given := payment.Handover{CheckoutURL: p.url + pagePath + p.sign(o)}
	if o.Method == payment.Intent {
		given = payment.Handover{ClientSecret: p.sign(o)}
	}
	return payment.Standing{Ref: ref, Intent: ref, Told: payment.StatusCreated, At: now(), Handover: given}, nil
}

// Cancel implements [payment.Gateway].
func (p *Provider) Cancel(_ context.Context, o payment.Order) error {
	f := told(o, payment.StatusCanceled)
	if was := p.note(f); was.Told != payment.StatusCanceled {
		return payment.Failure{Code: "already-" + string(was.Told), Message: "The payer was faster."}
	}
	return nil
}

// Refund implements [payment.Gateway]. It is never refused: what may be given back is known here.
func (p *Provider) Refund(_ context.Context, r payment.RefundOrder) (payment.RefundTold, error) {
	return payment.RefundTold{Ref: "sim_" + r.ID, Status: payment.RefundSettled, At: now()}, nil
}

// Look implements [payment.Sight].
func (p *Provider) Look(_ context.Context, o payment.Order) (payment.Message, error) {
	p.mu.Lock()
	f, known := p.known[refOf(o.ID)]
	p.mu.Unlock()
	if !known { // here: what was told before counts
		f = told(o, payment.StatusCreated)
		f.OccurredAt = time.Time{}
	}
	return message("look", f)
}

// LookRefund implements [payment.Sight].
func (p *Provider) LookRefund(_ context.Context, r payment.RefundOrder) (payment.Message, error) {
	return message("look-refund", payment.Fact{
		Kind: payment.Refunding, Payment: r.Intent, Order: r.PaymentID, OccurredAt: now(),
		Refund: &payment.RefundFact{ID: r.ID, Amount: r.Amount, RefundTold: payment.RefundTold{Ref: "sim_" + r.ID, Status: payment.RefundSettled, At: now()}},
	})
}

// Answers implements [payment.Sight].
func (p *Provider) Answers(context.Context) error { return nil }

// note remembers what a payment's page was told, and returns how it stands then: who is paid, or called off, stays so.
func (p *Provider) note(f payment.Fact) payment.Fact {
	p.mu.Lock()
	defer p.mu.Unlock()
	if was, known := p.known[f.Payment]; known && was.Told != payment.StatusFailed {
		return was
	}
	if len(p.known) >= maxKnown {
		clear(p.known)
	}
	p.known[f.Payment] = f
	return f
}

// told is what there is to say of a payment.
func told(o payment.Order, status payment.Status) payment.Fact {
	f := payment.Fact{Kind: payment.Told, Payment: refOf(o.ID), Asset: o.Amount.Asset, Order: o.ID, Wallet: o.WalletID, Told: status, OccurredAt: now()}
	switch status {
	case payment.StatusSucceeded:
		f.Kind, f.Received = payment.Paid, o.Amount.Amount
	case payment.StatusFailed:
		f.Failure = payment.Failure{Code: "card_declined", Message: "The payment was declined."}
	}
	return f
}

// message makes the message that says a fact. It is named after what it says, so that what says the same is one.
func message(kind string, f payment.Fact) (payment.Message, error) {
	f.Provider, f.Type = payment.Simulated, kind
	said := f
	said.OccurredAt = time.Time{}
	if said.Refund != nil {
		r := *said.Refund
		r.At = time.Time{}
		said.Refund = &r
	}
	name, err := json.Marshal(said)
	if err != nil {
		return payment.Message{}, fmt.Errorf("simulated provider: %w", err)
	}
	digest := sha256.Sum256(name)
	f.EventID = "sim_evt_" + hex.EncodeToString(digest[:16])
	body, err := json.Marshal(f)
	return payment.Message{Provider: payment.Simulated, ID: f.EventID, Type: f.Type, Body: body, Fact: f}, err
}

func now() time.Time { return time.Now().UTC().Truncate(time.Second) }

// order is as much of an order as its page needs.
type order struct {
	ID         string         `json:"id"`
	WalletID   string         `json:"wallet"`
	Amount     ledger.Money   `json:"amount"`
	Method     payment.Method `json:"method"`
	SuccessURL string         `json:"success,omitempty"`
	CancelURL  string         `json:"cancel,omitempty"`
}
