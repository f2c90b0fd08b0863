package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet/payment"
)

// paymentProviders are who is asked for new payments, the one that is liked best first; empty for none.
func (s *settings) paymentProviders() ([]string, error) {
	key, err := s.stripeKey()
	if err != nil {
		return nil, err
	}
	order := s.PaymentProviders
	if len(order) == 0 && key != "" {
		order = []string{payment.Stripe}
	}
	for i, name := range order {
		switch {
		case slices.Contains(order[:i], name):
			return nil, fmt.Errorf("payment providers: %s is named twice", name)
		case name == payment.Stripe && key == "":
			return nil, errors.New("payment providers: stripe is asked with a key (STRIPE_API_KEY_FILE)")
		case name == payment.Simulated && s.StripeLive:
			return nil, errors.New("payment providers: the simulated one takes no money, and cannot stand beside live events (STRIPE_LIVE)")
		case name != payment.Stripe && name != payment.Simulated:
			return nil, fmt.Errorf("payment providers: there is no %q; want stripe or simulated", name)
		}
	}
	return order, nil
}

// provider is a payment provider.
type provider interface {
	payment.Gateway
	payment.Sight
}

// gateways are the providers that can be asked: also one for old payments that takes no new ones.
func (a *app) gateways(s *settings, commands *journal.Dispatcher) (map[string]provider, error) {
	order, err := s.paymentProviders()
	if err != nil {
		return nil, err
	}
	out := map[string]provider{}
	key, err := s.stripeKey()
	if err != nil {
		return nil, err
	}
	if key != "" {
		out[payment.Stripe] = stripepay.NewGateway(key, stripepay.GatewayConfig{
			URL: s.StripeURL, Client: &http.Client{Timeout: stripepay.DefaultCallTime, Transport: a.observer.Transport(payment.Stripe, http.DefaultTransport)},
		})
	}
	if slices.Contains(order, payment.Simulated) {
		if out[payment.Simulated], err = a.addSimulated(s, commands); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// addCashier asks providers for what the journal says was asked for.
func (a *app) addCashier(
	s *settings, registry *journal.Registry, tail *journal.Tail, points *postgres.Checkpoints, commands *journal.Dispatcher, store *postgres.Store,
) error {
	providers, err := a.gateways(s, commands)
	if err != nil {
		return err
	}
	calls := postgres.NewPaymentCalls(a.react)
	ports := payment.CashierPorts{
		Gateways: map[string]payment.Gateway{}, Sealer: payment.NewSealer(a.vault), Journal: store, Commands: commands, Unanswered: calls, Health: calls,
	}
	a.providers = slices.Sorted(maps.Keys(providers))
	sights := map[string]payment.Sight{}
	for name, p := range providers {
		ports.Gateways[name], sights[name] = p, p
	}
	// With roles in processes of their own, something may be asked for before the first reactor is up.
	begin := readmodel.NewReads(a.react).PaymentsSince
	for name, wants := range map[string]func(string) bool{paymentReactor: payment.WantsAsking, refundReactor: payment.WantsRefunding} {
		cashier := payment.NewCashier(registry, ports, a.log, time.Now)
		a.reacts(journal.NewPageReactor(name, tail, points, begin, wants, cashier.Ask, a.log))
	}
	cashier := payment.NewCashier(registry, ports, a.log, time.Now)
	a.alone(points, paymentCalls, callInterval, cashier.Again, "make calls again")
	a.alone(points, paymentProbes, probeInterval, payment.NewProbe(sights, calls, a.log).Ask, "ask providers whether they answer")
	lookout := payment.NewLookout(registry, sights, calls, readmodel.NewReads(a.react), store, postgres.NewProviderEvents(a.react), store, commands, a.log)
	a.alone(points, paymentLooks, cmp.Or(s.PaymentLooks, lookInterval), func(ctx context.Context) error {
		return lookSince(ctx, points, lookout, time.Now())
	}, "look at open payments")
	sellers := map[string]membership.Provider{}
	if g, ok := providers[payment.Stripe].(*stripepay.Gateway); ok {
		sellers[payment.Stripe] = stripepay.Subscriptions{Gateway: g}
	}
	biller := membership.NewBiller(registry, sellers, payment.NewSealer(a.vault), commands, a.log, time.Now)
	a.reacts(journal.NewPageReactor(billingReactor, tail, points, readmodel.NewReads(a.react).MembershipsSince, membership.WantsBilling, biller.Bill, a.log))
	if g, ok := providers[payment.Stripe].(*stripepay.Gateway); ok {
		a.addReconciler(s, registry, points, g)
		keeper := postgres.NewProviderEvents(a.react)
		listed := func(h payment.History) *payment.Poller { return payment.NewPoller(h, keeper, store, commands, a.log) }
		// Events first: they name wallets, and what is settled in no time was told of before.
		polls := []poll{
			{stripePoller, listed(stripepay.NewHistory(g, stripepay.New(nil, stripepay.Config{Livemode: s.StripeLive})))},
			{stripeBalance, listed(stripepay.NewBalance(g, s.StripeLive))},
		}
		a.alone(points, stripePoller, cmp.Or(s.StripePoll, pollInterval), func(ctx context.Context) error {
			var errs []error
			for _, p := range polls {
				if err := p.since(ctx, points, time.Now()); err != nil {
					errs = append(errs, fmt.Errorf("%s: %w", p.name, err))
				}
			}
			return errors.Join(errs...)
		}, "list what Stripe has to tell")
	}
	return nil
}

// alone does something at intervals in one process at a time. After a failure, which is logged, it is done at the next
// interval again.
func (a *app) alone(points journal.Checkpoints, name string, interval time.Duration, do func(context.Context) error, what string) {
	a.does(func(ctx context.Context) error {
		return alone(ctx, points, name, interval, a.log, func() func(context.Context) error {
			return func(ctx context.Context) error {
				if err := do(ctx); err != nil && ctx.Err() == nil {
					a.log.Error("what is to be done for payments is not done", "what", what, "error", err)
				}
				return nil
			}
		})
	})
}

const (
	// paymentCalls is the name of the lock of making calls again, and callInterval how often it is looked for some.
	paymentCalls = "payment-calls"
	callInterval = 200 * time.Millisecond
	// paymentProbes is that of asking providers that are down whether they answer.
	paymentProbes = "payment-probes"
	probeInterval = 2 * time.Second
	// paymentLooks is that of looking at payments and refunds that have not come to their end, and of its checkpoint: until
	// when all that had come to an age was looked at, in seconds. Every lookInterval is often enough for the first age.
	paymentLooks = "payment-looks"
	lookInterval = 15 * time.Second
	// lookMost is how much is made up for at once, after a time in which nobody looked.
	lookMost = 72 * time.Hour
	// stripePoller is the name of the lock of asking Stripe for what it lists, and of the checkpoint of its events;
	// stripeBalance that of its balance transactions. A checkpoint is the time of the newest that is booked, in seconds.
	stripePoller  = "stripe-events"
	stripeBalance = "stripe-balance"
	// pollInterval is how often, if nobody says: what a lost webhook costs.
	pollInterval = time.Minute
	// pollFirst is how far back it begins: Stripe delivers for three days by itself.
	pollFirst = 72 * time.Hour
	// pollOverlap is how much is asked for again, because Stripe may list something late.
	pollOverlap = 5 * time.Minute
)

// lookSince looks at what has come to an age since the checkpoint, and moves it.
func lookSince(ctx context.Context, points journal.Checkpoints, lookout *payment.Lookout, now time.Time) error {
	seconds, ran, err := points.Checkpoint(ctx, paymentLooks)
	if err != nil {
		return err
	}
	until := now.Truncate(time.Second)
	since := time.Unix(seconds, 0)
	if earliest := until.Add(-lookMost); !ran || since.Before(earliest) {
		since = earliest
	}
	if !since.Before(until) {
		return nil
	}
	if err := lookout.Look(ctx, since, until); err != nil {
		return err
	}
	return points.Advance(ctx, paymentLooks, seconds, until.Unix())
}

// poll is a list of a provider's, by the name of its checkpoint.
type poll struct {
	name   string
	poller *payment.Poller
}

// since asks for what is new since the checkpoint, and moves it.
func (p poll) since(ctx context.Context, points journal.Checkpoints, now time.Time) error {
	seconds, ran, err := points.Checkpoint(ctx, p.name)
	if err != nil {
		return err
	}
	from := time.Unix(seconds, 0).Add(-pollOverlap)
	if !ran {
		from = now.Add(-pollFirst)
	}
	newest, err := p.poller.Poll(ctx, from)
	if err != nil || newest.Unix() <= seconds {
		return err
	}
	return points.Advance(ctx, p.name, seconds, newest.Unix())
}
