package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/redis/go-redis/v9"

	"github.com/florinledger/florin/adapters/mail"
	"github.com/florinledger/florin/adapters/stripepay"
	"github.com/florinledger/florin/migrations"
	"github.com/florinledger/florin/wallet/payment"
)

const (
	// checkTimeout is how long each of them may take.
	checkTimeout = 10 * time.Second
	// leastPostgres is the oldest version that is tested, as server_version_num has it.
	leastPostgres = 150000
	// spareConnections are for migrations, monitoring and operators.
	spareConnections = 10
	// redisPolicy gives entries of the cache up before the marks that keep older ones out.
	redisPolicy = "volatile-ttl"
)

// connect asks everything that the settings name.
func (c *serveCommand) connect(ctx context.Context, rs roles, f *findings) {
	each := func(setting string, named bool, ask func(context.Context) error) {
		if !named {
			return
		}
		ctx, cancel := context.WithTimeout(ctx, checkTimeout)
		defer cancel()
		f.fails(setting, ask(ctx))
	}
	each("DATABASE_URL", c.DatabaseURL != "", func(ctx context.Context) error { return c.askJournal(ctx, rs, f) })
	each("KEYS_DATABASE_URL", c.KeysDatabaseURL != "" && c.MasterKeys != "", func(ctx context.Context) error {
		if err := checkSchema(ctx, "the vault", c.KeysDatabaseURL, migrations.StatusVault); err != nil {
			return err
		}
		_, pool, err := c.openVault(ctx)
		if err != nil {
			return err
		}
		defer pool.Close()
		var archive string
		if err := pool.QueryRow(ctx, "SELECT current_setting('archive_mode')").Scan(&archive); err != nil {
			return err
		}
		archives("KEYS_DATABASE_URL", archive, f)
		return nil
	})
	each("NATS_URL", c.NatsURL != "", func(ctx context.Context) error { return c.askNATS(ctx, f) })
	each("REDIS_URL", c.RedisURL != "" && rs.answers(), func(ctx context.Context) error { return c.askRedis(ctx, f) })
	each("SMTP_ADDRESS", c.SMTPAddress != "" && (rs.answers() || rs.has(roleReactor)), func(ctx context.Context) error {
		mailer, err := c.mailer(nil)
		server, ok := mailer.(*mail.SMTP)
		if err != nil || !ok {
			return nil //nolint:nilerr // check has said so
		}
		return server.Check(ctx)
	})
	key, err := c.stripeKey()
	each("STRIPE_API_KEY_FILE", err == nil && key != "", func(ctx context.Context) error {
		history := stripepay.NewHistory(stripepay.NewGateway(key, stripepay.GatewayConfig{URL: c.StripeURL}), stripepay.New(nil, stripepay.Config{Livemode: c.StripeLive}))
		return history.Since(ctx, time.Now(), func(payment.Message, error) error { return nil })
	})
}

// askJournal looks at the journal's Postgres. Errors do not have the password: pgx leaves it out.
func (c *serveCommand) askJournal(ctx context.Context, rs roles, f *findings) (err error) {
	schema := checkSchema(ctx, "the database", c.DatabaseURL, migrations.Status)
	conn, err := pgx.Connect(ctx, c.DatabaseURL)
	if err != nil {
		return cmp.Or(schema, err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	var version, most, reserved int
	var recovering, creates bool
	var standbys, commit, encoding, archive string
	err = conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('max_connections')::int,
		current_setting('superuser_reserved_connections')::int, pg_is_in_recovery(), has_database_privilege(current_database(), 'CREATE'),
		current_setting('synchronous_standby_names'), current_setting('synchronous_commit'), current_setting('server_encoding'),
		current_setting('archive_mode')`).
		Scan(&version, &most, &reserved, &recovering, &creates, &standbys, &commit, &encoding, &archive)
	if err != nil {
		return err
	}
	if version < leastPostgres {
		f.add(broken, "DATABASE_URL", "Postgres has version %d; Florin needs %d or newer", version/10000, leastPostgres/10000)
	}
	if recovering {
		f.add(broken, "DATABASE_URL", "it is a standby, which takes no writes: name both servers, with target_session_attrs=read-write")
	}
	if encoding != "UTF8" {
		f.add(broken, "DATABASE_URL", "the database's encoding is %s: make it with ENCODING 'UTF8' TEMPLATE template0", encoding)
	}
	if !creates {
		f.add(broken, "DATABASE_URL", "its role may not make schemas in the database; the role owns it")
	}
	if commit == "off" {
		f.add(broken, "DATABASE_URL", "synchronous_commit is off: what was answered can be lost with the server")
	}
	if standbys == "" || commit == "local" {
		f.add(doubtful, "DATABASE_URL", "no standby confirms commits (synchronous_standby_names): what was answered is lost with the disk")
	}
	if n := int(c.connections(rs)); n > most-reserved-spareConnections {
		f.add(broken, "DATABASE_URL", "this instance may open %d connections, and the server takes %d, some of which are for others (max_connections)", n, most)
	} else if 2*n > most-reserved-spareConnections {
		f.add(doubtful, "DATABASE_URL", "this instance may open %d connections and the server takes %d (max_connections): there is no room for a second one like it", n, most)
	}
	archives("DATABASE_URL", archive, f)
	return schema
}

// askRedis looks at Redis: whether it answers, and what it gives up when it is full.
func (c *serveCommand) askRedis(ctx context.Context, f *findings) (err error) {
	options, err := redis.ParseURL(c.RedisURL)
	if err != nil {
		return nil // check has said so, without the password that is in the error
	}
	options.MaxRetries, options.DialerRetries = -1, 1
	client := redis.NewClient(options)
	defer func() { err = errors.Join(err, client.Close()) }()
	if err := client.Ping(ctx).Err(); err != nil {
		return err
	}
	info, err := client.Info(ctx, "memory").Result()
	if err != nil {
		return nil // its user may not ask that
	}
	field := func(name string) string {
		_, after, _ := strings.Cut(info, "\n"+name+":")
		value, _, _ := strings.Cut(after, "\r")
		return value
	}
	if policy := field("maxmemory_policy"); field("maxmemory") != "0" && policy != redisPolicy {
		f.add(doubtful, "REDIS_URL", "when it is full it gives up what it should keep (maxmemory-policy %s): %s", policy, redisPolicy)
	}
	return nil
}

// archives warns of a server that keeps its log to itself, by its archive_mode.
func archives(setting, mode string, f *findings) {
	if mode == "off" {
		f.add(doubtful, setting, "Postgres does not archive its log (archive_mode): a backup is of its moment alone")
	}
}

// askNATS looks at JetStream.
func (c *serveCommand) askNATS(ctx context.Context, f *findings) error {
	conn, err := nats.Connect(c.NatsURL, nats.NoReconnect(), nats.Timeout(checkTimeout))
	if err != nil {
		return fmt.Errorf("NATS does not answer: %w", scrubbed(err))
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	if _, err := js.AccountInfo(ctx); err != nil {
		return fmt.Errorf("JetStream does not answer: %w", err)
	}
	if c.Replicas > 1 && conn.ConnectedClusterName() == "" {
		f.add(broken, "FLORIN_STREAM_REPLICAS", "%s are asked for, and NATS is no cluster", strconv.Itoa(c.Replicas))
	}
	return nil
}

// scrubbed is an error of the NATS client without the address that it could not parse, which has the password in it.
func scrubbed(err error) error {
	for _, known := range []error{nats.ErrNoServers, nats.ErrAuthorization, nats.ErrTimeout, nats.ErrAuthExpired} {
		if errors.Is(err, known) {
			return known
		}
	}
	return errors.New("its address cannot be used")
}
