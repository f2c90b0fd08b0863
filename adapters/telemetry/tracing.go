package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// library is what traces say who made their spans.
const library = "github.com/florinledger/florin"

// TracingConfig says where traces go and how many are made. The zero value makes none. What OpenTelemetry's own
// environment variables say besides (headers, certificates, time-outs, queues, attributes of the resource), they say here too.
type TracingConfig struct {
	// Endpoint is the base of an OTLP collector over HTTP (http://127.0.0.1:4318), TracesEndpoint the whole address that
	// spans are posted to; it wins. Without either no traces are made.
	Endpoint, TracesEndpoint string
	// Sampler is one of OTEL_TRACES_SAMPLER, empty for parentbased_always_on; Argument the ratio of those that take one,
	// empty for 1.
	Sampler, Argument string
	// Instance names this process, Version its build.
	Instance, Version string
	// Attributes say more of the process.
	Attributes map[string]string
	// Log gets what cannot be sent. Default: discard.
	Log *slog.Logger
}

// Check returns the first thing that is wrong with what says where traces go and which are made.
func (c TracingConfig) Check() error {
	if _, err := samplerOf(c.Sampler, c.Argument); err != nil {
		return err
	}
	_, err := c.address()
	return err
}

// address is where spans are posted to; empty for nowhere.
func (c TracingConfig) address() (address string, err error) {
	if address = c.TracesEndpoint; address == "" && c.Endpoint != "" {
		if address, err = url.JoinPath(c.Endpoint, "v1/traces"); err != nil {
			return "", fmt.Errorf("traces: %w", err)
		}
	}
	if u, err := url.Parse(address); address != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return "", fmt.Errorf("traces: %q is no address of an OTLP collector, such as http://127.0.0.1:4318", address)
	}
	return address, nil
}

// Tracing makes spans, or none at no cost. It is safe for concurrent use.
type Tracing struct {
	on       bool
	tracer   trace.Tracer
	provider *sdk.TracerProvider
}

// NoTracing makes no spans. Traces that others began are carried on all the same.
func NoTracing() *Tracing { return &Tracing{tracer: noop.NewTracerProvider().Tracer(library)} }

// NewTracing returns what makes spans as cfg says; m counts what becomes of them. A collector that is away is no error.
// It has to be closed.
func NewTracing(ctx context.Context, cfg TracingConfig, m *Metrics) (*Tracing, error) {
	if cfg.Endpoint == "" && cfg.TracesEndpoint == "" {
		return NoTracing(), nil
	}
	sampler, err := samplerOf(cfg.Sampler, cfg.Argument)
	if err != nil {
		return nil, err
	}
	address, err := cfg.address()
	if err != nil {
		return nil, err
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(address))
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	about, err := resourceOf(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	provider := sdk.NewTracerProvider(sdk.WithResource(about), sdk.WithSampler(sampler),
		sdk.WithBatcher(&counted{exporter: exporter, spans: m.spans, log: cfg.Log}))
	return &Tracing{on: true, tracer: provider.Tracer(library, trace.WithInstrumentationVersion(cfg.Version)), provider: provider}, nil
}

// Close sends what was not sent yet, no longer than ctx.
func (t *Tracing) Close(ctx context.Context) error {
	if t.provider == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// resourceOf says which process it is. What the environment says of it wins.
func resourceOf(ctx context.Context, cfg TracingConfig) (*resource.Resource, error) {
	attributes := []attribute.KeyValue{
		attribute.String("service.name", "florin"), attribute.String("service.version", cfg.Version),
		attribute.String("service.instance.id", cfg.Instance),
	}
	for key, value := range cfg.Attributes {
		attributes = append(attributes, attribute.String(key, value))
	}
	about, err := resource.New(ctx, resource.WithAttributes(attributes...), resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	return about, nil
}

// samplerOf reads what OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG say.
func samplerOf(name, argument string) (sdk.Sampler, error) {
	ratio := 1.0
	if argument != "" {
		var err error
		if ratio, err = strconv.ParseFloat(argument, 64); err != nil || !(ratio >= 0 && ratio <= 1) {
			return nil, fmt.Errorf("traces: the ratio of sampled traces is %q; want a number from 0 to 1", argument)
		}
	}
	switch name {
	case "always_on":
		return sdk.AlwaysSample(), nil
	case "always_off":
		return sdk.NeverSample(), nil
	case "traceidratio":
		return sdk.TraceIDRatioBased(ratio), nil
	case "", "parentbased_always_on":
		return sdk.ParentBased(sdk.AlwaysSample()), nil
	case "parentbased_always_off":
		return sdk.ParentBased(sdk.NeverSample()), nil
	case "parentbased_traceidratio":
		return sdk.ParentBased(sdk.TraceIDRatioBased(ratio)), nil
	}
	return nil, fmt.Errorf("traces: there is no sampler %q", name)
}

// counted counts what becomes of spans, and says in the log what cannot be sent: the library would print it.
type counted struct {
	exporter sdk.SpanExporter
	spans    *prometheus.CounterVec
	log      *slog.Logger
}

// ExportSpans implements sdk.SpanExporter.
func (c *counted) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := c.exporter.ExportSpans(ctx, spans)
	if err != nil {
		c.spans.WithLabelValues("lost").Add(float64(len(spans)))
		c.log.Warn("spans cannot be sent", "spans", len(spans), "error", err)
		return nil
	}
	c.spans.WithLabelValues("sent").Add(float64(len(spans)))
	return nil
}

// Shutdown implements sdk.SpanExporter.
func (c *counted) Shutdown(ctx context.Context) error { return c.exporter.Shutdown(ctx) }

// traceparent writes a span's place as W3C Trace Context, version 00, does.
func traceparent(s trace.SpanContext) string {
	return "00-" + s.TraceID().String() + "-" + s.SpanID().String() + "-" + s.TraceFlags().String()
}

// placeOf reads a traceparent; the zero place for what is none.
func placeOf(text string) trace.SpanContext {
	const form = "00-................................-................-.."
	if len(text) != len(form) || text[:3] != "00-" || text[35] != '-' || text[52] != '-' {
		return trace.SpanContext{}
	}
	id, badID := trace.TraceIDFromHex(text[3:35])
	span, badSpan := trace.SpanIDFromHex(text[36:52])
	flags, badFlags := strconv.ParseUint(text[53:], 16, 8)
	if errors.Join(badID, badSpan, badFlags) != nil {
		return trace.SpanContext{}
	}
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: id, SpanID: span, TraceFlags: trace.TraceFlags(flags), Remote: true,
	})
}

// under returns a context whose spans are children of a trace, unless it is within that trace already.
func under(ctx context.Context, parent string) context.Context {
	given := placeOf(parent)
	if !given.IsValid() || trace.SpanContextFromContext(ctx).TraceID() == given.TraceID() {
		return ctx
	}
	return trace.ContextWithRemoteSpanContext(ctx, given)
}

// note records a span of something that is over, as a child of a trace.
func (t *Tracing) note(parent, name string, kind trace.SpanKind, began, ended time.Time, err error, attributes ...attribute.KeyValue) {
	_, span := t.tracer.Start(under(context.Background(), parent), name, trace.WithTimestamp(began), trace.WithSpanKind(kind),
		trace.WithAttributes(attributes...))
	fail(span, err)
	span.End(trace.WithTimestamp(ended))
}
