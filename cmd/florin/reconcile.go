package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/recon"
	"github.com/florinledger/florin/wallet/payment"
)

const (
	// reconciliations is the name of the lock of reconciling, and reconInterval how often it is looked for something to do.
	reconciliations = "reconciliations"
	reconInterval   = time.Second
	// noNights is the hour that switches the runs of each night off.
	noNights = -1
)

// stripeBooks are what the journal has of Stripe's balance.
func stripeBooks(pool *pgxpool.Pool, registry *journal.Registry) *postgres.ReconBooks {
	return postgres.NewReconBooks(pool, shard, payment.Clearing, payment.StatementTypes(), func(e *journal.Event) (recon.Entry, bool, error) {
		return payment.EntryOf(registry, e)
	})
}

// addReconciler has one process make the reconciliations that are asked for, and ask for that of each night.
func (a *app) addReconciler(s *settings, registry *journal.Registry, points *postgres.Checkpoints, gateway *stripepay.Gateway) {
	runs := postgres.NewReconciliations(a.react)
	runner := recon.NewRunner(stripepay.NewStatement(gateway, s.StripeLive), stripeBooks(a.react, registry), a.log, time.Now)
	a.alone(points, reconciliations, reconInterval, func(ctx context.Context) error {
		if s.ReconcileHour != noNights {
			if err := runner.Nights(ctx, runs, recon.Stripe, s.ReconcileHour); err != nil {
				return err
			}
		}
		return runner.Work(ctx, runs)
	}, "reconcile")
}
