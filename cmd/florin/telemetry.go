package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/billinghook"
	peopleroutes "github.com/florinledger/florin/adapters/httpapi/people"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/adapters/telemetry"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/desk"
	"github.com/florinledger/florin/wallet/payment"
)

const (
	// surveyInterval is how often the database is looked into for metrics, by whoever holds the shard, and surveyLimit
	// how long a look may take.
	surveyInterval = 15 * time.Second
	surveyLimit    = 10 * time.Second
	// flushLimit is how long the last spans may take to be sent when the process stops.
	flushLimit = 3 * time.Second
)

// tracingSettings say where traces go, by OpenTelemetry's own names. Its other variables, such as OTEL_EXPORTER_OTLP_HEADERS,
// OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, are read by its library.
type tracingSettings struct {
	OTLPEndpoint       string `name:"otlp-endpoint" help:"Collector of traces, OTLP over HTTP, such as http://127.0.0.1:4318; without one no traces are made." env:"OTEL_EXPORTER_OTLP_ENDPOINT"`
	OTLPTracesEndpoint string `name:"otlp-traces-endpoint" help:"The whole address that spans are posted to, where it is not that one's /v1/traces." env:"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"`
	TracesSampler      string `help:"Which traces are made: always_on, always_off, traceidratio, or one of them with parentbased_ before it, which does as a caller with a traceparent does." env:"OTEL_TRACES_SAMPLER" enum:"always_on,always_off,traceidratio,parentbased_always_on,parentbased_always_off,parentbased_traceidratio," default:""`
	TracesSamplerArg   string `help:"How many of all traces a ratio means, from 0 to 1." env:"OTEL_TRACES_SAMPLER_ARG"`
	TracesOff          bool   `help:"Make no traces whatever else is set." env:"OTEL_SDK_DISABLED"`
}

// openTelemetry makes the metrics, and the traces that the settings ask for.
func (a *app) openTelemetry(ctx context.Context, s *settings) error {
	a.metrics, a.tracing = telemetry.NewMetrics(), telemetry.NoTracing()
	a.observer = telemetry.NewObserver(a.metrics, a.tracing)
	if s.TracesOff {
		return nil
	}
	instance, err := holderName()
	if err != nil {
		return err
	}
	names := make([]string, len(a.roles))
	for i, r := range a.roles {
		names[i] = string(r)
	}
	tracing, err := telemetry.NewTracing(ctx, telemetry.TracingConfig{
		Endpoint: s.OTLPEndpoint, TracesEndpoint: s.OTLPTracesEndpoint, Sampler: s.TracesSampler, Argument: s.TracesSamplerArg,
		Instance: instance, Version: version(), Attributes: map[string]string{"florin.roles": strings.Join(names, ",")}, Log: a.log,
	}, a.metrics)
	if err != nil {
		return err
	}
	a.tracing, a.observer = tracing, telemetry.NewObserver(a.metrics, tracing)
	return nil
}

// closeTelemetry sends the spans that are left.
func (a *app) closeTelemetry() error {
	ctx, cancel := context.WithTimeout(context.Background(), flushLimit)
	defer cancel()
	return a.tracing.Close(ctx)
}

// measure shows how the connections of the process are used, once all of them are there, and has whoever
// holds the shard look what waits in the database.
func (a *app) measure() {
	for name, pool := range map[string]*pgxpool.Pool{
		"read": a.reads, "work": a.work, "auth": a.auth, "reactor": a.react, "webhook": a.hooks, "rebuild": a.builds, "vault": a.keys,
	} {
		if pool != nil {
			a.metrics.Pool(name, pool)
		}
	}
	a.metrics.NATS(a.conn)
	if a.redis != nil {
		a.metrics.Redis(a.redis.Up)
	}
	if a.sessions != nil {
		counts := func(of func() authn.Counts) func() (hits, misses int64) {
			return func() (hits, misses int64) { c := of(); return c.Hits, c.Misses }
		}
		a.metrics.Cache("sessions", counts(a.sessions.SessionCounts))
		a.metrics.Cache("api-keys", counts(a.sessions.APIKeyCounts))
	}
	if a.writer != nil {
		show, reads := a.metrics.Survey(), readmodel.NewReads(a.work)
		a.does(func(ctx context.Context) error { return a.surveys(ctx, reads, show) })
		kept := &partitions{pool: a.work, log: a.log, show: a.metrics.Partitions(), leads: func() bool { return a.writer.Status().Role == journal.Leading }}
		a.does(kept.run)
	}
}

// surveys looks into the database as long as this process holds the shard: one is enough, and there is one.
func (a *app) surveys(ctx context.Context, reads *readmodel.Reads, show func(*telemetry.Findings)) error {
	for ctx.Err() == nil {
		if a.writer.Status().Role != journal.Leading {
			show(nil)
			pause(ctx, journal.LeaseRenewal)
			continue
		}
		found, err := lookAround(ctx, a.work, reads, a.providers)
		if err != nil && ctx.Err() == nil {
			a.log.Warn("what waits in the database cannot be looked for", "error", err)
		}
		show(found) // nothing, where nothing is known
		pause(ctx, surveyInterval)
	}
	return nil
}

// lookAround looks once. It returns nil with an error. providers are those that this process asks; nil where it asks none.
func lookAround(ctx context.Context, pool *pgxpool.Pool, reads *readmodel.Reads, providers []string) (*telemetry.Findings, error) {
	ctx, cancel := context.WithTimeout(ctx, surveyLimit)
	defer cancel()
	s, err := postgres.TakeSurvey(ctx, pool, shard)
	if err != nil {
		return nil, err
	}
	open, err := reads.PaymentsIn(ctx, string(payment.StatusCreated), string(payment.StatusRequiresAction), string(payment.StatusProcessing),
		string(payment.StatusDisputed))
	if err != nil {
		return nil, err
	}
	reviews, oldestReview, err := reads.OpenReviews(ctx)
	if err != nil {
		return nil, err
	}
	suspense, err := reads.Suspense(ctx)
	if err != nil {
		return nil, err
	}
	found := &telemetry.Findings{
		Inbox: s.Inbox, InboxOldest: s.InboxOldest, DeadLetters: s.DeadLetters, DeadLettersOldest: s.DeadLettersOldest,
		WebhooksPending: s.WebhooksPending, EndpointsFailing: s.EndpointsFailing, Breaks: s.Breaks, Payments: open, DatabaseBytes: s.Bytes, LogArchived: s.LogArchived,
		Reviews: reviews, ReviewsOldest: oldestReview,
	}
	found.Providers = standing(s.Providers, providers)
	for _, b := range suspense {
		found.Suspense = append(found.Suspense, telemetry.Balance{Account: b.Account, Asset: b.Asset, Amount: b.Balance})
	}
	return found, nil
}

// standing says how payment providers stand. The database knows those that ever left a call unanswered, and some of them may
// be asked no more by now; those that are asked and always answered are known by their names alone.
func standing(noted []postgres.SurveyedProvider, asked []string) (out []telemetry.Provider) {
	for _, p := range noted {
		if asked == nil || p.Calls > 0 || slices.Contains(asked, p.Name) {
			out = append(out, telemetry.Provider{Name: p.Name, Up: !p.Down, Calls: p.Calls})
		}
	}
	for _, name := range asked {
		if !slices.ContainsFunc(noted, func(p postgres.SurveyedProvider) bool { return p.Name == name }) {
			out = append(out, telemetry.Provider{Name: name, Up: true})
		}
	}
	return out
}

// counting reads what a payment provider delivers, and counts it.
type counting struct {
	payment.Reader
	provider string
	metrics  *telemetry.Metrics
}

// Read implements payment.Reader.
func (c counting) Read(body []byte, signature string) (payment.Message, error) {
	m, err := c.Reader.Read(body, signature)
	c.metrics.ProviderEvent(c.provider, deliveryOf(err), m.Fact.OccurredAt)
	return m, err
}

// countingBilling takes what other billing systems tell, and counts it.
type countingBilling struct {
	peopleroutes.Billing
	metrics *telemetry.Metrics
}

// Receive implements peopleroutes.Billing.
func (c countingBilling) Receive(ctx context.Context, body []byte, id, timestamp, signature string) (journal.Command, error) {
	command, err := c.Billing.Receive(ctx, body, id, timestamp, signature)
	c.metrics.ProviderEvent(billinghook.Provider, deliveryOf(err), time.Time{})
	return command, err
}

// countingMail hands letters over, and counts them.
type countingMail struct {
	desk.Mailer
	metrics *telemetry.Metrics
}

// Send implements desk.Mailer.
func (c countingMail) Send(ctx context.Context, m desk.Mail) error {
	err := c.Mailer.Send(ctx, m)
	switch {
	case err == nil:
		c.metrics.Letter("sent")
	case errors.Is(err, desk.ErrUndeliverable):
		c.metrics.Letter("undeliverable")
	case errors.Is(err, desk.ErrPutOff):
		c.metrics.Letter("put_off")
	default:
		c.metrics.Letter("failed")
	}
	return err
}

// deliveryOf names what became of something delivered.
func deliveryOf(err error) string {
	switch {
	case err == nil:
		return "taken"
	case errors.Is(err, payment.ErrSignature):
		return "invalid-signature"
	case errors.Is(err, payment.ErrLivemode):
		return "livemode-mismatch"
	case errors.Is(err, payment.ErrMalformed):
		return "malformed"
	}
	return "failed"
}
