package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/florinledger/florin/ledger/journal"
)

// Observer measures what it is told of, and makes spans of it. One request is one trace: the request; the command that it
// makes; what the writer did with that; and, as children of the command too, how each of its events was published,
// projected and acted on, in whichever process that was. It implements journal.Observer.
type Observer struct {
	m *Metrics
	t *Tracing
}

var _ journal.Observer = (*Observer)(nil)

// NewObserver returns what tells m and t.
func NewObserver(m *Metrics, t *Tracing) *Observer { return &Observer{m: m, t: t} }

// Request is told of a request for a route as it comes. ctx goes on into its handler, and answered is called with the status
// and, for a problem, its code.
func (o *Observer) Request(r *http.Request, route string) (_ context.Context, answered func(status int, code string)) {
	began := time.Now()
	ctx, span := r.Context(), trace.Span(nil)
	if o.t.on || r.Header["Traceparent"] != nil {
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(r.Header))
	}
	if route == "" {
		route = "none"
	}
	if o.t.on {
		ctx, span = o.t.tracer.Start(ctx, r.Method+" "+route, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
			attribute.String("http.request.method", r.Method), attribute.String("http.route", route)))
	}
	o.m.inFlight.Inc()
	return ctx, func(status int, code string) {
		o.m.inFlight.Dec()
		o.m.requests.WithLabelValues(methodOf(r.Method), route, classOf(status)).Observe(time.Since(began).Seconds())
		if code != "" {
			o.m.problems.WithLabelValues(code).Inc()
		}
		if span == nil {
			return
		}
		if span.IsRecording() {
			span.SetAttributes(attribute.Int("http.response.status_code", status))
			if code != "" {
				span.SetAttributes(attribute.String("error.type", code))
			}
			if status >= http.StatusInternalServerError {
				span.SetStatus(codes.Error, code)
			}
		}
		span.End()
	}
}

// Asked implements journal.Observer.
func (o *Observer) Asked(ctx context.Context, c *journal.Command) (context.Context, func(journal.Answer, error)) {
	began := time.Now()
	ctx = under(ctx, c.Trace)
	span := trace.Span(nil)
	if o.t.on {
		ctx, span = o.t.tracer.Start(ctx, "command "+c.Type, trace.WithSpanKind(trace.SpanKindProducer))
		if span.SpanContext().IsSampled() {
			c.Trace = traceparent(span.SpanContext())
			span.SetAttributes(attribute.String("florin.command", c.ID.String()))
		}
	}
	return ctx, func(a journal.Answer, err error) {
		o.m.answers.WithLabelValues(answerOf(a, err)).Observe(time.Since(began).Seconds())
		if span == nil {
			return
		}
		if err == nil && span.IsRecording() && a.Outcome.Status != 0 {
			span.SetAttributes(attribute.String("florin.outcome", outcomeOf(a.Outcome.Status)), attribute.Bool("florin.replayed", a.Replayed),
				attribute.Int64("florin.position", a.Outcome.Position))
		}
		fail(span, err)
		span.End()
	}
}

// Committed implements journal.Observer.
func (o *Observer) Committed(c journal.Commit) {
	o.m.committed(c)
	if !o.t.on {
		return
	}
	for d := range c.Decisions {
		if d.Began.IsZero() {
			continue
		}
		parent, kind := d.Command.Trace, trace.SpanKindConsumer
		decided := []attribute.KeyValue{attribute.String("florin.outcome", outcomeOf(d.Status)), attribute.Bool("florin.replayed", d.Replayed)}
		if d.Refusal != "" {
			decided = append(decided, attribute.String("florin.refusal", d.Refusal))
		}
		o.t.note(parent, "decide "+d.Command.Type, kind, d.Began, d.Ended, nil, decided...)
		if d.Replayed || d.DryRun {
			continue
		}
		o.t.note(parent, "commit", trace.SpanKindInternal, c.Began, c.Began.Add(c.Took), c.Err,
			attribute.Int("florin.commit.commands", c.Commands), attribute.Int("florin.commit.events", c.Events),
			attribute.Int64("florin.commit.position", c.Position))
	}
}

// Carried implements journal.Observer.
func (o *Observer) Carried(c journal.Carriage) {
	o.m.carried(c)
	if !o.t.on {
		return
	}
	name, kind := "project "+c.By, trace.SpanKindConsumer
	if c.By == journal.RelayStep {
		name, kind = "publish", trace.SpanKindProducer
	}
	for i := range c.Events {
		if e := &c.Events[i]; journal.Sampled(e.Trace) {
			o.t.note(e.Trace, name, kind, c.Began, c.Began.Add(c.Took), c.Err, append(about(e), attribute.Int("florin.page.events", len(c.Events)))...)
		}
	}
}

// Reacting implements journal.Observer. The effect of one event goes on in its span. Those of many that are acted on
// together do not: what is done for one of them would be in the trace of another.
func (o *Observer) Reacting(ctx context.Context, reactor string, events []*journal.Event) (context.Context, func(error)) {
	began := time.Now()
	var spans []trace.Span
	for _, e := range events {
		if len(events) == 1 {
			ctx = under(ctx, e.Trace)
		}
		if !o.t.on || !journal.Sampled(e.Trace) {
			continue
		}
		within, span := o.t.tracer.Start(under(ctx, e.Trace), "react "+reactor, trace.WithSpanKind(trace.SpanKindConsumer),
			trace.WithAttributes(about(e)...))
		if spans = append(spans, span); len(events) == 1 {
			ctx = within
		}
	}
	return ctx, func(err error) {
		o.m.effects.WithLabelValues(reactor, resultOf(err)).Observe(time.Since(began).Seconds())
		for _, span := range spans {
			fail(span, err)
			span.End()
		}
	}
}

// Job is told of something that a process does of its own accord, as it begins. It is the beginning of a trace. ctx goes on into
// it, and ended is called after it.
func (o *Observer) Job(ctx context.Context, name string) (_ context.Context, ended func(error)) {
	began := time.Now()
	span := trace.Span(nil)
	if o.t.on {
		ctx, span = o.t.tracer.Start(ctx, "job "+name)
	}
	return ctx, func(err error) {
		o.m.jobs.WithLabelValues(name, resultOf(err)).Observe(time.Since(began).Seconds())
		if span != nil {
			fail(span, err)
			span.End()
		}
	}
}

// Calling is told of a call to somebody outside, peer, for what a trace asked for; empty for what ctx is within. ctx goes on into
// the call, and ended is called with the status of the answer, 0 for none. The trace is not told to the peer.
func (o *Observer) Calling(ctx context.Context, peer, parent string) (_ context.Context, ended func(status int)) {
	began := time.Now()
	ctx = under(ctx, parent)
	span := trace.Span(nil)
	if o.t.on && trace.SpanContextFromContext(ctx).IsSampled() {
		ctx, span = o.t.tracer.Start(ctx, "call "+peer, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attribute.String("peer.service", peer)))
	}
	return ctx, func(status int) {
		o.m.calls.WithLabelValues(peer, classOf(status)).Observe(time.Since(began).Seconds())
		if span == nil {
			return
		}
		if status == 0 || status >= http.StatusBadRequest {
			span.SetStatus(codes.Error, strconv.Itoa(status))
		}
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		span.End()
	}
}

// Transport makes calls to peer by next, and tells of each.
func (o *Observer) Transport(peer string, next http.RoundTripper) http.RoundTripper {
	return transport{o: o, peer: peer, next: next}
}

type transport struct {
	o    *Observer
	peer string
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, ended := t.o.Calling(r.Context(), t.peer, "")
	response, err := t.next.RoundTrip(r.WithContext(ctx))
	if err != nil {
		ended(0)
		return response, err
	}
	ended(response.StatusCode)
	return response, nil
}

// about says which event a span is about.
func about(e *journal.Event) []attribute.KeyValue {
	return []attribute.KeyValue{attribute.String("florin.event", e.Type), attribute.Int64("florin.position", e.Position)}
}

// fail marks the span of what failed.
func fail(span trace.Span, err error) {
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, err.Error())
	}
}

// methodOf returns a method that is one, since anybody may send any word.
func methodOf(method string) string {
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodHead, http.MethodOptions:
		return method
	}
	return "other"
}

// classOf is the class of a status; error where there is none.
func classOf(status int) string {
	if status < 100 || status > 599 {
		return "error"
	}
	return strconv.Itoa(status/100) + "xx"
}
