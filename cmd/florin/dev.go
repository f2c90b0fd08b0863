package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/localpg"
	"github.com/florinledger/florin/adapters/natsbus/embedded"
	"github.com/florinledger/florin/wallet/payment"
)

// devCommand runs everything in one process on a fresh machine.
type devCommand struct {
	Dir             string `help:"Folder that everything is kept in." env:"FLORIN_DIR" type:"path" default:".florin"`
	DatabaseURL     string `help:"Postgres to use instead of a private cluster." env:"DATABASE_URL"`
	KeysDatabaseURL string `help:"Postgres database for the vault; where only the other one is given, one beside it whose name ends in _keys." env:"KEYS_DATABASE_URL"`
	RedisURL        string `help:"Redis to use instead of a stand-in in this process." env:"REDIS_URL"`
	StripeKey       string `help:"Stripe's test key, to ask for payments with." env:"STRIPE_API_KEY"`
	StripeURL       string `help:"Where Stripe's API is, if it is not Stripe's own." env:"STRIPE_API_URL"`
	Port            int    `help:"Port of the API; the next free one is taken where it is in use." env:"FLORIN_PORT" default:"8080"`
	tracingSettings
	LogLevel string `help:"Least level that is logged." env:"FLORIN_LOG_LEVEL" enum:"debug,info,warn,error" default:"warn"`
}

const (
	// devTokenLife is how long the token in dev.env is good; every start mints another.
	devTokenLife = 30 * 24 * time.Hour
	// devPorts is how many ports are tried before one is taken that the system picks.
	devPorts = 50
	// devStop is how long Postgres may take to stop.
	devStop = 20 * time.Second
)

// Validate is called by kong: a port that there is not would be taken for one that is in use.
func (c *devCommand) Validate() error {
	const most = 65533 // the metrics, and the page of simulated payments, have the ports after it
	if c.Port < 1 || c.Port > most {
		return fmt.Errorf("--port: want 1 to %d, not %d", most, c.Port)
	}
	return nil
}

// Run starts it, prints how to call it, and stops all of it when ctx ends.
func (c *devCommand) Run(ctx context.Context, con console) error {
	tuneMemory()
	s := settings{LogFormat: "text", LogLevel: c.LogLevel, Replicas: 1, TokenKeys: filepath.Join(c.Dir, "keys"),
		SecretFile: filepath.Join(c.Dir, "secret"), StripeSecretFiles: []string{filepath.Join(c.Dir, "stripe-webhook-secret")},
		MembershipSecretFiles: []string{filepath.Join(c.Dir, "membership-webhook-secret")},
		StripeKey:             c.StripeKey, StripeURL: c.StripeURL, tracingSettings: c.tracingSettings,
		TrustedProxies: []string{"127.0.0.0/8", "::1"}, WebhooksAllowPrivate: true,
		vaultSettings: vaultSettings{MasterKeys: filepath.Join(c.Dir, "master-keys")},
		// No public URL: nothing answers there yet that a link could lead to.
		mailSettings: mailSettings{MailFrom: "Florin <florin@localhost>", MailFolder: filepath.Join(c.Dir, "mail")}}
	log, err := s.logger(con.Err)
	if err != nil {
		return err
	}
	if err := c.prepare(&s); err != nil {
		return err
	}
	stopDatabase, err := c.database(ctx, &s, log)
	if err != nil {
		return err
	}
	defer stopDatabase()
	bus, err := embedded.Start(embedded.Config{Dir: filepath.Join(c.Dir, "nats"), Log: log})
	if errors.Is(err, embedded.ErrRunning) {
		return c.alreadyRunning()
	}
	if err != nil {
		return err
	}
	defer func() {
		if err := bus.Shutdown(); err != nil {
			log.Error("nats did not stop cleanly", "error", err)
		}
	}()
	s.NatsURL = bus.URL()
	stopRedis, err := c.redis(&s)
	if err != nil {
		return err
	}
	defer stopRedis()
	if err := migrateBoth(ctx, s.DatabaseURL, s.KeysDatabaseURL); err != nil {
		return err
	}
	api, err := listenFrom(c.Port)
	if err != nil {
		return err
	}
	admin, err := listenFrom(c.Port + 1)
	if err != nil {
		return errors.Join(err, api.Close())
	}
	if err := c.simulate(&s); err != nil {
		return errors.Join(err, api.Close(), admin.Close())
	}
	a, err := newApp(ctx, &s, allRoles(), log)
	if err != nil {
		return errors.Join(err, api.Close(), admin.Close())
	}
	env, err := c.writeEnv(&s, api.Addr(), admin.Addr())
	if err != nil {
		return errors.Join(err, a.close(), api.Close(), admin.Close())
	}
	defer os.Remove(c.envFile()) //nolint:errcheck // a file left behind names a service that does not answer
	ready := func() { fmt.Fprint(con.Out, c.welcome(env)) }
	err = a.run(ctx, api, admin, ready)
	return errors.Join(err, a.close())
}

// prepare makes the keys and secrets of a new folder.
func (c *devCommand) prepare(s *settings) error {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return err
	}
	return errors.Join(
		ensureFile(filepath.Join(s.TokenKeys, "0001.pem"), writeKey),
		ensureFile(s.SecretFile, writeSecret("")),
		ensureFile(filepath.Join(s.MasterKeys, "0001.key"), writeMaster),
		ensureFile(s.StripeSecretFiles[0], writeSecret("whsec_")),
		ensureFile(s.MembershipSecretFiles[0], writeSecret("whsec_")),
	)
}

// simulate has payments be simulated where there is no key of a provider. The page's port is looked for when the others
// are taken, and right before it is listened on.
func (c *devCommand) simulate(s *settings) error {
	if c.StripeKey != "" {
		return nil
	}
	page, err := listenFrom(c.Port + 2) // after the metrics
	if err != nil {
		return err
	}
	s.PaymentProviders, s.SimulatedListen = []string{payment.Simulated}, page.Addr().String()
	return page.Close()
}

// writeSecret returns a function that writes a new secret with a prefix.
func writeSecret(prefix string) func(path string) error {
	return func(path string) error {
		var secret [32]byte
		if _, err := rand.Read(secret[:]); err != nil {
			return err
		}
		return writeNew(path, []byte(prefix+hex.EncodeToString(secret[:])+"\n"))
	}
}

// database starts the private cluster, unless another one is named.
func (c *devCommand) database(ctx context.Context, s *settings, log *slog.Logger) (stop func(), err error) {
	s.DatabaseURL, s.KeysDatabaseURL = c.DatabaseURL, c.KeysDatabaseURL
	if s.DatabaseURL != "" {
		if s.KeysDatabaseURL == "" {
			s.KeysDatabaseURL, err = vaultBeside(ctx, s.DatabaseURL)
		}
		return func() {}, err
	}
	cluster, err := localpg.Start(ctx, localpg.Config{Dir: filepath.Join(c.Dir, "postgres"), Durable: true, Log: log})
	if errors.Is(err, localpg.ErrRunning) {
		return nil, c.alreadyRunning()
	}
	if err != nil {
		return nil, err
	}
	s.DatabaseURL = cluster.URL(localpg.ServiceDatabase)
	if s.KeysDatabaseURL == "" {
		s.KeysDatabaseURL = cluster.URL(localpg.VaultDatabase)
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), devStop)
		defer cancel()
		if err := cluster.Stop(ctx); err != nil {
			log.Error("postgres did not stop cleanly", "error", err)
		}
	}, nil
}

// alreadyRunning says that this folder's service is up, and where.
func (c *devCommand) alreadyRunning() error {
	env, err := os.ReadFile(c.envFile())
	if err != nil {
		return fmt.Errorf("florin is already running in %s", c.Dir)
	}
	for line := range strings.Lines(string(env)) {
		if address, ok := strings.CutPrefix(strings.TrimSpace(line), "export FLORIN_URL="); ok {
			return fmt.Errorf("florin is already running in %s, at %s", c.Dir, address)
		}
	}
	return fmt.Errorf("florin is already running in %s", c.Dir)
}

func (c *devCommand) envFile() string { return filepath.Join(c.Dir, "dev.env") }

// listenFrom listens on a loopback port: the given one, the next free one after it, or any.
func listenFrom(port int) (net.Listener, error) {
	var config net.ListenConfig
	for p := port; p < port+devPorts; p++ {
		if ln, err := config.Listen(context.Background(), "tcp", fmt.Sprintf("127.0.0.1:%d", p)); err == nil {
			return ln, nil
		}
	}
	return config.Listen(context.Background(), "tcp", "127.0.0.1:0")
}

// devEnv is what a shell needs to call the service.
type devEnv struct{ api, admin, token, stripe string }

// writeEnv mints a token of every role and writes dev.env.
func (c *devCommand) writeEnv(s *settings, api, admin net.Addr) (devEnv, error) {
	keys, err := authn.LoadKeys(s.TokenKeys)
	if err != nil {
		return devEnv{}, err
	}
	minter, err := authn.NewMinter(keys, authn.MinterConfig{})
	if err != nil {
		return devEnv{}, err
	}
	token, err := minter.Mint(authn.Claims{Subject: "usr_dev", Roles: authn.AllRoles(), TTL: devTokenLife})
	if err != nil {
		return devEnv{}, err
	}
	stripe, err := s.stripeSecrets()
	if err != nil {
		return devEnv{}, err
	}
	env := devEnv{api: baseURL(api), admin: baseURL(admin), token: token, stripe: stripe[0]}
	text := fmt.Sprintf("export FLORIN_URL=%s\nexport FLORIN_ADMIN_URL=%s\nexport FLORIN_TOKEN=%s\nexport STRIPE_WEBHOOK_SECRET=%s\nexport FLORIN_DEV_DATABASE_URL='%s'\nexport FLORIN_DEV_KEYS_DATABASE_URL='%s'\n",
		env.api, env.admin, env.token, env.stripe, s.DatabaseURL, s.KeysDatabaseURL)
	if err := os.Remove(c.envFile()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return devEnv{}, err
	}
	return env, writeNew(c.envFile(), []byte(text))
}

func baseURL(a net.Addr) string { return (&url.URL{Scheme: "http", Host: a.String()}).String() }

// welcome is what a newcomer reads first.
func (c *devCommand) welcome(env devEnv) string {
	return fmt.Sprintf(`Florin is running.

  API        %s/v1
  Reference  %s/docs
  Metrics    %s/metrics
  Letters    %s

A first call: put 100.00 USD of opening capital into the bank, in another shell.

  source %s
  curl -sS "$FLORIN_URL/v1/ledgers/main/transactions" \
    -H "Authorization: Bearer $FLORIN_TOKEN" \
    -H "Content-Type: application/json" \
    -H "Idempotency-Key: first-call" \
    -d '{"postings":[
          {"account":"assets:bank:main","side":"debit","amount":"100.00","asset":"USD"},
          {"account":"equity:opening","side":"credit","amount":"100.00","asset":"USD"}]}'

Ctrl-C stops all of it; the data stays in %s.
`, env.api, env.api, env.admin, c.shortPath(filepath.Join(c.Dir, "mail")), c.shortPath(c.envFile()), c.shortPath(c.Dir))
}

// shortPath is a path as one would type it here.
func (c *devCommand) shortPath(path string) string {
	if wd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(wd, path); err == nil && !strings.HasPrefix(rel, "..") {
			return rel
		}
	}
	return path
}
