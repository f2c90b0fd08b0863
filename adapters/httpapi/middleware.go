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

	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
)

// frame is around every request: it is named, admitted, answered and logged here. One middleware
// rather than a chain, because the order is the point, and because each link of a chain costs.
func (s *Server) frame(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.now()
		req, res := c.Request(), c.Response()
		status, code := 0, "" // of an answer that is cut off
		ctx, answered := s.cfg.Watch(req, c.Path())
		defer func() { answered(status, code) }()
		if ctx != req.Context() {
			req = req.WithContext(ctx)
			c.SetRequest(req)
		}
		cl := &request.Call{
			RequestID: requestID(req.Header), Request: req, Header: res.Header(), RateLimit: s.cfg.RateLimit,
			Authenticate: s.authenticate, Draining: s.draining,
		}
		cl.Header.Set(echo.HeaderXRequestID, cl.RequestID)
		cl.Header.Set(echo.HeaderXContentTypeOptions, "nosniff")
		if s.health.draining.Load() {
			// A proxy that keeps its connection would send the next request into a door that is being shut.
			cl.Header.Set(echo.HeaderConnection, "close")
		}

		err := s.handle(c, cl, next)

		status = res.Status
		if err != nil {
			p := request.AsProblem(err)
			if code = p.Code; !res.Committed {
				var writeErr error
				if status, writeErr = p.Write(c, cl.RequestID); writeErr != nil {
					err = errors.Join(err, writeErr)
				}
			}
		}
		s.logRequest(c, cl, status, s.now().Sub(start), err)
		return nil
	}
}

// handle admits the request and runs its handler, and makes an error of a panic.
func (s *Server) handle(c echo.Context, cl *request.Call, next echo.HandlerFunc) (err error) {
	defer func() {
		switch r := recover(); r {
		case nil:
		case http.ErrAbortHandler: // how a handler asks net/http to cut the connection
			panic(r)
		default:
			err = &request.Problem{Code: "internal", Cause: fmt.Errorf("panic: %v\n%s", r, debug.Stack())}
		}
	}()
	if err := s.admit(c, cl); err != nil {
		return err
	}
	ctx := cl.Request.Context()
	if !cl.Route.Stream {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.cfg.RequestTimeout)
		defer cancel()
	}
	cl.Request = cl.Request.WithContext(request.WithCall(ctx, cl))
	c.SetRequest(cl.Request)
	err = next(c)

	// The generated code makes these of parameters that it cannot bind.
	var echoErr *echo.HTTPError
	if errors.As(err, &echoErr) && echoErr.Code == http.StatusBadRequest {
		return &request.Problem{Code: "invalid-parameter", Detail: fmt.Sprint(echoErr.Message), Cause: err}
	}
	return err
}

// admit holds the request against its row of the route table. What has no row is refused, whatever
// handler there may be.
func (s *Server) admit(c echo.Context, cl *request.Call) error {
	req := cl.Request
	rt := s.routes[routeKey{req.Method, c.Path()}]
	if rt == nil {
		return noRoute(c)
	}
	cl.Route = rt
	if p := request.CheckPath(req.URL); p != nil {
		return p
	}
	principal, err := request.Authorize(req.Context(), req.Header, rt, s.authenticate)
	cl.Principal = principal
	if err != nil {
		return err
	}
	if p := request.CheckQuery(req.URL, rt.Query); p != nil {
		return p
	}
	if p := request.CheckKey(req.Header, rt); p != nil {
		return p
	}
	if rt.Rate.Name != "" {
		if err := cl.Spend(req.Context(), rt.Rate, client(req, s.cfg.TrustedProxies)); err != nil {
			return err
		}
	}
	if strings.HasPrefix(rt.Path, "/v1/") {
		cl.Header.Set(echo.HeaderCacheControl, "no-store")
	}
	return admitBody(c, rt)
}

// noRoute answers for an address that takes nothing, or not this method.
func noRoute(c echo.Context) error {
	allow, known := c.Get(echo.ContextKeyHeaderAllow).(string)
	if !known {
		return &request.Problem{Code: "not-found"}
	}
	allow = strings.Replace(allow, http.MethodGet, "GET, HEAD", 1)
	if c.Request().Method == http.MethodOptions {
		c.Response().Header().Set(echo.HeaderAllow, allow)
		return c.NoContent(http.StatusNoContent)
	}
	return &request.Problem{Code: "method-not-allowed", Header: map[string]string{echo.HeaderAllow: allow}}
}

// admitBody checks the content type of a body and bounds its size. A content type is put in the
// one form that the generated code compares with.
func admitBody(c echo.Context, rt *request.Route) error {
	req := c.Request()
	if rt.Body == request.NoBody {
		req.Body = http.NoBody
		return nil
	}
	if limit := rt.Body.Limit(); req.ContentLength > limit {
		return request.NewProblem("body-too-large", "it has %d bytes; at most %d are taken", req.ContentLength, limit)
	}
	req.Body = http.MaxBytesReader(c.Response().Writer, req.Body, rt.Body.Limit())
	given := req.Header.Get(echo.HeaderContentType)
	if given == "" && req.ContentLength == 0 {
		return nil // an empty body has no type; whether it may be empty is for the binder
	}
	kind, params, err := mime.ParseMediaType(given)
	charset := params["charset"]
	if err != nil || (charset != "" && !strings.EqualFold(charset, "utf-8")) ||
		(kind != echo.MIMEApplicationJSON && (kind != mimeNDJSON || rt.Body != request.BatchBody)) {
		return unsupported(given, rt)
	}
	req.Header.Set(echo.HeaderContentType, kind)
	return nil
}

// unsupported says which content types the route takes, for a client that sent another.
func unsupported(given string, rt *request.Route) *request.Problem {
	want := echo.MIMEApplicationJSON
	if rt.Body == request.BatchBody {
		want += " or " + mimeNDJSON
	}
	if given == "" {
		return request.NewProblem("unsupported-media-type", "there is no Content-Type; want %s", want)
	}
	return request.NewProblem("unsupported-media-type", "the content type is %q; want %s", request.Clip(given), want)
}

// mimeNDJSON is lines of JSON.
const mimeNDJSON = "application/x-ndjson"

// requestID returns the caller's name for the request when it is one that a log can take, or makes
// one up.
func requestID(h http.Header) string {
	if given := h.Get(echo.HeaderXRequestID); given != "" && len(given) <= request.MaxRequestID &&
		strings.Trim(given, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") == "" {
		return given
	}
	var id [16]byte
	rand.Read(id[:]) // it never fails, or ends the process
	return journal.FormatID("req", id)
}

// logRequest writes the one line of a request: never its body, its token, or its query, which may
// hold a reference or a name.
func (s *Server) logRequest(c echo.Context, cl *request.Call, status int, took time.Duration, err error) {
	level := slog.LevelInfo
	attrs := make([]slog.Attr, 0, 8)
	attrs = append(attrs,
		slog.String("method", cl.Request.Method),
		slog.String("route", c.Path()),
		slog.Int("status", status),
		slog.Duration("duration", took),
		slog.String("principal", cl.Principal.Subject),
		slog.String("request_id", cl.RequestID),
	)
	if err != nil {
		p := request.AsProblem(err)
		attrs = append(attrs, slog.String("code", p.Code))
		// A caller that hung up is nobody's fault here.
		if status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
			level = slog.LevelError
			attrs = append(attrs, slog.String("error", err.Error()))
		}
	}
	s.cfg.Log.LogAttrs(cl.Request.Context(), level, "request", attrs...)
}
