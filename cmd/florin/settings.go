package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/florinledger/florin/adapters/telemetry"
)

// settings are what a running instance is told, by flags or environment. Secrets come from files.
type settings struct {
	DatabaseURL string `help:"Postgres, as a URL." env:"DATABASE_URL" required:""`
	vaultSettings
	redisSettings
	poolSettings
	NatsURL     string `help:"NATS servers, comma-separated." env:"NATS_URL" required:""`
	Replicas    int    `help:"Copies of each JetStream stream." env:"FLORIN_STREAM_REPLICAS" default:"1"`
	Listen      string `help:"Address of the API." env:"FLORIN_LISTEN" default:"127.0.0.1:8080"`
	AdminListen string `help:"Address of /metrics and pprof; empty for none." env:"FLORIN_ADMIN_LISTEN" default:"127.0.0.1:8081"`

	DrainDelay time.Duration `help:"How long requests are still taken after TERM, while /readyz says 503 and answers ask for connections to be closed, so that the proxy in front has gone elsewhere before the door is shut." env:"FLORIN_DRAIN_DELAY" default:"0s"`

	TokenKeys  string `help:"PEM file, or folder of PEM files, with the keys of bearer tokens." env:"FLORIN_TOKEN_KEYS" type:"path" required:""`
	SecretFile string `help:"File with the secret (32 bytes or more) that idempotency hashes and cursors are keyed with." env:"FLORIN_SECRET_FILE" type:"path" required:""`

	TrustedProxies []string `help:"Addresses and networks of proxies whose X-Forwarded-For is believed." env:"FLORIN_TRUSTED_PROXIES"`

	StripeSecretFiles []string      `help:"Files with Stripe webhook secrets; several are valid during a rotation." env:"STRIPE_WEBHOOK_SECRET_FILES" type:"path"`
	StripeKey         string        `help:"Stripe's secret or restricted key; a file is better kept." env:"STRIPE_API_KEY"`
	StripeKeyFile     string        `help:"File with Stripe's secret or restricted key. Without a key no payments are asked for." env:"STRIPE_API_KEY_FILE" type:"path"`
	StripeURL         string        `help:"Where Stripe's API is, if it is not Stripe's own." env:"STRIPE_API_URL"`
	StripePoll        time.Duration `help:"How often Stripe is asked for events that were not delivered, and for its balance transactions." env:"STRIPE_POLL_INTERVAL" default:"1m"`
	StripeLive        bool          `help:"Take Stripe's live events instead of its test events." env:"STRIPE_LIVE"`

	ReconcileHour int `help:"Hour, in UTC, from which on the day before is reconciled with Stripe; -1 for never." env:"FLORIN_RECONCILE_HOUR" default:"3"`

	PaymentProviders []string      `help:"Who is asked for new payments: stripe, simulated (which takes no money). The first that answers is. Default: stripe, with a key for it." env:"FLORIN_PAYMENT_PROVIDERS"`
	PaymentLooks     time.Duration `help:"How often it is looked which payments have been open for so long that their provider is asked how they stand." env:"FLORIN_PAYMENT_LOOK_INTERVAL" default:"15s"`
	SimulatedListen  string        `help:"Address of the page of the simulated payment provider, where that is one of them." env:"FLORIN_SIMULATED_LISTEN" default:"127.0.0.1:8082"`

	MembershipSecretFiles []string `help:"Files with secrets of the membership webhook (whsec_… as Standard Webhooks has it); several are valid during a rotation." env:"MEMBERSHIP_WEBHOOK_SECRET_FILES" type:"path"`

	mailSettings
	tracingSettings

	WebhooksAllowPrivate bool `help:"Let webhook endpoints be any address, private ones and those without TLS too: for development and tests, where whoever may make an endpoint may reach everything that this process does." env:"FLORIN_WEBHOOKS_ALLOW_PRIVATE"`

	VerifyHour int `help:"Hour of the day, in UTC, at which the books are verified, where this process has the role reactor; -1 for never." env:"FLORIN_VERIFY_HOUR" default:"3"`

	LogFormat string `help:"Form of the log: text or json." env:"FLORIN_LOG_FORMAT" enum:"text,json" default:"json"`
	LogLevel  string `help:"Least level that is logged." env:"FLORIN_LOG_LEVEL" enum:"debug,info,warn,error" default:"info"`
}

// minSecret is the shortest secret that is taken, in bytes.
const minSecret = 32

// logger returns the log that the settings ask for.
func (s *settings) logger(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
		return nil, err
	}
	options := &slog.HandlerOptions{Level: level}
	if s.LogFormat == "text" {
		return slog.New(telemetry.LogHandler(slog.NewTextHandler(w, options))), nil
	}
	return slog.New(telemetry.LogHandler(slog.NewJSONHandler(w, options))), nil
}

// readSecret reads the secret that idempotency hashes and cursors are keyed with.
func (s *settings) readSecret() ([]byte, error) {
	secret, err := readSecretFile(s.SecretFile)
	if err == nil && len(secret) < minSecret {
		err = fmt.Errorf("%s: the secret has %d bytes; at least %d are asked for", s.SecretFile, len(secret), minSecret)
	}
	return secret, err
}

func readSecretFile(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	return bytes.TrimSpace(data), nil
}

// stripeSecrets reads the secrets of Stripe's webhook.
func (s *settings) stripeSecrets() ([]string, error) {
	return webhookSecrets("Stripe", s.StripeSecretFiles)
}

// webhookSecrets reads the secrets of a webhook.
func webhookSecrets(whose string, files []string) ([]string, error) {
	var out []string
	for _, path := range files {
		secret, err := readSecretFile(path)
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(string(secret), "whsec_") {
			return nil, fmt.Errorf("%s: a %s webhook secret begins with whsec_", path, whose)
		}
		out = append(out, string(secret))
	}
	return out, nil
}

// stripeKey reads the key for Stripe's API; empty for none. A key of one mode beside events of the other would
// take payments whose events nobody believes.
func (s *settings) stripeKey() (string, error) {
	key := s.StripeKey
	if s.StripeKeyFile != "" {
		data, err := readSecretFile(s.StripeKeyFile)
		if err != nil {
			return "", err
		}
		key = string(data)
	}
	switch {
	case key == "":
		return "", nil
	case !strings.HasPrefix(key, "sk_") && !strings.HasPrefix(key, "rk_"):
		return "", errors.New("a key for Stripe's API begins with sk_ or rk_")
	case strings.HasPrefix(key[3:], "live_") != s.StripeLive:
		return "", errors.New("the key for Stripe's API is of another mode than the events that are taken (STRIPE_LIVE)")
	}
	return key, nil
}
