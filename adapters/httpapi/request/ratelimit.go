package request

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
)

// RatePolicy is how often something may be asked: Burst times at once, and Burst times in every Per
// from then on. The zero policy is none.
type RatePolicy struct {
	// Name is what clients read in the headers, and keeps the counts of one policy from those of another.
	Name  string
	Burst int
	Per   time.Duration
}

// RateDecision is what became of one request under a policy.
type RateDecision struct {
	Allowed bool
	// Limit is the policy's, Remaining how many more would be allowed now.
	Limit, Remaining int
	// ResetAfter is when all of them are allowed again, RetryAfter when the next one is; 0 if it is allowed.
	ResetAfter, RetryAfter time.Duration
}

// RateLimit counts a request under a policy and a key: an address, an account. It has no error: who
// cannot count together with others counts alone.
type RateLimit func(ctx context.Context, policy RatePolicy, key string) RateDecision

// Headers of draft-ietf-httpapi-ratelimit-headers-10.
const (
	headerRatePolicy = "RateLimit-Policy"
	headerRateLimit  = "RateLimit"
)

// Spend counts the request under a policy, and says in the headers what is left of it.
//
// Errors: a *Problem with the code "too-many-requests".
func (c *Call) Spend(ctx context.Context, policy RatePolicy, key string) error {
	if c.RateLimit == nil || policy.Name == "" {
		return nil
	}
	d := c.RateLimit(ctx, policy, key)
	addItem(c.Header, headerRatePolicy, fmt.Sprintf(`"%s";q=%d;w=%d`, policy.Name, d.Limit, WholeSeconds(policy.Per)))
	addItem(c.Header, headerRateLimit, fmt.Sprintf(`"%s";r=%d;t=%d`, policy.Name, d.Remaining, WholeSeconds(d.ResetAfter)))
	if d.Allowed {
		return nil
	}
	wait := max(WholeSeconds(d.RetryAfter), RetryAfter)
	return &Problem{
		Code: "too-many-requests", Detail: fmt.Sprintf("of %s, %d are taken in %s", policy.Name, policy.Burst, policy.Per),
		Header: map[string]string{echo.HeaderRetryAfter: strconv.Itoa(wait)},
	}
}

// addItem adds an item to a header that is a list of items (RFC 9651).
func addItem(h http.Header, name, item string) {
	if before := h.Get(name); before != "" {
		item = before + ", " + item
	}
	h.Set(name, item)
}

// WholeSeconds rounds up: who waits that long has waited long enough.
func WholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
