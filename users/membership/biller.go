package membership

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// Order is a membership as a provider is asked for it.
type Order struct {
	// ID is our id of it, under which the provider recognises that it was asked before.
	ID    string
	Price string
	// SuccessURL and CancelURL are where the member's browser goes from the provider's page.
	SuccessURL, CancelURL string
}

// Page is where somebody buys a membership: the provider's id of it, and its address.
type Page struct {
	Ref string
	payment.Handover
}

// Wish is what a provider is asked to do with a subscription, or, while it is not bought, with the page.
type Wish struct {
	Ask
	// Key is under what the provider recognises that it was asked before.
	Key                string
	Subscription, Page string
}

// Provider sells memberships. Every call may be made again, after whatever happened to the one before.
//
// Errors: a [payment.Failure], which is the provider's last word; anything else says that no answer is known, and the
// same call is to be made again.
type Provider interface {
	// OpenPage has the provider wait for somebody to buy.
	OpenPage(ctx context.Context, o Order) (Page, error)
	// Change has it do what is wished. It is no error that it is so already.
	Change(ctx context.Context, w Wish) error
	// Refund has it give money back to who paid.
	Refund(ctx context.Context, r payment.RefundOrder) (payment.RefundTold, error)
}

// Commands records what providers answered: *journal.Dispatcher.
type Commands interface {
	// Record has a command decided that tells of what has happened.
	Record(ctx context.Context, c journal.Command) (journal.Answer, error)
}

// Biller asks providers for what the journal says was asked for, and has what they answer recorded.
type Biller struct {
	registry  *journal.Registry
	providers map[string]Provider
	sealer    *payment.Sealer
	commands  Commands
	log       *slog.Logger
	now       func() time.Time
}

// NewBiller returns a biller for providers by their names. registry decodes events.
func NewBiller(registry *journal.Registry, providers map[string]Provider, sealer *payment.Sealer, commands Commands, log *slog.Logger, now func() time.Time) *Biller {
	return &Biller{registry: registry, providers: providers, sealer: sealer, commands: commands, log: log, now: now}
}

// WantsBilling reports whether events of a type ask something of a provider.
func WantsBilling(eventType string) bool { return eventType == TypeOrdered || eventType == TypeAsked }

// Bill is a [journal.PageEffect]: what is asked of one membership is asked in order, and of others side by side. An error
// says that somebody has not answered: the events come again, and providers know what they were asked before.
func (b *Biller) Bill(ctx context.Context, events []*journal.Event) (acted bool, err error) {
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
			errs[i] = journal.Contained(func() error {
				for _, e := range byStream[stream] {
					if err := b.bill(ctx, e); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	group.Wait()
	return true, errors.Join(errs...)
}

func (b *Biller) bill(ctx context.Context, e *journal.Event) error {
	own := *e // other readers have the same one
	if err := b.registry.Decode(&own); err != nil {
		return err
	}
	switch body := own.Body.(type) {
	case Ordered:
		return b.open(ctx, &own, body)
	case Asked:
		return b.ask(ctx, &own, body)
	}
	return nil
}

func (b *Biller) open(ctx context.Context, e *journal.Event, body Ordered) error {
	answer := RecordPage{MembershipID: body.MembershipID}
	provider, err := b.provider(body.About.Provider)
	if err == nil {
		var page Page
		page, err = provider.OpenPage(ctx, Order{ID: body.MembershipID, Price: body.Price, SuccessURL: body.SuccessURL, CancelURL: body.CancelURL})
		if err == nil {
			answer.Page = page.Ref
			if answer.Handover, err = b.sealer.Seal(ctx, body.UserID, page.Handover); err != nil {
				return err
			}
		}
	}
	if answer.Failure, err = b.lastWord(e, err); err != nil {
		return err
	}
	return b.record(ctx, e, CommandRecordPage, answer)
}

// ask has the provider do what is asked for. Money is given back once the subscription has ended, and until there is a
// word on it: it may be gone.
func (b *Biller) ask(ctx context.Context, e *journal.Event, body Asked) error {
	answer := RecordAnswer{MembershipID: body.MembershipID}
	key := e.ID().Format("evt")
	provider, err := b.provider(body.About.Provider)
	if err == nil {
		err = provider.Change(ctx, Wish{Ask: *body.Billing.Asked, Key: key, Subscription: body.Billing.Subscription, Page: body.Billing.Page})
	}
	if answer.Failure, err = b.lastWord(e, err); err != nil {
		return err
	}
	for _, x := range body.Billing.Bills {
		if x.Returning == "" || answer.Failure.Code != "" {
			continue
		}
		told, err := provider.Refund(ctx, payment.RefundOrder{
			ID: key + "-" + x.Invoice, Intent: x.Payment, Amount: ledger.Money{Amount: x.Returning, Asset: x.Price.Asset}, AskedAt: e.RecordedAt,
		})
		back := Returned{Invoice: x.Invoice, Ref: told.Ref, Failure: told.Failure}
		if err != nil && !errors.As(err, &back.Failure) {
			return fmt.Errorf("%s of event %d: %w", e.Type, e.Position, err)
		}
		answer.Returned = append(answer.Returned, back)
	}
	return b.record(ctx, e, CommandRecordAnswer, answer)
}

// provider is the one of a name. A membership stays with its provider, also where that is not configured any more.
func (b *Biller) provider(name string) (Provider, error) {
	if p, ok := b.providers[name]; ok {
		return p, nil
	}
	return nil, fmt.Errorf("membership: provider %q is not configured", name)
}

// lastWord is the failure to record, if an error is one; an error that is none is returned, until nobody waits for an
// answer any more. What was done all the same the provider tells.
func (b *Biller) lastWord(e *journal.Event, err error) (failure payment.Failure, _ error) {
	switch {
	case err == nil, errors.As(err, &failure):
		return failure, nil
	case b.now().Sub(e.RecordedAt) > payment.AskPatience:
		b.log.Error("a provider is not asked any more", "event", e.Position, "error", err)
		return payment.Failure{Code: "provider-unavailable", Message: "The provider did not answer."}, nil
	}
	return failure, fmt.Errorf("%s of event %d: %w", e.Type, e.Position, err)
}

func (b *Biller) record(ctx context.Context, e *journal.Event, commandType string, body any) error {
	command, err := payment.AnswerTo(e, commandType, body)
	if err != nil {
		return err
	}
	a, err := b.commands.Record(ctx, command)
	if err != nil {
		return err
	}
	if a.Outcome.Status != journal.Done {
		// It would end in the same way for ever.
		b.log.Error("what a provider answered is not recorded", "event", e.Position, "command", command.ID.String(), "status", string(a.Outcome.Status))
	}
	return nil
}
