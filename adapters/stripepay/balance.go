package stripepay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/form"

	"github.com/florinledger/florin/wallet/payment"
)

// Balance lists Stripe's balance transactions: every line of what Stripe holds for us. Told as messages, each under the
// id of its balance transaction, it is a [payment.History].
type Balance struct {
	gateway  *Gateway
	livemode bool
}

var _ payment.History = (*Balance)(nil)

// NewBalance returns the balance transactions that gateway lists. livemode is that of its key.
func NewBalance(gateway *Gateway, livemode bool) *Balance { return &Balance{gateway, livemode} }

// Since implements [payment.History]. What cannot be read must not be passed over, since nothing else tells of it: then
// it returns an error, after all others were told.
func (b *Balance) Since(ctx context.Context, from time.Time, each func(payment.Message, error) error) error {
	var unread error
	err := b.BalanceTransactions(ctx, from, time.Time{}, func(m payment.Message, err error) error {
		if err != nil {
			unread = errors.Join(unread, fmt.Errorf("stripe: %s: %w", m.ID, err))
			return nil
		}
		return each(m, nil)
	})
	return errors.Join(err, unread)
}

// BalanceTransactions calls each for every balance transaction that was created from a time on, and before another,
// which may be zero for none. They come newest first, with what they are of as it is by now, which costs a call of
// Stripe for each refund. One that cannot be read comes with its id and an error, which is payment.ErrMalformed. It
// returns each's error, or a fault.
func (b *Balance) BalanceTransactions(ctx context.Context, from, until time.Time, each func(payment.Message, error) error) error {
	after := ""
	for {
		params := &stripe.BalanceTransactionListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: from.Unix()}}
		params.Context = ctx
		params.Limit = stripe.Int64(eventPageSize)
		params.AddExpand("data.source")
		if !until.IsZero() {
			params.CreatedRange.LesserThan = until.Unix()
		}
		if after != "" {
			params.StartingAfter = stripe.String(after)
		}
		var page eventPage
		query := &form.Values{}
		form.AppendTo(query, params)
		if err := b.gateway.backend.CallRaw(http.MethodGet, "/v1/balance_transactions", b.gateway.key, query, params.ToParams(), &page); err != nil {
			return fmt.Errorf("stripe: list balance transactions: %w", callFault(err))
		}
		for _, body := range page.Data {
			m, err := b.read(ctx, body)
			if err != nil && !errors.Is(err, payment.ErrMalformed) {
				return err
			}
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

// read puts a balance transaction into our words.
//
// Errors: payment.ErrMalformed, or a fault of looking for the charge of a refund.
func (b *Balance) read(ctx context.Context, body []byte) (payment.Message, error) {
	var t balanceTransaction
	if err := json.Unmarshal(body, &t); err != nil {
		return payment.Message{}, fmt.Errorf("%w: %w", payment.ErrMalformed, err)
	}
	m := payment.Message{Provider: payment.Stripe, Livemode: b.livemode, APIVersion: stripe.APIVersion, Body: body}
	if !validText(t.ID) || !validText(t.Type) || t.Created <= 0 {
		return m, fmt.Errorf("%w: want a balance transaction with id, type and created", payment.ErrMalformed)
	}
	m.ID, m.Type = t.ID, "balance_transaction."+t.Type
	fact, err := b.fact(ctx, t)
	var fault callFailed
	switch {
	case errors.As(err, &fault):
		return m, err
	case err != nil:
		return m, fmt.Errorf("%w: %s: %w", payment.ErrMalformed, m.Type, err)
	}
	fact.Provider, fact.Kind, fact.EventID, fact.Type = payment.Stripe, payment.Balanced, m.ID, m.Type
	fact.OccurredAt = time.Unix(t.Created, 0).UTC()
	if fact.Refund != nil {
		fact.Refund.At = fact.OccurredAt
	}
	m.Fact = fact
	return m, nil
}
