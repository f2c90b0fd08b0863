package httpapi

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/labstack/echo/v4"

	"github.com/florinledger/florin/adapters/httpapi/request"
)

// Check is something that the service cannot work without.
type Check struct {
	// Name is what /readyz calls it, such as "postgres".
	Name string
	// Probe returns nil when it is there. It has CheckTimeout.
	Probe func(ctx context.Context) error
}

// checkResult is a check as /readyz shows it. Why it failed is for the log.
type checkResult struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	err    error
}

// health answers /livez and /readyz.
type health struct {
	checks   []Check
	draining atomic.Bool
}

// livez says that the process runs. It asks nothing of anything: a database that is away is no
// reason to restart this process.
func (h *health) livez(c echo.Context) error {
	return c.JSONBlob(http.StatusOK, []byte(`{"status":"live"}`))
}

// readyz runs all checks at once.
func (h *health) readyz(c echo.Context) error {
	results, ready := h.run(c.Request().Context())
	if ready {
		return c.JSON(http.StatusOK, struct {
			Status string        `json:"status"`
			Checks []checkResult `json:"checks"`
		}{"ready", results})
	}
	p := &request.Problem{Code: "not-ready", Members: map[string]any{"checks": results}}
	for _, r := range results {
		if r.err != nil {
			p.Cause = r.err
		}
	}
	return p
}

func (h *health) run(ctx context.Context) ([]checkResult, bool) {
	ctx, cancel := context.WithTimeout(ctx, CheckTimeout)
	defer cancel()
	results := make([]checkResult, len(h.checks))
	var wg sync.WaitGroup
	for i, check := range h.checks {
		wg.Go(func() {
			results[i] = checkResult{Name: check.Name, Status: "ok"}
			if err := check.Probe(ctx); err != nil {
				results[i].Status, results[i].err = "failed", err
			}
		})
	}
	wg.Wait()
	ready := true
	for _, r := range results {
		ready = ready && r.err == nil
	}
	if h.draining.Load() {
		ready = false
		results = append(results, checkResult{Name: "draining", Status: "failed"})
	}
	return results, ready
}
