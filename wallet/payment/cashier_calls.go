package payment

import (
	"context"
	"errors"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/risk"
)

func (c *Cashier) open(ctx context.Context, e *journal.Event, body Created, as attempt) error {
	var standing Standing
	err := c.call(ctx, body.Provider, as, func(ctx context.Context, g Gateway) (err error) {
		standing, err = g.Open(ctx, orderOf(body))
		return err
	})
	answer := RecordOpened{PaymentID: body.PaymentID}
	if err == nil {
		answer.Ref, answer.Intent, answer.Told, answer.At = standing.Ref, standing.Intent, standing.Told, standing.At
		if answer.Handover, err = c.ports.Sealer.Seal(ctx, body.Owner, standing.Handover); err != nil {
			return err
		}
	}
	if answer.Failure, err = c.lastWord(e, err); err != nil {
		return err
	}
	return c.record(ctx, e, CommandRecordOpened, answer)
}

// reviewed opens a payment that waited for finance, if nobody has paid it yet.
func (c *Cashier) reviewed(ctx context.Context, e *journal.Event, body Reviewed, as attempt) error {
	if body.Decision != risk.Allow || body.Told != "" {
		return nil
	}
	created, err := createdAs(ctx, c.registry, c.ports.Journal, body.PaymentID)
	if err != nil {
		return err
	}
	return c.open(ctx, e, created, as)
}

func (c *Cashier) cancel(ctx context.Context, e *journal.Event, body CancelRequested, as attempt) error {
	created, err := createdAs(ctx, c.registry, c.ports.Journal, body.PaymentID)
	if err != nil {
		return err
	}
	err = c.call(ctx, body.Provider, as, func(ctx context.Context, g Gateway) error {
		o := orderOf(created)
		o.Ref = body.ProviderRef
		return g.Cancel(ctx, o)
	})
	answer := RecordCanceled{PaymentID: body.PaymentID}
	if answer.Failure, err = c.lastWord(e, err); err != nil {
		return err
	}
	return c.record(ctx, e, CommandRecordCanceled, answer)
}

// refund never gives up without the provider's word: the money may be gone.
func (c *Cashier) refund(ctx context.Context, e *journal.Event, body RefundAsked, as attempt) error {
	var told RefundTold
	err := c.call(ctx, body.Provider, as, func(ctx context.Context, g Gateway) (err error) {
		told, err = g.Refund(ctx, RefundOrder{
			ID: body.RefundID, PaymentID: body.PaymentID, WalletID: body.WalletID, Intent: body.Intent, Amount: body.Amount, AskedAt: e.RecordedAt,
		})
		return err
	})
	var failure Failure
	switch {
	case errors.As(err, &failure):
		told = RefundTold{Status: RefundFailed, Failure: failure}
	case err != nil:
		return err
	}
	return c.record(ctx, e, CommandRecordRefund, RecordRefund{body.RefundID, told})
}

// createdAs returns what was asked for as a payment.
func createdAs(ctx context.Context, registry *journal.Registry, j Journal, id string) (Created, error) {
	place, err := Place(id)
	if err != nil {
		return Created{}, err
	}
	events, err := j.EventsAt(ctx, place.Shard(), []int64{place.Position()})
	if err != nil {
		return Created{}, err
	}
	if len(events) != 1 || !place.Names(&events[0]) {
		return Created{}, errors.New("payment " + id + " was created by no event of the journal")
	}
	if err := registry.Decode(&events[0]); err != nil {
		return Created{}, err
	}
	body, _ := events[0].Body.(Created)
	return body, nil
}

func orderOf(c Created) Order {
	return Order{
		ID: c.PaymentID, WalletID: c.WalletID, Amount: c.Amount, Method: c.Method,
		SuccessURL: c.SuccessURL, CancelURL: c.CancelURL, Description: c.Description,
	}
}

// lastWord is the failure to record, if an error is one; an error that is none is returned, until nobody waits for
// an answer any more. Giving up is safe: what the provider has opened meanwhile nobody can pay, and if somebody
// does, its messages are booked.
func (c *Cashier) lastWord(e *journal.Event, err error) (Failure, error) {
	var failure Failure
	var silent noAnswer
	switch {
	case err == nil, errors.As(err, &failure):
		return failure, nil
	case errors.As(err, &silent) && c.now().Sub(e.RecordedAt) > AskPatience:
		c.log.Error("a provider is not asked any more", "event", e.Position, "error", err)
		return Failure{Code: "provider-unavailable", Message: "The provider did not answer."}, nil
	}
	return failure, err
}

func (c *Cashier) record(ctx context.Context, e *journal.Event, commandType string, body any) error {
	command, err := answerTo(e, commandType, body)
	if err != nil {
		return err
	}
	a, err := c.ports.Commands.Record(ctx, command)
	if err != nil {
		return err
	}
	if a.Outcome.Status != journal.Done {
		// It would end in the same way for ever.
		c.log.Error("what a provider answered is not recorded", "event", e.Position, "command", command.ID.String(), "status", string(a.Outcome.Status))
	}
	return nil
}
