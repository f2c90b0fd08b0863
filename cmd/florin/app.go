package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/httpapi"
	"github.com/florinledger/florin/adapters/natsbus"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/vault"
	"github.com/florinledger/florin/adapters/rediscache"
	"github.com/florinledger/florin/adapters/telemetry"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/messaging/webhook"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/desk"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/exchange"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/risk"
	"github.com/florinledger/florin/wallet/schedule"
	"github.com/florinledger/florin/wallet/withdrawal"
)

const (
	// shard is the one shard of today; others come with other writers.
	shard journal.Shard = 0
	// authTimeout ends a statement of those; nobody waits so long.
	authTimeout = 2 * time.Second
	// readTimeout ends a statement of the API's that nobody waits for any more.
	readTimeout = 15 * time.Second
	// trimInterval is how often committed commands are cleared from the bus.
	trimInterval = 2 * time.Second
)

// app is a running process: what it is connected to, and what it does by its roles.
type app struct {
	roles    roles
	log      *slog.Logger
	reads    *pgxpool.Pool
	work     *pgxpool.Pool
	auth     *pgxpool.Pool // where there is an API
	react    *pgxpool.Pool // where there are reactors
	hooks    *pgxpool.Pool // where webhooks are sent, which is there too
	builds   *pgxpool.Pool // where there are projectors
	keys     *pgxpool.Pool // the vault's
	conn     *nats.Conn
	bus      *natsbus.Bus
	metrics  *telemetry.Metrics
	tracing  *telemetry.Tracing
	observer *telemetry.Observer
	recent   *journal.Recent
	vault    *vault.Vault
	redis    *rediscache.Client // where there is an API

	providers []string     // of payments, that can be asked, where there are reactors
	simulated net.Listener // where payments are simulated

	feed     *natsbus.Feed   // where there is an API
	sessions *authn.Sessions // kept fresh by feed
	desk     *desk.Desk      // where there is an API, or reactors

	api        *httpapi.Server
	writer     *journal.Writer
	background []func(context.Context) error
}

// newRegistry returns what all cores decide, evolve and record.
func newRegistry() *journal.Registry {
	r := journal.NewRegistry()
	ledger.Register(r)
	wallet.Register(r)
	alert.Register(r)
	risk.Register(r)
	payment.Register(r)
	exchange.Register(r)
	withdrawal.Register(r)
	schedule.Register(r)
	users.Register(r)
	membership.Register(r)
	messaging.Register(r)
	webhook.Register(r)
	return r
}

// newApp connects and assembles. On an error nothing is left open.
func newApp(ctx context.Context, s *settings, rs roles, log *slog.Logger) (_ *app, err error) {
	a := &app{roles: rs, log: log, recent: journal.NewRecent()}
	if err := a.openTelemetry(ctx, s); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	if a.reads, err = openPool(ctx, s.DatabaseURL, s.reads(), readTimeout); err != nil {
		return nil, err
	}
	if a.work, err = openPool(ctx, s.DatabaseURL, s.works(), 0); err != nil {
		return nil, err
	}
	if a.vault, a.keys, err = s.openVault(ctx); err != nil {
		return nil, err
	}
	if a.conn, err = natsbus.Connect(s.NatsURL, natsbus.Options{Log: log}); err != nil {
		return nil, err
	}
	js, err := natsbus.JetStream(a.conn)
	if err != nil {
		return nil, err
	}
	if a.bus, err = natsbus.NewBus(js, log); err != nil {
		return nil, err
	}
	registry, store := newRegistry(), postgres.NewStore(a.work)
	streams := natsbus.Config{Replicas: s.Replicas}
	if a.conn.IsConnected() {
		// Now, so that those who read the streams find them. What fails here, Keep tries again.
		if err := natsbus.Setup(ctx, js, streams); err != nil {
			log.Warn("streams cannot be set up yet", "error", err)
		}
	}
	a.does(func(ctx context.Context) error { return natsbus.Keep(ctx, js, streams, log) })
	if rs.has(roleWriter) {
		if err := a.addWriter(registry, store, js); err != nil {
			return nil, err
		}
	}
	if rs.has(roleRelay) {
		a.addRelay(store, js)
	}
	if rs.answers() {
		if err := a.addFeed(ctx, s, js); err != nil {
			return nil, err
		}
		a.feed.Listen(forgetsKeys(a.vault))
		a.addSweep()
		if err := a.openRedis(s); err != nil {
			return nil, err
		}
	}
	if rs.answers() || rs.has(roleReactor) {
		if err := a.addDesk(s, registry); err != nil {
			return nil, err
		}
	}
	if rs.has(roleProjector) || rs.has(roleReactor) {
		tail := journal.NewTail(shard, store, journal.NewNear(a.recent, natsbus.NewSubscriber(js)), a.log)
		a.does(tail.Run)
		if rs.has(roleProjector) {
			if err := a.addProjectors(ctx, s, registry, tail); err != nil {
				return nil, err
			}
		}
		if rs.has(roleReactor) {
			if err := a.addReactors(ctx, s, registry, tail); err != nil {
				return nil, err
			}
		}
	}
	if rs.answers() {
		if a.api, err = a.newAPI(s, registry); err != nil {
			return nil, err
		}
	}
	if err := a.registerReader(); err != nil {
		return nil, err
	}
	a.measure()
	return a, nil
}

// openPool opens at most so many connections. A statement that takes longer than the limit is ended;
// 0 for no limit. A server that is gone without a word is noticed within some ten seconds.
func openPool(ctx context.Context, url string, connections int32, limit time.Duration) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	config.MaxConns = connections
	config.ConnConfig.RuntimeParams["application_name"] = "florin"
	config.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "60000"
	config.ConnConfig.RuntimeParams["statement_timeout"] = strconv.FormatInt(limit.Milliseconds(), 10)
	dialer := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3}}
	config.ConnConfig.DialFunc = dialer.DialContext
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	return pool, nil
}

// does adds something that runs until the process stops.
func (a *app) does(f func(context.Context) error) { a.background = append(a.background, f) }

func (a *app) addWriter(registry *journal.Registry, store *postgres.Store, js jetstream.JetStream) error {
	holder, err := holderName()
	if err != nil {
		return err
	}
	source := natsbus.NewSource(js)
	a.writer = journal.NewWriter(shard, holder, registry, store, source, natsbus.NewReplier(a.conn, a.log), natsbus.NewHighWater(js),
		journal.Config{Log: a.log, Observer: a.observer, Recent: a.recent})
	a.metrics.Writer(a.writer)
	a.does(a.writer.Run)
	a.does(func(ctx context.Context) error {
		return every(ctx, trimInterval, func(ctx context.Context) error {
			if status := a.writer.Status(); status.Role == journal.Leading {
				return source.Trim(ctx, shard, status.Head.Mark)
			}
			return nil
		}, func(err error) { a.log.Warn("committed commands cannot be cleared from the bus", "error", err) })
	})
	return nil
}

// placeName says where this process runs, for people who look for it.
func placeName() (string, error) {
	host, err := os.Hostname()
	return fmt.Sprintf("%s/%d", host, os.Getpid()), err
}

// holderName names this process in the lease, as no other process is named.
func holderName() (string, error) {
	place, err := placeName()
	if err != nil {
		return "", err
	}
	var nonce [6]byte
	if _, err := rand.Read(nonce[:]); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s/%x", place, nonce), nil
}

func (a *app) addRelay(store *postgres.Store, js jetstream.JetStream) {
	wake := make(chan struct{}, 1)
	heads := natsbus.NewHighWater(js)
	a.does(func(ctx context.Context) error {
		for ctx.Err() == nil {
			// Hearing of heads only saves time: without it the relay polls.
			err := heads.Heads(ctx, shard, func(int64, int64) error {
				select {
				case wake <- struct{}{}:
				default:
				}
				return nil
			})
			if err != nil && ctx.Err() == nil {
				a.log.Debug("heads are not heard", "error", err)
				pause(ctx, time.Second)
			}
		}
		return nil
	})
	relay := journal.NewRelay(shard, store, a.recent, natsbus.NewPublisher(js), wake, a.log).Observed(a.observer)
	a.metrics.Relay(relay)
	a.does(relay.Run)
}

// run does what the roles ask for until ctx ends. Then the API is drained first, while everything
// that its requests wait for goes on, and the rest stops after it. ready is called once the API
// can be used.
func (a *app) run(ctx context.Context, api, admin net.Listener, ready func()) error {
	back, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, back := errgroup.WithContext(back)
	for _, f := range a.background {
		group.Go(func() error { return f(back) })
	}
	if admin != nil {
		group.Go(func() error { return a.metrics.Serve(back, admin) })
	}
	front, stopFront := context.WithCancel(ctx)
	defer stopFront()
	context.AfterFunc(back, stopFront) // what fails in the back takes the front with it
	err := a.runFront(front, api, ready)
	stop()
	return errors.Join(err, group.Wait())
}

func (a *app) runFront(ctx context.Context, api net.Listener, ready func()) error {
	if a.api == nil {
		ready()
		<-ctx.Done()
		return nil
	}
	var group errgroup.Group
	group.Go(func() error { return a.api.Serve(ctx, api) })
	if a.waitReady(ctx) {
		ready()
	}
	return group.Wait()
}

// waitReady waits, where writing is one of this process's roles, until it is known who holds the
// shard, so that a first call finds somebody to decide it; and until there is something to read.
func (a *app) waitReady(ctx context.Context) bool {
	for a.writer != nil && !a.writer.Status().Settled || a.built(ctx) != nil {
		pause(ctx, 20*time.Millisecond)
		if ctx.Err() != nil {
			return false
		}
	}
	return true
}

// close gives back what newApp opened, in reverse.
func (a *app) close() error {
	err := a.closeTelemetry()
	if a.redis != nil {
		err = errors.Join(err, a.redis.Close())
	}
	if a.bus != nil {
		err = errors.Join(err, a.bus.Close())
	}
	if a.conn != nil {
		a.conn.Close()
	}
	if a.simulated != nil {
		if closed := a.simulated.Close(); !errors.Is(closed, net.ErrClosed) {
			err = errors.Join(err, closed)
		}
	}
	for _, pool := range []*pgxpool.Pool{a.keys, a.builds, a.hooks, a.react, a.auth, a.work, a.reads} {
		if pool != nil {
			pool.Close()
		}
	}
	return err
}

// every calls f at intervals until ctx ends, and failed when f fails.
func every(ctx context.Context, interval time.Duration, f func(context.Context) error, failed func(error)) error {
	for pause(ctx, interval); ctx.Err() == nil; pause(ctx, interval) {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
	return nil
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
