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
// [journal.Reactor], whose events it takes page by page: what a page asks for is asked for side by side, what is asked
// of one payment in order. What is not answered is set aside, and asked for [Cashier.Again].
type Cashier struct {
	registry *journal.Registry
	ports    CashierPorts
	log      *slog.Logger
	now      func() time.Time

	mu sync.Mutex
	// answered are the positions of events of pages that were not passed yet that need not be asked for again.
	answered map[int64]bool
}

// CashierPorts are what a cashier calls out to. All of them are needed.
type CashierPorts struct {
	// Gateways are those of the providers, by their names.
	Gateways   map[string]Gateway
	Sealer     *Sealer
	Journal    Journal
	Commands   Commands
	Unanswered Unanswered
	Health     Health
}

// NewCashier returns a cashier. registry decodes events.
func NewCashier(registry *journal.Registry, ports CashierPorts, log *slog.Logger, now func() time.Time) *Cashier {
	return &Cashier{registry: registry, ports: ports, log: log, now: now, answered: map[int64]bool{}}
}

// WantsAsking reports whether events of a type ask something of a provider.
func WantsAsking(eventType string) bool {
	return eventType == TypeCreated || eventType == TypeCancelRequested || eventType == TypeReviewed
}

// WantsRefunding reports whether events of a type ask a provider to give money back. That is a reactor's of its own, so
// that refunds, which nobody waits for, keep no payments waiting.
func WantsRefunding(eventType string) bool { return eventType == TypeRefundRequested }

// Ask is a [journal.PageEffect]. What a provider does not answer is set aside. An error is a fault of our own: the events
// come again, and those that are seen to are passed over.
func (c *Cashier) Ask(ctx context.Context, events []*journal.Event) (acted bool, err error) {
	down, err := c.ports.Health.Down(ctx)
	if err != nil {
		return false, err
	}
	var streams []string
	byStream := map[string][]*journal.Event{}
	for _, e := range events {
		if byStream[e.Stream] == nil {
			streams = append(streams, e.Stream)
		}
		byStream[e.Stream] = append(byStream[e.Stream], e)
	}
	err = sideBySide(streams, maxAsking, func(stream string) error {
		for _, e := range byStream[stream] {
			if err := c.once(ctx, e, down); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	c.mu.Lock()
	for _, e := range events { // those of a page that failed may come a few at a time
		delete(c.answered, e.Position)
	}
	c.mu.Unlock()
	return true, nil
}

// sideBySide does something with each of some things, so many at once.
func sideBySide[T any](things []T, atOnce int, do func(T) error) error {
	var group sync.WaitGroup
	errs, places := make([]error, len(things)), make(chan struct{}, atOnce)
	for i, thing := range things {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			errs[i] = journal.Contained(func() error { return do(thing) })
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// once asks for what was not seen to before.
func (c *Cashier) once(ctx context.Context, e *journal.Event, down map[string]bool) error {
	c.mu.Lock()
	known := c.answered[e.Position]
	c.mu.Unlock()
	if known {
		return nil
	}
	if err := c.try(ctx, e, Call{Position: e.Position}, down); err != nil {
		return err
	}
	c.mu.Lock()
	c.answered[e.Position] = true
	c.mu.Unlock()
	return nil
}

// Again makes the calls whose time has come again.
//
// Errors: faults of our own.
func (c *Cashier) Again(ctx context.Context) error {
	calls, err := c.ports.Unanswered.Due(ctx, c.now(), duePage)
	if err != nil || len(calls) == 0 {
		return err
	}
	down, err := c.ports.Health.Down(ctx)
	if err != nil {
		return err
	}
	positions := make([]int64, len(calls))
	for i, call := range calls {
		positions[i] = call.Position
	}
	events, err := c.ports.Journal.EventsAt(ctx, mainShard, positions)
	if err != nil {
		return err
	}
	byPosition := map[int64]*journal.Event{}
	for i := range events {
		byPosition[events[i].Position] = &events[i]
	}
	return sideBySide(calls, maxAsking, func(call Call) error {
		e := byPosition[call.Position]
		if e == nil { // the journal has lost it, and so was it never asked for
			return c.ports.Unanswered.Answered(ctx, call.Position)
		}
		return c.try(ctx, e, call, down)
	})
}

// try makes a call, and sets it aside if it is not answered.
func (c *Cashier) try(ctx context.Context, e *journal.Event, call Call, down map[string]bool) error {
	err := c.ask(ctx, e, attempt{down: down, first: call.Attempts == 0})
	var silent noAnswer
	switch {
	case errors.As(err, &silent) && ctx.Err() == nil:
		call.Attempts++
		call.Provider = silent.provider
		c.log.WarnContext(ctx, "a payment provider has not answered", "provider", silent.provider, "event", e.Position, "attempts", call.Attempts, "error", silent.err)
		err = c.ports.Unanswered.SetAside(ctx, call, c.now().Add(again(call.Attempts)), silent.err.Error())
	case err == nil && call.Attempts > 0:
		err = c.ports.Unanswered.Answered(ctx, call.Position)
	}
	if err != nil {
		return fmt.Errorf("%s of event %d: %w", e.Type, e.Position, err)
	}
	return nil
}

// attempt is how a call is made: to nobody who is down. A first one that is not answered speaks against its provider;
// later ones do not, since what is wrong may be the one thing that is asked for.
type attempt struct {
	down  map[string]bool
	first bool
}

func (c *Cashier) ask(ctx context.Context, e *journal.Event, as attempt) error {
	own := *e // other readers have the same one
	if err := c.registry.Decode(&own); err != nil {
		return err
	}
	switch body := own.Body.(type) {
	case Created:
		if !body.goesOn() {
			return nil
		}
		return c.open(ctx, &own, body, as)
	case Reviewed:
		return c.reviewed(ctx, &own, body, as)
	case CancelRequested:
		return c.cancel(ctx, &own, body, as)
	case RefundAsked:
		return c.refund(ctx, &own, body, as)
	}
	return nil
}

// call calls a provider, and notes whether that answers. A payment stays with the provider that it began with, also
// where that is down, or not configured any more.
//
// Errors: a [Failure], a noAnswer, and faults of our own.
func (c *Cashier) call(ctx context.Context, provider string, as attempt, ask func(context.Context, Gateway) error) error {
	gateway, ok := c.ports.Gateways[provider]
	switch {
	case !ok:
		return noAnswer{provider, errNotConfigured}
	case as.down[provider]:
		return noAnswer{provider, errDown}
	}
	limited, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	fault := ask(limited, gateway)
	word := fault
	if errors.As(fault, new(Failure)) {
		fault = nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if fault != nil && !as.first {
		return noAnswer{provider, fault}
	}
	isDown, before, err := c.ports.Health.Heard(ctx, provider, fault)
	switch {
	case err != nil:
		return err
	case isDown && !before:
		c.log.ErrorContext(ctx, "a payment provider does not answer: new payments go to the next one, if there is one", "provider", provider, "error", fault)
	case before && !isDown:
		c.log.InfoContext(ctx, "a payment provider answers again", "provider", provider)
	}
	if fault != nil {
		return noAnswer{provider, fault}
	}
	return word
}
