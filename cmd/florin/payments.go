package main

import (
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
	return nil
}
