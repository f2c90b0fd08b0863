// Package openapitest holds the requests and answers of a test against an OpenAPI document. The
// service does not do so itself: a validation costs more than the rest of a request.
package openapitest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// Contract is an OpenAPI document that answers can be held against. It is safe for concurrent use.
type Contract struct {
	// Doc is the document, resolved.
	Doc    *openapi3.T
	router routers.Router
}

// Load parses a document and checks it, examples included.
func Load(spec []byte) (*Contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(spec)
	if err != nil {
		return nil, fmt.Errorf("openapi: load: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("openapi: %w", err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, fmt.Errorf("openapi: router: %w", err)
	}
	return &Contract{Doc: doc, router: router}, nil
}

// Transport returns a RoundTripper that passes requests on to base and fails the test when an
// answer breaks the contract, or when a request that the service accepted does.
//
// Requests that were refused are not held against it: tests send malformed ones on purpose.
func (c *Contract) Transport(t testing.TB, base http.RoundTripper) http.RoundTripper {
	t.Helper()
	return transport(func(req *http.Request) (*http.Response, error) {
		sent, err := drain(&req.Body)
		if err != nil {
			return nil, err
		}
		res, err := base.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		received, err := drain(&res.Body)
		if err != nil {
			return nil, err
		}
		asked := req.Clone(req.Context())
		asked.Body = io.NopCloser(bytes.NewReader(sent))
		if err := c.check(asked, res, received); err != nil {
			t.Errorf("openapi: %s %s -> %d: %v\n%s", req.Method, req.URL, res.StatusCode, err, received)
		}
		return res, nil
	})
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// drain reads a body and leaves one in its place that can be read again.
func drain(body *io.ReadCloser) ([]byte, error) {
	if *body == nil || *body == http.NoBody {
		return nil, nil
	}
	data, err := io.ReadAll(*body)
	if err != nil {
		return nil, err
	}
	if err := (*body).Close(); err != nil {
		return nil, err
	}
	*body = io.NopCloser(bytes.NewReader(data))
	return data, nil
}

func (c *Contract) check(req *http.Request, res *http.Response, body []byte) error {
	if strings.HasPrefix(req.URL.Path, "/docs/") {
		return nil // files of the reference page, which the contract does not list
	}
	route, params, err := c.router.FindRoute(req)
	if errors.Is(err, routers.ErrPathNotFound) || errors.Is(err, routers.ErrMethodNotAllowed) {
		return c.checkProblem(res, body)
	}
	if err != nil {
		return err
	}
	options := &openapi3filter.Options{
		AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
		IncludeResponseStatus: true,
		MultiError:            true,
		// Only JSON has a schema worth holding to. A batch is answered 200 though items of it break the
		// contract: that is then the answer of those items.
		ExcludeRequestBody:  !isJSON(req.Header) || strings.HasSuffix(req.URL.Path, "/batch"),
		ExcludeResponseBody: !isJSON(res.Header),
	}
	input := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route, Options: options}
	if res.StatusCode < http.StatusBadRequest {
		if err := openapi3filter.ValidateRequest(req.Context(), input); err != nil {
			return fmt.Errorf("the request was accepted: %w", err)
		}
	}
	return openapi3filter.ValidateResponse(req.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input,
		Status:                 res.StatusCode,
		Header:                 res.Header,
		Body:                   io.NopCloser(bytes.NewReader(body)),
		Options:                options,
	})
}

// checkProblem holds the answer of an address that the contract does not know: it is a problem.
func (c *Contract) checkProblem(res *http.Response, body []byte) error {
	if res.StatusCode == http.StatusNoContent {
		return nil // OPTIONS
	}
	if got := res.Header.Get("Content-Type"); got != "application/problem+json" {
		return fmt.Errorf("an address outside of the contract answered %q", got)
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return err
	}
	return c.Doc.Components.Schemas["Problem"].Value.VisitJSON(value)
}

func isJSON(h http.Header) bool {
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return kind == "application/json" || kind == "application/problem+json"
}
