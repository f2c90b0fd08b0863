package topology

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/florinledger/florin/adapters/authn"
)

// instance is a process of Florin.
type instance struct {
	name, roles string
	answers     bool // HTTP
}

const workerRoles = "writer,relay,projector,reactor"

func instances() []instance {
	return []instance{
		{"api-1", "api", true}, {"api-2", "api", true}, {"payments-1", "payments", true},
		{"worker-1", workerRoles, false}, {"worker-2", workerRoles, false},
	}
}

// Instances are the names of all processes of Florin.
func Instances() (out []string) {
	for _, i := range instances() {
		out = append(out, i.name)
	}
	return out
}

// Workers are the names of those that decide and project.
func Workers() (out []string) {
	for _, i := range instances() {
		if !i.answers {
			out = append(out, i.name)
		}
	}
	return out
}

// florin is the part of an instance.
func (t *Topology) florin(i instance) *program {
	up := func(ctx context.Context) error { return get(ctx, t.AdminURL(i.name)+"/metrics", nil) }
	if i.answers {
		up = func(ctx context.Context) error { return get(ctx, "http://"+t.address(i.name)+"/readyz", nil) }
	}
	p := t.program(i.name, t.programs.florin, up, "serve")
	p.env = append(t.environment(),
		"FLORIN_ROLES="+i.roles, "FLORIN_LISTEN="+t.address(i.name), "FLORIN_ADMIN_LISTEN="+t.address(adminOf(i.name)))
	return p
}

// environment is what every instance is told. Secrets are in files.
func (t *Topology) environment() []string {
	secret := t.secrets.file
	return append([]string{
		"DATABASE_URL_FILE=" + secret("database-url"), "KEYS_DATABASE_URL_FILE=" + secret("keys-database-url"),
		"NATS_URL_FILE=" + secret("nats-url"), "REDIS_URL_FILE=" + secret("redis-url"),
		"FLORIN_STREAM_REPLICAS=3",
		"FLORIN_MASTER_KEYS=" + secret("master-keys"), "FLORIN_TOKEN_KEYS=" + secret("token-keys"), "FLORIN_SECRET_FILE=" + secret("secret"),
		"STRIPE_WEBHOOK_SECRET_FILES=" + secret("stripe-webhook"),
		"FLORIN_MAIL_FOLDER=" + filepath.Join(t.dir, "mail"), "FLORIN_MAIL_FROM=Florin <florin@localhost>",
		"FLORIN_TRUSTED_PROXIES=127.0.0.1", "FLORIN_DRAIN_DELAY=" + drainDelay.String(),
		"FLORIN_WEBHOOKS_ALLOW_PRIVATE=true", // endpoints of tests are on this machine
	}, t.cfg.Env...)
}

// Florin runs a command of Florin's as an operator would, with the cluster's settings, and returns what it prints.
func (t *Topology) Florin(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, t.programs.florin, args...)
	cmd.Env = append(os.Environ(), t.environment()...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("florin %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return string(out), err
}

// Environment is what an operator's shell is told, as KEY=value: where Florin's commands are, and the cluster's settings.
func (t *Topology) Environment() []string {
	return append(t.environment(), "PATH="+filepath.Dir(t.programs.florin)+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// migrate writes the URLs that are not known before, and applies the migrations.
func (t *Topology) migrate(ctx context.Context) error {
	if err := errors.Join(t.secrets.write("nats-url", []byte(t.natsURL(natsNames()...))), t.secrets.write("redis-url", []byte(t.RedisURL()))); err != nil {
		return err
	}
	_, err := t.Florin(ctx, "migrate")
	return err
}

// Leader is the worker that holds the shard; empty while none does.
func (t *Topology) Leader(ctx context.Context) string {
	for _, name := range Workers() {
		var metrics strings.Builder
		if get(ctx, t.AdminURL(name)+"/metrics", &metrics) == nil && strings.Contains(metrics.String(), "\nflorin_writer_leading 1\n") {
			return name
		}
	}
	return ""
}

// awaitLeader waits until a first call finds somebody to decide it.
func (t *Topology) awaitLeader(ctx context.Context) error {
	for t.Leader(ctx) == "" {
		select {
		case <-ctx.Done():
			return fmt.Errorf("no worker leads: %w", ctx.Err())
		case <-time.After(pollInterval):
		}
	}
	return nil
}

// URL is nginx's address: that of the service.
func (t *Topology) URL() string { return "http://" + t.address(Nginx) }

// URLOf is the address of an instance, past nginx.
func (t *Topology) URLOf(name string) string { return "http://" + t.address(name) }

// AdminURL is where an instance shows its metrics.
func (t *Topology) AdminURL(name string) string { return "http://" + t.address(adminOf(name)) }

// NatsURL is the address of all nodes of NATS, with the password.
func (t *Topology) NatsURL() string { return t.natsURL(natsNames()...) }

// RedisURL is the address of Redis, with the password.
func (t *Topology) RedisURL() string {
	return fmt.Sprintf("redis://:%s@%s/0", t.secrets.redis, t.address(Redis))
}

// StripeSecret is what Stripe's webhooks are to be signed with.
func (t *Topology) StripeSecret() string { return t.secrets.stripe }

// Token mints a token, good for a day.
func (t *Topology) Token(subject string, roles ...string) (string, error) {
	return t.minter.Mint(authn.Claims{Subject: subject, Roles: roles, TTL: 24 * time.Hour})
}

// get asks a URL for 200, and writes the body into what it is given.
func get(ctx context.Context, url string, into io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}
	if into != nil {
		_, err = io.Copy(into, response.Body)
	}
	return err
}
