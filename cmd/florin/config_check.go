package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/mail"
	"github.com/florinledger/florin/adapters/postgres/vault"
	"github.com/florinledger/florin/adapters/telemetry"
)

// mostDrainDelay is longer than any load balancer takes to notice; container engines kill before.
const mostDrainDelay = time.Minute

// check looks at the settings without asking anything but the file system.
func (c *serveCommand) check(rs roles, f *findings) {
	c.checkAddresses(rs, f)
	c.checkPools(rs, f)
	if !c.TracesOff {
		f.fails("OTEL_EXPORTER_OTLP_ENDPOINT", telemetry.TracingConfig{Endpoint: c.OTLPEndpoint, TracesEndpoint: c.OTLPTracesEndpoint}.Check())
		f.fails("OTEL_TRACES_SAMPLER_ARG", telemetry.TracingConfig{Argument: c.TracesSamplerArg}.Check())
	}
	_, err := vault.LoadMasters(c.MasterKeys)
	if c.MasterKeys != "" {
		f.fails("FLORIN_MASTER_KEYS", err)
		checkModes("FLORIN_MASTER_KEYS", c.MasterKeys, f)
	}
	if rs.answers() {
		c.checkAPI(f)
	}
	if (rs.answers() || rs.has(roleReactor)) && c.SecretFile != "" {
		_, err := c.readSecret()
		f.fails("FLORIN_SECRET_FILE", err)
		checkModes("FLORIN_SECRET_FILE", c.SecretFile, f)
	}
	if rs.answers() || rs.has(roleReactor) {
		c.checkStripe(f)
		c.checkMail(f)
	}
	if rs.has(roleReactor) && c.WebhooksAllowPrivate {
		f.add(doubtful, "FLORIN_WEBHOOKS_ALLOW_PRIVATE", "whoever may make a webhook endpoint reaches everything that this instance does")
	}
}

func (c *serveCommand) checkAddresses(rs roles, f *findings) {
	journal, vault := checkDatabase("DATABASE_URL", c.DatabaseURL, f), checkDatabase("KEYS_DATABASE_URL", c.KeysDatabaseURL, f)
	if journal != "" && journal == vault {
		f.add(broken, "KEYS_DATABASE_URL", "it is the journal's database: whoever has a copy of that would have the keys of people too")
	}
	for i, server := range strings.Split(c.NatsURL, ",") {
		if c.NatsURL == "" {
			break
		}
		u, err := url.Parse(strings.TrimSpace(server))
		if err != nil || u.Host == "" || u.Scheme != "nats" && u.Scheme != "tls" && u.Scheme != "ws" && u.Scheme != "wss" {
			f.add(broken, "NATS_URL", "server %d of the list is no address such as nats://user:password@host:4222", i+1)
		}
	}
	servers := strings.Count(c.NatsURL, ",") + 1
	switch {
	case c.Replicas != 1 && c.Replicas != 3 && c.Replicas != 5:
		f.add(broken, "FLORIN_STREAM_REPLICAS", "want 1, 3 or 5, not %d", c.Replicas)
	case c.Replicas == 1 && servers > 1:
		f.add(doubtful, "FLORIN_STREAM_REPLICAS", "%d servers of NATS are named, and each stream is on one of them alone", servers)
	}
	if c.RedisURL != "" {
		if _, err := redis.ParseURL(c.RedisURL); err != nil {
			f.add(broken, "REDIS_URL", "it is no address such as redis://:password@host:6379/0")
		}
	} else if rs.answers() {
		f.add(doubtful, "REDIS_URL", "without Redis each instance counts rates for itself, and nothing is cached")
	}
	if rs.answers() {
		checkListen("FLORIN_LISTEN", c.Listen, f)
		if c.Listen == c.AdminListen {
			f.add(broken, "FLORIN_ADMIN_LISTEN", "it is the API's address: metrics and profiles ask for no token")
		}
	}
	if c.AdminListen != "" {
		checkListen("FLORIN_ADMIN_LISTEN", c.AdminListen, f)
	}
	if c.DrainDelay < 0 || c.DrainDelay > mostDrainDelay {
		f.add(broken, "FLORIN_DRAIN_DELAY", "want 0s to %s, not %s", mostDrainDelay, c.DrainDelay)
	}
}

// checkDatabase returns server and name, by which two can be told apart; empty where that is not known.
func checkDatabase(setting, address string, f *findings) string {
	if address == "" {
		return ""
	}
	config, err := pgxpool.ParseConfig(address)
	if err != nil || !strings.Contains(address, "://") {
		f.add(broken, setting, "it is no address such as postgres://user:password@host:5432/database")
		return ""
	}
	return fmt.Sprintf("%s:%d/%s", config.ConnConfig.Host, config.ConnConfig.Port, config.ConnConfig.Database)
}

func checkListen(setting, address string, f *findings) {
	host, port, err := net.SplitHostPort(address)
	if _, notIP := netip.ParseAddr(host); err == nil && host != "" && notIP != nil && host != "localhost" {
		err = errors.New("the host is no address of this machine")
	}
	if _, portErr := strconv.ParseUint(port, 10, 16); err == nil && portErr != nil {
		err = fmt.Errorf("%q is no port", port)
	}
	if err != nil {
		f.add(broken, setting, "want address:port, not %q: %v", address, err)
	}
}

func (c *serveCommand) checkPools(rs roles, f *findings) {
	for _, p := range []struct {
		setting      string
		value, least int32
		used         bool
	}{
		{"FLORIN_READ_CONNECTIONS", c.reads(), leastRead, rs.answers()},
		{"FLORIN_WORK_CONNECTIONS", c.works(), leastWork, true},
		{"FLORIN_REACTOR_CONNECTIONS", c.reacts(), leastReact, rs.has(roleReactor)},
		{"FLORIN_WEBHOOK_CONNECTIONS", c.hooks(), leastWebhook, rs.has(roleReactor)},
	} {
		if p.used && (p.value < p.least || p.value > mostConnections) {
			f.add(broken, p.setting, "want %d to %d, not %d", p.least, mostConnections, p.value)
		}
	}
}

func (c *serveCommand) checkAPI(f *findings) {
	if c.TokenKeys != "" {
		keys, err := authn.LoadKeys(c.TokenKeys)
		if err == nil {
			_, err = authn.NewMinter(keys, authn.MinterConfig{})
		}
		f.fails("FLORIN_TOKEN_KEYS", err)
		checkModes("FLORIN_TOKEN_KEYS", c.TokenKeys, f)
	}
	_, err := c.trustedProxies()
	f.fails("FLORIN_TRUSTED_PROXIES", err)
}

func (c *serveCommand) checkStripe(f *findings) {
	secrets, err := c.stripeSecrets()
	f.fails("STRIPE_WEBHOOK_SECRET_FILES", err)
	for _, path := range c.StripeSecretFiles {
		checkModes("STRIPE_WEBHOOK_SECRET_FILES", path, f)
	}
	key, err := c.stripeKey()
	f.fails("STRIPE_API_KEY_FILE", err)
	if c.StripeKeyFile != "" {
		checkModes("STRIPE_API_KEY_FILE", c.StripeKeyFile, f)
	}
	if key != "" && len(secrets) == 0 {
		f.add(doubtful, "STRIPE_WEBHOOK_SECRET_FILES", "payments are asked for, and Stripe's webhooks are refused: what was paid is known when Stripe is asked for it")
	}
	if c.StripePoll <= 0 {
		f.add(broken, "STRIPE_POLL_INTERVAL", "want more than 0s, not %s", c.StripePoll)
	}
	checkURL("STRIPE_API_URL", c.StripeURL, f)
}

func (c *serveCommand) checkMail(f *findings) {
	checkURL("FLORIN_PUBLIC_URL", c.PublicURL, f)
	if c.SMTPPasswordFile != "" {
		checkModes("SMTP_PASSWORD_FILE", c.SMTPPasswordFile, f)
	}
	if c.MailFolder == "" || c.SMTPAddress != "" {
		_, err := c.mailer(nil)
		f.fails("SMTP_ADDRESS", err)
	} else if info, err := os.Stat(filepath.Dir(c.MailFolder)); err != nil || !info.IsDir() {
		f.add(broken, "FLORIN_MAIL_FOLDER", "%s is in no folder that there is", c.MailFolder)
	} else if c.MailFrom == "" {
		f.add(broken, "FLORIN_MAIL_FROM", "letters to people: whom are they from?")
	}
	host, _, err := net.SplitHostPort(c.SMTPAddress)
	if ip, _ := netip.ParseAddr(host); err == nil && mail.Encryption(c.SMTPEncryption) == mail.NoEncryption && host != "localhost" && !ip.IsLoopback() {
		f.add(doubtful, "SMTP_ENCRYPTION", "letters, with links to new passwords in them, go to %s for everybody on the way to read", host)
	}
}

func checkURL(setting, address string, f *findings) {
	u, err := url.Parse(address)
	if address != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		f.add(broken, setting, "want an address such as https://florin.example.com, not %q", address)
	}
}

// checkModes looks at who else on the machine may read or change a file with a secret, or the files of a folder. Those
// below /run are the container engine's or systemd's, who keep them as they do.
func checkModes(setting, path string, f *findings) {
	err := filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return err
		case info.Mode().Perm()&0o022 != 0:
			f.add(broken, setting, "others may change %s (mode %o): chmod go-w", path, info.Mode().Perm())
		case info.Mode().Perm()&0o044 != 0 && !strings.HasPrefix(path, "/run/"):
			f.add(doubtful, setting, "others may read %s (mode %o): chmod 600, unless its folder is closed to them", path, info.Mode().Perm())
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // whose check has said so
		f.fails(setting, err)
	}
}
