package stripepay

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/form"

	"github.com/florinledger/florin/wallet/payment"
)

// History lists Stripe's events, which it keeps for 30 days. It is a [payment.History].
type History struct {
	gateway *Gateway
	webhook *Webhook
}

var _ payment.History = (*History)(nil)

// NewHistory returns the events that gateway lists, as webhook would read them.
func NewHistory(gateway *Gateway, webhook *Webhook) *History { return &History{gateway, webhook} }

// eventPage is a page of events, as they came.
type eventPage struct {
	stripe.APIResource
	HasMore bool              `json:"has_more"`
	Data    []json.RawMessage `json:"data"`
}

// Since implements [payment.History]. Stripe lists the newest first.
func (h *History) Since(ctx context.Context, from time.Time, each func(payment.Message, error) error) error {
	after := ""
	for {
		params := &stripe.EventListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: from.Unix()}}
		params.Context = ctx
		params.Limit = stripe.Int64(eventPageSize)
		if after != "" {
			params.StartingAfter = stripe.String(after)
		}
		var page eventPage
		query := &form.Values{}
		form.AppendTo(query, params)
		if err := h.gateway.backend.CallRaw(http.MethodGet, "/v1/events", h.gateway.key, query, params.ToParams(), &page); err != nil {
			return fmt.Errorf("stripe: list events: %w", callFault(err))
		}
		for _, body := range page.Data {
			m, err := h.webhook.believe(body)
			if m.ID != "" {
				after = m.ID
			}
			if err := each(m, err); err != nil {
				return err
			}
		}
		if !page.HasMore || len(page.Data) == 0 {
			return nil
		}
	}
}
