package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// Unsettled is a payment, or a refund, that has not come to its end: the positions of the events that asked for it and
// that changed it last.
type Unsettled struct{ Asked, Last int64 }

// Open knows what has not come to its end.
type Open interface {
	// OpenPayments returns payments that a provider has opened, and that may still be paid, and OpenRefunds refunds that
	// a provider has and has not made, of those that were asked for after from and not after until: oldest first,
	// after a position.
	OpenPayments(ctx context.Context, from, until time.Time, after int64, limit int) ([]Unsettled, error)
	OpenRefunds(ctx context.Context, from, until time.Time, after int64, limit int) ([]Unsettled, error)
}

// lookAges are how old a payment or a refund is when it is looked at, if it has not come to its end by then. Messages come
// within a minute; a session ends after a day, a refund within days, and what is asked for by an intent may never end.
func lookAges() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{
		2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 12 * time.Hour, 25 * time.Hour,
		3 * day, 7 * day, 14 * day, 30 * day,
	}
}

// Lookout looks at what has not come to its end, and has what it sees booked, as if the provider had told of it. So a
// message that never came, by no way, costs minutes.
type Lookout struct {
	registry *journal.Registry
	sights   map[string]Sight
	health   Health
	open     Open
	journal  Journal
	ear      ear
}

// NewLookout returns a lookout at providers by their names. registry decodes events; keeper keeps what is seen.
func NewLookout(
	registry *journal.Registry, sights map[string]Sight, health Health, open Open, j Journal, keeper Keeper, outcomes Outcomes, commands Commands, log *slog.Logger,
) *Lookout {
	return &Lookout{registry, sights, health, open, j, ear{keeper, outcomes, commands, log}}
}

// Look looks at all that has come to one of its ages after since and not after until. What is seen twice is booked once.
//
// Errors: a provider does not answer, and faults of our own: it is to be called again with the same since.
func (l *Lookout) Look(ctx context.Context, since, until time.Time) error {
	down, err := l.health.Down(ctx)
	if err != nil {
		return err
	}
	for name := range down {
		if l.sights[name] != nil {
			return fmt.Errorf("payment: provider %s is down, and is looked at when it answers", name)
		}
	}
	var silent atomic.Int32
	for _, age := range lookAges() {
		for _, list := range []func(context.Context, time.Time, time.Time, int64, int) ([]Unsettled, error){l.open.OpenPayments, l.open.OpenRefunds} {
			for after := int64(0); ; {
				page, err := list(ctx, since.Add(-age), until.Add(-age), after, lookPage)
				if err != nil {
					return err
				}
				err = sideBySide(page, maxLooking, func(u Unsettled) error { return l.look(ctx, u, &silent) })
				if err != nil {
					return err
				}
				if len(page) < lookPage {
					break
				}
				after = page[len(page)-1].Asked
			}
		}
	}
	return nil
}

// look looks at one. That a provider does not answer for one keeps nobody from looking at the others, and this one is
// looked at when it is older.
func (l *Lookout) look(ctx context.Context, u Unsettled, silent *atomic.Int32) error {
	m, provider, err := l.see(ctx, u)
	switch {
	case errors.As(err, new(Failure)):
		l.ear.log.Error("a payment provider does not know what it was asked for", "provider", provider, "event", u.Asked, "error", err)
		return nil
	case errors.As(err, new(noAnswer)):
		l.ear.log.Warn("a payment provider has not answered", "provider", provider, "event", u.Asked, "error", err)
		if silent.Add(1) >= silentLooks {
			return err
		}
		return nil
	case err != nil || m.ID == "":
		return err
	}
	silent.Store(0)
	// The same is another message when it stands otherwise here than it did.
	m.ID += "_" + strconv.FormatInt(u.Last, 10)
	m.Fact.EventID = m.ID
	return l.ear.hear(ctx, m)
}

// see asks the provider of a payment or a refund how that stands; there is no message where the provider is not
// configured any more.
func (l *Lookout) see(ctx context.Context, u Unsettled) (m Message, provider string, err error) {
	events, err := l.journal.EventsAt(ctx, mainShard, []int64{u.Asked, u.Last})
	if err != nil {
		return m, "", err
	}
	var asked, last *journal.Event
	for i := range events {
		e := &events[i]
		if err := l.registry.Decode(e); err != nil {
			return m, "", err
		}
		if e.Position == u.Asked {
			asked = e
		}
		if e.Position == u.Last {
			last = e
		}
	}
	if asked == nil || last == nil {
		return m, "", fmt.Errorf("payment: the journal has no events %d and %d", u.Asked, u.Last)
	}
	var ask func(context.Context, Sight) (Message, error)
	switch body := asked.Body.(type) {
	case Created:
		step, _ := StepOf(last)
		o := orderOf(body)
		provider, o.Ref = body.Provider, step.ProviderRef
		ask = func(ctx context.Context, s Sight) (Message, error) { return s.Look(ctx, o) }
	case RefundAsked:
		step, _ := RefundStepOf(last)
		r := RefundOrder{
			ID: step.RefundID, PaymentID: step.PaymentID, WalletID: step.WalletID, Intent: step.Intent, Ref: step.ProviderRef,
			Amount: step.Amount, AskedAt: asked.RecordedAt,
		}
		provider = step.Provider
		ask = func(ctx context.Context, s Sight) (Message, error) { return s.LookRefund(ctx, r) }
	default:
		return m, "", fmt.Errorf("payment: event %d, a %s, asks for nothing", asked.Position, asked.Type)
	}
	sight, ok := l.sights[provider]
	if !ok {
		return m, provider, nil
	}
	limited, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	m, err = ask(limited, sight)
	if err != nil && !errors.As(err, new(Failure)) {
		err = errors.Join(noAnswer{provider, err}, ctx.Err())
	}
	return m, provider, err
}
