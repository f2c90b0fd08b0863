package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/florinledger/florin/adapters/stripepay/fixture"
)

const (
	// webhookWallets is how many wallets payments are for.
	webhookWallets = 100
	// paymentSucceeded is the type of the events that are sent.
	paymentSucceeded = "payment_intent.succeeded"
	// serialMark stands in an event where each gets its own number.
	serialMark = "FLORINBENCHSERIAL"
)

// errNoSecret says what is missing for webhooks.
var errNoSecret = errors.New("no webhook secret: source .florin/dev.env, or set STRIPE_WEBHOOK_SECRET to the service's")

// webhooks opens wallets, and returns the workload that plays Stripe: each event is of a payment of its own
// that succeeded, as florin stripe trigger sends them.
func (b *Bench) webhooks(ctx context.Context) (workload, error) {
	if b.target.WebhookSecret == "" {
		return workload{}, errNoSecret
	}
	var events [][][]byte
	for n := range webhookWallets {
		var wallet struct {
			ID string `json:"id"`
		}
		key := fmt.Sprintf("bench-%s-wallet-%d", b.requests.run, b.requests.serial.Add(1))
		body := fmt.Sprintf(`{"name":"Benchmark %s, %d"}`, b.requests.run, n)
		if err := b.target.askBusy(ctx, http.MethodPost, "/v1/wallets", key, body, &wallet); err != nil {
			return workload{}, err
		}
		event, err := paymentOf(wallet.ID)
		if err != nil {
			return workload{}, err
		}
		events = append(events, event)
	}
	head := "POST /v1/webhooks/stripe HTTP/1.1\r\nHost: " + b.requests.host + "\r\nContent-Type: application/json\r\nStripe-Signature: "
	return workload{perRequest: 1, posted: `"booked"`, inMain: true, maker: func() maker {
		random := source()
		return func(buf []byte) []byte {
			serial := b.requests.run + strconv.FormatInt(b.requests.serial.Add(1), 10)
			body := bytes.Join(events[random.IntN(len(events))], []byte(serial))
			buf = append(append(buf, head...), fixture.Sign(body, b.target.WebhookSecret, time.Now())...)
			return appendBody(buf, body)
		}
	}}, nil
}

// paymentOf returns an event in the parts between which its serial number stands.
func paymentOf(wallet string) ([][]byte, error) {
	payment := fixture.Payment{Intent: "pi_" + serialMark, Currency: "usd", Received: 100, Wallet: wallet}
	object, err := payment.About(paymentSucceeded)
	if err != nil {
		return nil, err
	}
	body, err := fixture.Event(paymentSucceeded, object, fixture.EventOptions{EventID: "evt_" + serialMark})
	return bytes.Split(body, []byte(serialMark)), err
}
