package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// Cashier asks providers for what the journal says was asked for, and has what they answer recorded. It is for one
// [journal.Reactor], whose events it takes page by page: payments of a page are asked for side by side, what is
// asked of one payment in order.
type Cashier struct {
	registry *journal.Registry
	gateways map[string]Gateway
	sealer   *Sealer
	journal  Journal
	commands Commands
	log      *slog.Logger
	now      func() time.Time

	mu sync.Mutex
	// answered are the positions of events of the page under way that need not be asked for again.
	answered map[int64]bool
}

// NewCashier returns a cashier for providers by their names. registry decodes events.
func NewCashier(registry *journal.Registry, gateways map[string]Gateway, sealer *Sealer, j Journal, commands Commands, log *slog.Logger, now func() time.Time) *Cashier {
	return &Cashier{registry: registry, gateways: gateways, sealer: sealer, journal: j, commands: commands, log: log, now: now, answered: map[int64]bool{}}
}

// WantsAsking reports whether events of a type ask something of a provider.
func WantsAsking(eventType string) bool {
	return eventType == TypeCreated || eventType == TypeCancelRequested
}

// WantsRefunding reports whether events of a type ask a provider to give money back. That is a reactor's of its own:
// it is asked for until there is an answer, and must not keep payments waiting.
func WantsRefunding(eventType string) bool { return eventType == TypeRefundRequested }

// Ask is a [journal.PageEffect]. An error says that somebody has not answered: the events come again, and those that
// were answered are passed over.
func (c *Cashier) Ask(ctx context.Context, events []*journal.Event) (acted bool, err error) {
	var streams []string
	byStream := map[string][]*journal.Event{}
	for _, e := range events {
		if byStream[e.Stream] == nil {
			streams = append(streams, e.Stream)
		}
		byStream[e.Stream] = append(byStream[e.Stream], e)
	}
	var group sync.WaitGroup
	errs, places := make([]error, len(streams)), make(chan struct{}, maxAsking)
	for i, stream := range streams {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			for _, e := range byStream[stream] {
				if errs[i] = c.once(ctx, e); errs[i] != nil {
					return
				}
			}
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return false, err
	}
	c.mu.Lock()
	clear(c.answered)
	c.mu.Unlock()
	return true, nil
}

// once asks for what was not answered before.
func (c *Cashier) once(ctx context.Context, e *journal.Event) error {
	c.mu.Lock()
	known := c.answered[e.Position]
	c.mu.Unlock()
	if known {
		return nil
	}
	if err := c.ask(ctx, e); err != nil {
		return fmt.Errorf("%s of event %d: %w", e.Type, e.Position, err)
	}
	c.mu.Lock()
	c.answered[e.Position] = true
	c.mu.Unlock()
	return nil
}

func (c *Cashier) ask(ctx context.Context, e *journal.Event) error {
	own := *e // other readers have the same one
	if err := c.registry.Decode(&own); err != nil {
		return err
	}
	switch body := own.Body.(type) {
	case Created:
		return c.open(ctx, &own, body)
	case CancelRequested:
		return c.cancel(ctx, &own, body)
	case RefundAsked:
		return c.refund(ctx, &own, body)
	}
	return nil
}

func (c *Cashier) open(ctx context.Context, e *journal.Event, body Created) error {
	answer := RecordOpened{PaymentID: body.PaymentID}
	gateway, err := c.gateway(body.Provider)
	if err == nil {
		var standing Standing
		if standing, err = gateway.Open(ctx, orderOf(body)); err == nil {
			answer.Ref, answer.Intent, answer.Told, answer.At = standing.Ref, standing.Intent, standing.Told, standing.At
			if answer.Handover, err = c.sealer.Seal(ctx, body.Owner, standing.Handover); err != nil {
				return err
			}
		}
	}
	if answer.Failure, err = c.lastWord(e, err); err != nil {
		return err
	}
	return c.record(ctx, e, CommandRecordOpened, answer)
}

func (c *Cashier) cancel(ctx context.Context, e *journal.Event, body CancelRequested) error {
	created, err := c.created(ctx, body.PaymentID)
	if err != nil {
		return err
	}
	answer := RecordCanceled{PaymentID: body.PaymentID}
	gateway, err := c.gateway(body.Provider)
	if err == nil {
		o := orderOf(created)
		o.Ref = body.ProviderRef
		err = gateway.Cancel(ctx, o)
	}
	if answer.Failure, err = c.lastWord(e, err); err != nil {
		return err
	}
	return c.record(ctx, e, CommandRecordCanceled, answer)
}

// refund never gives up without the provider's word: the money may be gone.
func (c *Cashier) refund(ctx context.Context, e *journal.Event, body RefundAsked) error {
	gateway, err := c.gateway(body.Provider)
	if err != nil {
		return err
	}
	told, err := gateway.Refund(ctx, RefundOrder{
		ID: body.RefundID, PaymentID: body.PaymentID, WalletID: body.WalletID, Intent: body.Intent, Amount: body.Amount, AskedAt: e.RecordedAt,
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

// created returns what was asked for.
func (c *Cashier) created(ctx context.Context, id string) (Created, error) {
	place, err := Place(id)
	if err != nil {
		return Created{}, err
	}
	events, err := c.journal.EventsAt(ctx, place.Shard(), []int64{place.Position()})
	if err != nil {
		return Created{}, err
	}
	if len(events) != 1 || !place.Names(&events[0]) {
		return Created{}, errors.New("payment " + id + " was created by no event of the journal")
	}
	if err := c.registry.Decode(&events[0]); err != nil {
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

// gateway is that of a provider. A payment stays with the provider that it began with, also where that is not
// configured any more.
func (c *Cashier) gateway(provider string) (Gateway, error) {
	if g, ok := c.gateways[provider]; ok {
		return g, nil
	}
	return nil, fmt.Errorf("payment: provider %q is not configured", provider)
}

// lastWord is the failure to record, if an error is one; an error that is none is returned, until nobody waits for
// an answer any more. Giving up is safe: what the provider has opened meanwhile nobody can pay, and if somebody
// does, its messages are booked.
func (c *Cashier) lastWord(e *journal.Event, err error) (Failure, error) {
	var failure Failure
	switch {
	case err == nil, errors.As(err, &failure):
		return failure, nil
	case c.now().Sub(e.RecordedAt) > AskPatience:
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
	a, err := c.commands.Record(ctx, command)
	if err != nil {
		return err
	}
	if a.Outcome.Status != journal.Done {
		// It would end in the same way for ever.
		c.log.Error("what a provider answered is not recorded", "event", e.Position, "command", command.ID.String(), "status", string(a.Outcome.Status))
	}
	return nil
}
