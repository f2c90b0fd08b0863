package main

import (
	"cmp"
	"context"
	"time"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// gateways returns the providers that can be asked, and which of them is asked for new payments; empty for none.
func (s *settings) gateways() (gateways map[string]payment.Gateway, first string, err error) {
	key, err := s.stripeKey()
	if err != nil || key == "" {
		return nil, "", err
	}
	return map[string]payment.Gateway{payment.Stripe: stripepay.NewGateway(key, stripepay.GatewayConfig{URL: s.StripeURL})}, payment.Stripe, nil
}

// addCashier asks providers for what the journal says was asked for.
func (a *app) addCashier(
	s *settings, registry *journal.Registry, tail *journal.Tail, points *postgres.Checkpoints, commands *journal.Dispatcher, store *postgres.Store,
) error {
	gateways, _, err := s.gateways()
	if err != nil {
		return err
	}
	// With roles in processes of their own, something may be asked for before the first reactor is up.
	begin := readmodel.NewReads(a.react).PaymentsSince
	for name, wants := range map[string]func(string) bool{paymentReactor: payment.WantsAsking, refundReactor: payment.WantsRefunding} {
		cashier := payment.NewCashier(registry, gateways, payment.NewSealer(a.vault), store, commands, a.log, time.Now)
		reactor := journal.NewPageReactor(name, tail, points, begin, wants, cashier.Ask, a.log)
		a.metrics.Reactor(reactor)
		a.does(reactor.Run)
	}
	if g, ok := gateways[payment.Stripe].(*stripepay.Gateway); ok {
		keeper := postgres.NewProviderEvents(a.react)
		listed := func(h payment.History) *payment.Poller { return payment.NewPoller(h, keeper, store, commands, a.log) }
		// Events first: they name wallets, and what is settled in no time was told of before.
		polls := []poll{
			{stripePoller, listed(stripepay.NewHistory(g, stripepay.New(nil, stripepay.Config{Livemode: s.StripeLive})))},
			{stripeBalance, listed(stripepay.NewBalance(g, s.StripeLive))},
		}
		interval := cmp.Or(s.StripePoll, pollInterval)
		a.does(func(ctx context.Context) error {
			return alone(ctx, points, stripePoller, interval, a.log, func() func(context.Context) error {
				return func(ctx context.Context) error {
					for _, p := range polls {
						if err := p.since(ctx, points, time.Now()); err != nil && ctx.Err() == nil {
							a.log.Error("what a provider has to tell cannot be listed", "list", p.name, "error", err)
						}
					}
					return nil // and at the next interval again
				}
			})
		})
	}
	return nil
}

const (
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
