package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/request"
)

// Config is what a Server may be told. The zero value serves with the limits of limits.go.
type Config struct {
	// Log takes one line per request. Default: discard.
	Log *slog.Logger
	// Checks are what /readyz asks. Default: none, always ready.
	Checks []Check
	// JWKS is the key set that /.well-known/jwks.json answers. Default: an empty one.
	JWKS []byte
	// RateLimit counts the requests of routes that have a limit. Default: nobody counts.
	RateLimit request.RateLimit
	// Watch is told of each request and its route, and by what it returns, of its answer: the status, and the code of
	// a problem. The context that it returns goes on into the handler. Default: nobody is told.
	Watch func(r *http.Request, route string) (ctx context.Context, answered func(status int, code string))
	// TrustedProxies are the addresses whose X-Forwarded-For is believed when clients are told apart.
	// Default: none.
	TrustedProxies []netip.Prefix
	// The times of connections and requests. Defaults: the constants of the same names.
	ReadHeaderTimeout, ReadTimeout, WriteTimeout, IdleTimeout time.Duration
	RequestTimeout, DrainTimeout                              time.Duration
	// DrainDelay is how long the server goes on taking connections after it has said that it is
	// not ready, so that load balancers notice first. Default: 0.
	DrainDelay time.Duration
	// Serves says which routes are answered, by their pattern in the table of routes; the others are
	// not found. Default: all of them.
	Serves func(pattern string) bool
	// Now is the clock of the log. Default: time.Now.
	Now func() time.Time
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.JWKS == nil {
		c.JWKS = []byte(`{"keys":[]}`)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Watch == nil {
		c.Watch = func(r *http.Request, _ string) (context.Context, func(int, string)) {
			return r.Context(), func(int, string) {}
		}
	}
	for _, d := range []struct {
		value    *time.Duration
		fallback time.Duration
	}{
		{&c.ReadHeaderTimeout, ReadHeaderTimeout}, {&c.ReadTimeout, ReadTimeout},
		{&c.WriteTimeout, WriteTimeout}, {&c.IdleTimeout, IdleTimeout},
		{&c.RequestTimeout, request.RequestTimeout}, {&c.DrainTimeout, DrainTimeout},
	} {
		if *d.value == 0 {
			*d.value = d.fallback
		}
	}
	return c
}

// Server answers the HTTP API.
type Server struct {
	cfg          Config
	echo         *echo.Echo
	authenticate request.Authenticate
	routes       routeTable
	health       health
	draining     chan struct{} // closed once it takes no more connections
	now          func() time.Time
}

// New returns a server that hands what it admits to handlers. It fails when a handler is
// registered for a route that the table does not have.
func New(handlers api.StrictServerInterface, authenticate request.Authenticate, cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	s := &Server{cfg: cfg, echo: echo.New(), authenticate: authenticate, routes: newRouteTable(), now: cfg.Now,
		draining: make(chan struct{})}
	s.health.checks = cfg.Checks

	e := s.echo
	e.Binder = request.Binder{}
	e.Use(s.frame)
	e.GET("/livez", s.health.livez)
	e.GET("/readyz", s.health.readyz)
	e.GET("/openapi.yaml", openAPIHandler)
	docs := docsHandler()
	e.GET("/docs", docs)
	e.GET("/docs/*", docs)
	e.GET("/.well-known/jwks.json", func(c echo.Context) error {
		return c.JSONBlob(http.StatusOK, cfg.JWKS)
	})
	api.RegisterHandlers(e, api.NewStrictHandler(handlers, nil))

	for _, r := range e.Routes() {
		if _, ok := s.routes[routeKey{r.Method, r.Path}]; !ok {
			return nil, fmt.Errorf("httpapi: %s %s is not in the table of routes", r.Method, r.Path)
		}
	}
	if cfg.Serves != nil {
		maps.DeleteFunc(s.routes, func(k routeKey, _ *request.Route) bool { return !cfg.Serves(k.path) })
	}
	return s, nil
}

// ServeHTTP implements http.Handler. HEAD is answered as GET is, as monitors and load balancers expect
// it; net/http leaves the body out, by the request that it read itself.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead && !goesOn(r.URL.Path) { // their answers would never begin to end
		get := *r
		get.Method = http.MethodGet
		r = &get
	}
	s.echo.ServeHTTP(w, r)
}

// Serve answers on ln until ctx ends. Then it says that it is not ready, goes on for DrainDelay,
// takes no more connections, and gives the requests under way DrainTimeout; the error is nil when
// all of them were answered.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: s.cfg.ReadHeaderTimeout,
		ReadTimeout:       s.cfg.ReadTimeout,
		WriteTimeout:      s.cfg.WriteTimeout,
		IdleTimeout:       s.cfg.IdleTimeout,
		MaxHeaderBytes:    request.MaxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelWarn),
		// Requests outlive ctx: they are drained, not cut off.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(ln) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve http: %w", err)
	case <-ctx.Done():
	}
	s.health.draining.Store(true)
	s.delay(failed)
	close(s.draining)

	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.DrainTimeout)
	defer cancel()
	err := server.Shutdown(grace)
	if err != nil {
		err = errors.Join(fmt.Errorf("drain http: %w", err), server.Close())
	}
	if closed := <-failed; !errors.Is(closed, http.ErrServerClosed) {
		err = errors.Join(err, closed)
	}
	return err
}

// delay waits for DrainDelay, or until the listener fails.
func (s *Server) delay(failed chan error) {
	if s.cfg.DrainDelay <= 0 {
		return
	}
	timer := time.NewTimer(s.cfg.DrainDelay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case err := <-failed:
		failed <- err
	}
}
