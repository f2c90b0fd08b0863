// Package otlptest is a collector of traces for tests: what OpenTelemetry's exporter sends over HTTP, it keeps.
package otlptest

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	"google.golang.org/protobuf/proto"
)

// Span is what a span says.
type Span struct {
	TraceID, ID, Parent string
	Name                string
	// Failed is set when its status is an error.
	Failed bool
	// Attributes are its own, those of its process under "resource:"; texts and numbers as text.
	Attributes map[string]string
}

// Collector keeps spans.
type Collector struct {
	server *httptest.Server

	mu    sync.Mutex
	spans []Span
}

// Start starts a collector on loopback, until t ends.
func Start(t *testing.T) *Collector {
	t.Helper()
	c := &Collector{}
	c.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if !assert.NoError(t, err) || !assert.Equal(t, "/v1/traces", r.URL.Path) {
			return
		}
		var request collector.ExportTraceServiceRequest
		if assert.NoError(t, proto.Unmarshal(body, &request)) {
			c.take(&request)
		}
	}))
	t.Cleanup(c.server.Close)
	return c
}

// URL is what to set as OTEL_EXPORTER_OTLP_ENDPOINT.
func (c *Collector) URL() string { return c.server.URL }

// Spans returns those of a trace that have come, in the order in which they did; of all traces for "".
func (c *Collector) Spans(traceID string) (out []Span) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.spans {
		if traceID == "" || s.TraceID == traceID {
			out = append(out, s)
		}
	}
	return out
}

func (c *Collector) take(request *collector.ExportTraceServiceRequest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range request.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			for _, s := range scope.GetSpans() {
				span := Span{
					TraceID: hex.EncodeToString(s.GetTraceId()), ID: hex.EncodeToString(s.GetSpanId()), Parent: hex.EncodeToString(s.GetParentSpanId()),
					Name: s.GetName(), Failed: s.GetStatus().GetCode() == 2, Attributes: map[string]string{},
				}
				for _, a := range s.GetAttributes() {
					span.Attributes[a.GetKey()] = text(a.GetValue())
				}
				for _, a := range resource.GetResource().GetAttributes() {
					span.Attributes["resource:"+a.GetKey()] = text(a.GetValue())
				}
				c.spans = append(c.spans, span)
			}
		}
	}
}

func text(v *common.AnyValue) string {
	switch x := v.GetValue().(type) {
	case *common.AnyValue_StringValue:
		return x.StringValue
	case *common.AnyValue_IntValue:
		return strconv.FormatInt(x.IntValue, 10)
	case *common.AnyValue_BoolValue:
		return strconv.FormatBool(x.BoolValue)
	}
	return v.String()
}
