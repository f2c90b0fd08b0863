package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/messaging/notice"
	"github.com/florinledger/florin/users/desk"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet/alert"
)

const (
	// The reactors. Their names are those of their checkpoints.
	mailReactor    = "mail"
	erasureReactor = "erasures"
	noticeReactor  = "notices"
	alertReactor   = "alerts"
	paymentReactor = "payments"
	refundReactor  = "refunds"
	billingReactor = "billing"
	webhookReactor = "webhooks"
	// scheduleReactor ends the schedules of who is erased.
	scheduleReactor = "schedules"
	// sessionSweep is how often sessions that are long over are taken away.
	sessionSweep = time.Hour
)

// reactorKinds are the reactors, in the order in which they are listed. An event of a vital one is never passed by: its payment
// would not be asked for, its refund not given, its membership not sold, its schedule paid on, or its person not erased.
func reactorKinds() []query.ReactorKind {
	return []query.ReactorKind{
		{Name: mailReactor}, {Name: noticeReactor}, {Name: alertReactor}, {Name: webhookReactor},
		{Name: erasureReactor, Vital: true}, {Name: scheduleReactor, Vital: true},
		{Name: paymentReactor, Vital: true}, {Name: refundReactor, Vital: true}, {Name: billingReactor, Vital: true},
	}
}

// deadLetters are those of commands, and of the events that projections and reactors cannot take.
func deadLetters(pool *pgxpool.Pool) *postgres.DeadLetters {
	return postgres.NewDeadLetters(pool, shard, map[journal.TakerKind]postgres.Taker{
		journal.ProjectionTaker: readmodel.NewControl(pool), journal.ReactorTaker: postgres.NewReactors(pool, shard, reactorKinds()),
	})
}

// addReactors makes what follows from events outside of the journal.
func (a *app) addReactors(ctx context.Context, s *settings, registry *journal.Registry, tail *journal.Tail) (err error) {
	if a.react, err = openPool(ctx, s.DatabaseURL, s.reacts(), 0); err != nil {
		return err
	}
	place, err := placeName()
	if err != nil {
		return err
	}
	store, points := postgres.NewStore(a.react), postgres.NewCheckpoints(a.react).At(place)
	dispatcher := journal.NewDispatcher(shard, a.bus, store, store, time.Now).Observed(a.observer)
	teller := notice.NewTeller(registry, walletOwners{postgres.NewDirectory(a.react)}, messaging.NewSealer(a.vault), dispatcher, a.log)
	reads := readmodel.NewReads(a.react)
	orphans := &orphans{registry: registry, schedules: reads, do: dispatcher.Record, log: a.log}
	for _, r := range []struct {
		name   string
		wants  func(eventType string) bool
		effect journal.Effect
	}{
		{mailReactor, desk.WantsMail, a.desk.MailEffect},
		{erasureReactor, desk.WantsErasure, a.desk.ErasureEffect},
		{noticeReactor, notice.Wants, teller.Tell},
		{scheduleReactor, orphans.wants, orphans.end},
	} {
		a.reacts(journal.NewReactor(r.name, tail, points, r.wants, r.effect, a.log))
	}
	watcher := alert.NewWatcher(registry, postgres.NewDirectory(a.react), dispatcher, a.log)
	a.reacts(journal.NewWatcher(alertReactor, tail, points, watcher.Watch(), a.log))
	if err := a.addWebhooks(ctx, s, registry, tail, points, dispatcher); err != nil {
		return err
	}
	if err := a.addCashier(s, registry, tail, points, dispatcher, store); err != nil {
		return err
	}
	for _, x := range []*sweep{
		newExpiries(reads.Due, a.metrics.HoldsExpired, dispatcher.Record, a.log),
		newScheduleSweep(reads.DueSchedules, a.metrics.SchedulesRan, dispatcher.Record, a.log),
		newMembershipSweep(reads.DueMemberships, func(r membership.Ran) {
			a.metrics.MembershipsRan(r.Days, r.Renewed, r.Refused, r.Ended)
		}, dispatcher.Record, a.log),
	} {
		x.job = a.observer.Job
		a.does(func(ctx context.Context) error { return x.run(ctx, points) })
	}
	if err := a.addVerifications(s, points); err != nil {
		return err
	}
	sessions := postgres.NewSessions(a.react, postgres.SessionsConfig{})
	a.does(func(ctx context.Context) error {
		return every(ctx, sessionSweep, func(ctx context.Context) error {
			_, _, err := sessions.Sweep(ctx)
			return err
		}, func(err error) { a.log.Warn("sessions that are over cannot be taken away", "error", err) })
	})
	return nil
}

// reacts runs a reactor, and has it watched.
func (a *app) reacts(r *journal.Reactor) {
	a.metrics.Reactor(r.Observed(a.observer))
	a.does(r.Run)
}

// walletOwners knows whose wallets are, from decision state.
type walletOwners struct{ directory *postgres.Directory }

// Owner implements notice.Owners.
func (o walletOwners) Owner(ctx context.Context, walletID string) (string, bool, error) {
	w, ok, err := o.directory.Wallet(ctx, walletID)
	return w.Owner, ok, err
}
