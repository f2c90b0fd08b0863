package httpapi

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/florinledger/florin/ledger/journal"
)

// frame is around every request: it is named, admitted, answered and logged here. One middleware
// rather than a chain, because the order is the point, and because each link of a chain costs.
func (s *Server) frame(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.now()
		req, res := c.Request(), c.Response()
		cl := &call{
			requestID: requestID(req.Header), request: req, header: res.Header(), rateLimit: s.cfg.RateLimit,
			authenticate: s.authenticate, draining: s.draining,
		}
		cl.header.Set(echo.HeaderXRequestID, cl.requestID)
		cl.header.Set(echo.HeaderXContentTypeOptions, "nosniff")

		err := s.handle(c, cl, next)

		status := res.Status
		if err != nil {
			if p := asProblem(err); !res.Committed {
				var writeErr error
				if status, writeErr = p.write(c, cl.requestID); writeErr != nil {
					err = errors.Join(err, writeErr)
				}
			}
		}
		s.logRequest(c, cl, status, s.now().Sub(start), err)
		return nil
	}
}

// handle admits the request and runs its handler, and makes an error of a panic.
func (s *Server) handle(c echo.Context, cl *call, next echo.HandlerFunc) (err error) {
	defer func() {
		switch r := recover(); r {
		case nil:
		case http.ErrAbortHandler: // how a handler asks net/http to cut the connection
			panic(r)
		default:
			err = &Problem{Code: "internal", cause: fmt.Errorf("panic: %v\n%s", r, debug.Stack())}
		}
	}()
	if err := s.admit(c, cl); err != nil {
		return err
	}
	ctx := cl.request.Context()
	if !cl.route.stream {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.cfg.RequestTimeout)
		defer cancel()
	}
	cl.request = cl.request.WithContext(withCall(ctx, cl))
	c.SetRequest(cl.request)
	err = next(c)

	// The generated code makes these of parameters that it cannot bind.
	var echoErr *echo.HTTPError
	if errors.As(err, &echoErr) && echoErr.Code == http.StatusBadRequest {
		return &Problem{Code: "invalid-parameter", Detail: fmt.Sprint(echoErr.Message), cause: err}
	}
	return err
}

// admit holds the request against its row of the route table. What has no row is refused, whatever
// handler there may be.
func (s *Server) admit(c echo.Context, cl *call) error {
	req := cl.request
	rt := s.routes[routeKey{req.Method, c.Path()}]
	if rt == nil {
		return noRoute(c)
	}
	cl.route = rt
	if p := checkPath(req.URL); p != nil {
		return p
	}
	principal, err := authorize(req.Context(), req.Header, rt, s.authenticate)
	cl.principal = principal
	if err != nil {
		return err
	}
	if p := checkQuery(req.URL, rt.query); p != nil {
		return p
	}
	if p := checkKey(req.Header, rt); p != nil {
		return p
	}
	if rt.rate.Name != "" {
		if err := cl.spend(req.Context(), rt.rate, client(req, s.cfg.TrustedProxies)); err != nil {
			return err
		}
	}
	if strings.HasPrefix(rt.path, "/v1/") {
		cl.header.Set(echo.HeaderCacheControl, "no-store")
	}
	return admitBody(c, rt)
}

// noRoute answers for an address that takes nothing, or not this method.
func noRoute(c echo.Context) error {
	allow, known := c.Get(echo.ContextKeyHeaderAllow).(string)
	if !known {
		return &Problem{Code: "not-found"}
	}
	allow = strings.Replace(allow, http.MethodGet, "GET, HEAD", 1)
	if c.Request().Method == http.MethodOptions {
		c.Response().Header().Set(echo.HeaderAllow, allow)
		return c.NoContent(http.StatusNoContent)
	}
	return &Problem{Code: "method-not-allowed", header: map[string]string{echo.HeaderAllow: allow}}
}

// admitBody checks the content type of a body and bounds its size. A content type is put in the
// one form that the generated code compares with.
func admitBody(c echo.Context, rt *route) error {
	req := c.Request()
	if rt.body == noBody {
		req.Body = http.NoBody
		return nil
	}
	if limit := rt.body.limit(); req.ContentLength > limit {
		return newProblem("body-too-large", "it has %d bytes; at most %d are taken", req.ContentLength, limit)
	}
	req.Body = http.MaxBytesReader(c.Response().Writer, req.Body, rt.body.limit())
	given := req.Header.Get(echo.HeaderContentType)
	if given == "" && req.ContentLength == 0 {
		return nil // an empty body has no type; whether it may be empty is for the binder
	}
	kind, params, err := mime.ParseMediaType(given)
	charset := params["charset"]
	if err != nil || (charset != "" && !strings.EqualFold(charset, "utf-8")) ||
		(kind != echo.MIMEApplicationJSON && (kind != mimeNDJSON || rt.body != batchBody)) {
		return unsupported(given, rt)
	}
	req.Header.Set(echo.HeaderContentType, kind)
	return nil
}

// unsupported says which content types the route takes, for a client that sent another.
func unsupported(given string, rt *route) *Problem {
	want := echo.MIMEApplicationJSON
	if rt.body == batchBody {
		want += " or " + mimeNDJSON
	}
	if given == "" {
		return newProblem("unsupported-media-type", "there is no Content-Type; want %s", want)
	}
	return newProblem("unsupported-media-type", "the content type is %q; want %s", clip(given), want)
}

// mimeNDJSON is lines of JSON.
const mimeNDJSON = "application/x-ndjson"

// requestID returns the caller's name for the request when it is one that a log can take, or makes
// one up.
func requestID(h http.Header) string {
	if given := h.Get(echo.HeaderXRequestID); given != "" && len(given) <= MaxRequestID &&
		strings.Trim(given, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") == "" {
		return given
	}
	var id [16]byte
	rand.Read(id[:]) // it never fails, or ends the process
	return journal.FormatID("req", id)
}

// logRequest writes the one line of a request: never its body, its token, or its query, which may
// hold a reference or a name.
func (s *Server) logRequest(c echo.Context, cl *call, status int, took time.Duration, err error) {
	level := slog.LevelInfo
	attrs := make([]slog.Attr, 0, 8)
	attrs = append(attrs,
		slog.String("method", cl.request.Method),
		slog.String("route", c.Path()),
		slog.Int("status", status),
		slog.Duration("duration", took),
		slog.String("principal", cl.principal.Subject),
		slog.String("request_id", cl.requestID),
	)
	if err != nil {
		p := asProblem(err)
		attrs = append(attrs, slog.String("code", p.Code))
		// A caller that hung up is nobody's fault here.
		if status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
			level = slog.LevelError
			attrs = append(attrs, slog.String("error", err.Error()))
		}
	}
	s.cfg.Log.LogAttrs(cl.request.Context(), level, "request", attrs...)
}
