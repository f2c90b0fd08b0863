package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/client"
	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/adapters/stripepay/fixture"
)

// stripeCommand plays Stripe, where there is none: offline, and in tests of an integration.
type stripeCommand struct {
	Trigger stripeTriggerCommand `cmd:"" help:"Send an event to the service, signed as Stripe signs it."`
	Types   stripeTypesCommand   `cmd:"" help:"List the types of events that can be sent."`
}

// stripeTriggerCommand sends an event. Those of payments say what the flags say; the others are
// Stripe's published examples, unchanged.
type stripeTriggerCommand struct {
	Type string `arg:"" help:"Type of the event, such as payment_intent.succeeded."`

	Wallet   string `help:"Wallet that the payment is for; without one, or with an unknown one, the money goes to suspense." placeholder:"wal_…"`
	Amount   string `help:"How much was received, such as 10.50. Default: 10."`
	Asset    string `help:"Currency that was paid. Default: USD."`
	Intent   string `help:"Id of the payment. Name it again to send another event of the same payment. Default: a new one." placeholder:"pi_…"`
	Refunded string `help:"How much was given back; charges only. Default: nothing, and with charge.refunded all of it."`

	EventID    string `help:"Id of the event. Name it again to deliver it again. Default: a new one." placeholder:"evt_…"`
	URL        string `help:"Address of the service." env:"FLORIN_URL" default:"http://127.0.0.1:8080"`
	Secret     string `help:"Webhook secret; .florin/dev.env has that of florin dev." env:"STRIPE_WEBHOOK_SECRET" placeholder:"whsec_…"`
	SecretFile string `help:"File with the webhook secret, which goes before --secret." type:"path"`
	Print      bool   `help:"Print the event instead of sending it, as curl --data-binary @- takes it, and its signature to standard error."`
}

const (
	// triggerPatience is how long an answer may take: as long as Stripe waits for one.
	triggerPatience = 20 * time.Second
	// triggerAmount and triggerAsset are those of a payment that is told neither. The amount is one
	// in every currency.
	triggerAmount, triggerAsset = "10", "USD"
)

// Run sends the event, or prints it. An answer other than 2xx is an error.
func (c *stripeTriggerCommand) Run(ctx context.Context, con console) error {
	c.EventID = cmp.Or(c.EventID, fixture.NewEventID())
	object, err := c.object()
	if err != nil {
		return err
	}
	body, err := fixture.Event(c.Type, object, fixture.EventOptions{EventID: c.EventID})
	if err != nil {
		return err
	}
	secret, err := c.secret()
	if err != nil {
		return err
	}
	signature := fixture.Sign(body, secret, time.Now())
	if c.Print {
		fmt.Fprintf(con.Err, "Stripe-Signature: %s\n", signature)
		_, err := con.Out.Write(body)
		return err
	}
	fmt.Fprintf(con.Out, "event    %s (%s)\n", c.EventID, c.Type)
	if c.ofPayment() {
		fmt.Fprintf(con.Out, "payment  %s\n", c.Intent)
	}
	answer, position, err := c.send(ctx, body, signature)
	if err != nil {
		return err
	}
	fmt.Fprintf(con.Out, "answer   %s\n", answer)
	if position != "" {
		fmt.Fprintf(con.Out, "position %s\n", position)
	}
	return nil
}

func (c *stripeTriggerCommand) ofPayment() bool {
	return slices.Contains(fixture.PaymentTypes(), c.Type)
}

// object is what the event is about.
func (c *stripeTriggerCommand) object() (fixture.Object, error) {
	if c.ofPayment() {
		p, err := c.payment()
		if err != nil {
			return nil, err
		}
		return p.About(c.Type)
	}
	object, err := fixture.About(c.Type)
	switch {
	case errors.Is(err, fixture.ErrNoType):
		return nil, c.unknownType()
	case err == nil && c.Wallet+c.Amount+c.Asset+c.Intent+c.Refunded != "":
		return nil, fmt.Errorf("%s is sent as Stripe publishes it: --wallet, --amount, --asset, --intent and --refunded are for %s",
			c.Type, strings.Join(fixture.PaymentTypes(), ", "))
	}
	return object, err
}

// unknownType says which types there are: those of payments, and those that begin alike.
func (c *stripeTriggerCommand) unknownType() error {
	all, err := fixture.Types()
	if err != nil {
		return err
	}
	text := fmt.Sprintf("Stripe publishes no event %q. Known are %s", c.Type, strings.Join(fixture.PaymentTypes(), ", "))
	noun := c.Type[:max(0, strings.IndexAny(c.Type+".", "._"))]
	for _, t := range all {
		if noun != "" && strings.HasPrefix(t, noun) && !slices.Contains(fixture.PaymentTypes(), t) {
			text += ", " + t
		}
	}
	return fmt.Errorf("%s; florin stripe types lists all %d", text, len(all))
}

// payment is what the flags say of the payment.
func (c *stripeTriggerCommand) payment() (p fixture.Payment, err error) {
	c.Intent = cmp.Or(c.Intent, "pi_"+rand.Text())
	c.Amount, c.Asset = cmp.Or(c.Amount, triggerAmount), cmp.Or(c.Asset, triggerAsset)
	p = fixture.Payment{Intent: c.Intent, Currency: strings.ToLower(c.Asset), Wallet: c.Wallet}
	if p.Received, err = stripepay.MinorUnits(c.Amount, c.Asset); err != nil {
		return p, fmt.Errorf("--amount and --asset: %w", err)
	}
	switch {
	case c.Refunded != "" && !fixture.OfCharge(c.Type):
		return p, fmt.Errorf("--refunded: %s is not about a charge, and only charges say what was refunded", c.Type)
	case c.Refunded != "":
		if p.Refunded, err = stripepay.MinorUnits(c.Refunded, c.Asset); err != nil {
			return p, fmt.Errorf("--refunded: %w", err)
		}
	case c.Type == "charge.refunded":
		p.Refunded = p.Received
	}
	if p.Refunded > p.Received {
		return p, fmt.Errorf("--refunded: %s is more than the %s that was received", c.Refunded, c.Amount)
	}
	return p, nil
}

// secret is what the event is signed with.
func (c *stripeTriggerCommand) secret() (string, error) {
	if c.SecretFile != "" {
		secret, err := readSecretFile(c.SecretFile)
		return string(secret), err
	}
	if c.Secret == "" {
		return "", errors.New("no webhook secret: source .florin/dev.env, or name the service's with --secret-file")
	}
	return c.Secret, nil
}

// send delivers the event, once, and returns the status and what became of it, and the position from which on reads
// know of it.
func (c *stripeTriggerCommand) send(ctx context.Context, body []byte, signature string) (answer, position string, err error) {
	florin, err := client.New(c.URL, client.Config{Timeout: triggerPatience, Attempts: 1})
	if err != nil {
		return "", "", fmt.Errorf("--url: %w", err)
	}
	defer florin.Close()
	var a client.Answer
	receipt, err := florin.ReceiveStripeEvent(ctx, &client.ReceiveStripeEventParams{StripeSignature: signature}, body, client.Note(&a))
	said := fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status))
	switch {
	case a.Status == 0:
		return "", "", fmt.Errorf("the service does not answer: %w", err)
	case a.Status < http.StatusMultipleChoices && receipt.Outcome == "":
		return "", "", fmt.Errorf("%s from something that is not Florin", said)
	case client.Code(err) != "":
		return "", "", fmt.Errorf("answer: %s: %w", said, err)
	case err != nil:
		return "", "", fmt.Errorf("answer: %w", err)
	case a.Replayed:
		return said + ", " + receipt.Outcome + ", as answered before", a.Position, nil
	}
	return said + ", " + receipt.Outcome, a.Position, nil
}

// stripeTypesCommand lists types of events.
type stripeTypesCommand struct{}

// Run prints a type a line.
func (c *stripeTypesCommand) Run(con console) error {
	all, err := fixture.Types()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(con.Out, strings.Join(all, "\n"))
	return err
}
