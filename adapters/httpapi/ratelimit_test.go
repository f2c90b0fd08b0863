package httpapi

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/httpapi/request"
)

// counter counts without ever forgetting.
type counter struct {
	mu     sync.Mutex
	counts map[string]int
}

func (c *counter) allow(_ context.Context, p request.RatePolicy, key string) request.RateDecision {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counts == nil {
		c.counts = map[string]int{}
	}
	n := c.counts[p.Name+" "+key] + 1
	d := request.RateDecision{Allowed: n <= p.Burst, Limit: p.Burst, Remaining: max(0, p.Burst-n), ResetAfter: 1500 * time.Millisecond}
	if d.Allowed {
		c.counts[p.Name+" "+key] = n
	} else {
		d.RetryAfter = p.Per / time.Duration(p.Burst)
	}
	return d
}

// limited is a house with a limit on how often one may knock.
func limited(t *testing.T, proxies ...netip.Prefix) (*house, *counter) {
	t.Helper()
	h, c := open(t), &counter{}
	var err error
	h.server, err = New(h.handlers, authenticateByName, Config{RateLimit: c.allow, TrustedProxies: proxies})
	require.NoError(t, err)
	return h, c
}

func TestLoginIsLimited(t *testing.T) {
	t.Parallel()
	h, c := limited(t, netip.MustParsePrefix("127.0.0.0/8"))
	h.member("ann@example.com")
	from := func(address, email string) answer {
		return h.anon("", "/v1/login", `{"email":"`+email+`","password":"another password"}`, "X-Forwarded-For", address)
	}
	first := from("192.0.2.1", "ann@example.com")
	first.refused(t, 401, "invalid-credentials")
	assert.Equal(t, `"login-address";q=20;w=60, "login-account";q=5;w=60`, first.header.Get("RateLimit-Policy"))
	assert.Equal(t, `"login-address";r=19;t=2, "login-account";r=4;t=2`, first.header.Get("RateLimit"))
	for range 4 {
		from("192.0.2.1", "Ann@Example.com").refused(t, 401, "invalid-credentials")
	}
	hashes := h.lobby.hashes
	full := from("192.0.2.2", "ann@example.com")
	full.refused(t, 429, "too-many-requests")
	assert.Equal(t, "12", full.header.Get("Retry-After"))
	assert.Equal(t, `"login-address";r=19;t=2, "login-account";r=0;t=2`, full.header.Get("RateLimit"))
	assert.Equal(t, hashes, h.lobby.hashes, "what is refused costs no hash")
	from("192.0.2.2", "nobody@example.com").refused(t, 401, "invalid-credentials")

	for i := range 18 {
		from("192.0.2.2", strings.Repeat("x", i+1)+"@example.com").refused(t, 401, "invalid-credentials")
	}
	full = from("192.0.2.2", "eve@example.com")
	full.refused(t, 429, "too-many-requests")
	assert.Equal(t, "3", full.header.Get("Retry-After"))
	assert.Equal(t, `"login-address";q=20;w=60`, full.header.Get("RateLimit-Policy"))
	from("192.0.2.3", "eve@example.com").refused(t, 401, "invalid-credentials")
	assert.Equal(t, 5, c.counts["login-account ann@example.com"])
}

func TestForgotIsLimited(t *testing.T) {
	t.Parallel()
	h, _ := limited(t)
	for range 3 {
		assert.Equal(t, 202, h.anon("", "/v1/password/forgot", `{"email":"nobody@example.com"}`).status)
	}
	h.anon("", "/v1/password/forgot", `{"email":"Nobody@example.com"}`).refused(t, 429, "too-many-requests")
	assert.Equal(t, 202, h.anon("", "/v1/password/forgot", `{"email":"ann@example.com"}`).status)
}

func TestGuessesOfTheCurrentPasswordAreLimited(t *testing.T) {
	t.Parallel()
	h, _ := limited(t)
	id := h.member("ann@example.com")
	guess := func() answer {
		return h.call(me(id), "", "PATCH", "/v1/users/me", `{"password":"a brand new password","current_password":"another password"}`)
	}
	for range 10 {
		guess().refused(t, 422, "current-password-wrong")
	}
	hashes := h.lobby.hashes
	guess().refused(t, 429, "too-many-requests")
	assert.Equal(t, hashes, h.lobby.hashes)
	h.call(me(id), "", "PATCH", "/v1/users/me", `{"display_name":"Ann"}`).object(t, 200)
}

// TestOpenRoutesHaveALimit: who is not known and makes the service work is counted.
func TestOpenRoutesHaveALimit(t *testing.T) {
	t.Parallel()
	h, c := limited(t)
	names := map[string]request.RatePolicy{}
	for _, rt := range routes() {
		read := strings.HasPrefix(rt.Path, "/v1/plans")
		open := rt.Roles == request.Anyone && (rt.Method == http.MethodPost && rt.Body != request.WebhookBody || read)
		assert.Equal(t, open, rt.Rate.Name != "", "%s %s", rt.Method, rt.Path)
		if !open || read {
			continue
		}
		names[rt.Rate.Name] = rt.Rate
		a := h.anon("", rt.Path, `{`)
		a.refused(t, 400, "malformed-body")
		assert.True(t, strings.HasPrefix(a.header.Get("RateLimit-Policy"), `"`+rt.Rate.Name+`";q=`), rt.Path)
		assert.NotEmpty(t, a.header.Get("RateLimit"), rt.Path)
	}
	assert.Len(t, names, 5)
	assert.Equal(t, 1, c.counts["login-address 127.0.0.1"])
	for _, policy := range names {
		assert.Positive(t, policy.Burst, policy.Name)
		assert.Positive(t, policy.Per, policy.Name)
	}
	a := h.call(root, "", "GET", "/v1/users", "")
	assert.Empty(t, a.header.Get("RateLimit"))
}

func TestClient(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, tt := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"a client":                     {"192.0.2.1:4711", nil, "192.0.2.1"},
		"a client that pretends":       {"192.0.2.1:4711", []string{"198.51.100.7"}, "192.0.2.1"},
		"a client with IPv6":           {"[2001:db8:1:2:3:4:5:6]:4711", nil, "2001:db8:1:2::/64"},
		"the same household":           {"[2001:db8:1:2::1]:4711", nil, "2001:db8:1:2::/64"},
		"IPv4 in IPv6":                 {"[::ffff:192.0.2.1]:4711", nil, "192.0.2.1"},
		"a link":                       {"[fe80::1%eth0]:4711", nil, "fe80::/64"},
		"a socket":                     {"@", []string{"198.51.100.7"}, "@"},
		"behind a proxy":               {"10.0.0.1:4711", []string{"198.51.100.7"}, "198.51.100.7"},
		"behind two":                   {"10.0.0.1:4711", []string{"198.51.100.7, 10.0.0.2"}, "198.51.100.7"},
		"behind two, one of them IPv6": {"[::ffff:10.0.0.1]:4711", []string{"198.51.100.7", "fd00::1"}, "198.51.100.7"},
		"behind one, pretending":       {"10.0.0.1:4711", []string{"203.0.113.9, 198.51.100.7"}, "198.51.100.7"},
		"pretending to be a proxy":     {"10.0.0.1:4711", []string{"10.9.9.9, 198.51.100.7"}, "198.51.100.7"},
		"in two headers":               {"10.0.0.1:4711", []string{"203.0.113.9", "198.51.100.7"}, "198.51.100.7"},
		"with a port":                  {"10.0.0.1:4711", []string{"198.51.100.7:4711"}, "198.51.100.7"},
		"IPv6 with a port":             {"10.0.0.1:4711", []string{"[2001:db8:1:2::1]:4711"}, "2001:db8:1:2::/64"},
		"IPv6 in brackets":             {"10.0.0.1:4711", []string{"[2001:db8:1:2::1]"}, "2001:db8:1:2::/64"},
		"a proxy that says nothing":    {"10.0.0.1:4711", nil, "10.0.0.1"},
		"a proxy that says nonsense":   {"10.0.0.1:4711", []string{"unknown"}, "10.0.0.1"},
		"nonsense before a proxy":      {"10.0.0.1:4711", []string{"198.51.100.7, unknown, 10.0.0.2"}, "10.0.0.2"},
		"only proxies":                 {"10.0.0.1:4711", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
	} {
		r := newRequest(t, "GET", "/", http.NoBody)
		r.RemoteAddr = tt.peer
		r.Header["X-Forwarded-For"] = tt.forwarded
		assert.Equal(t, tt.want, client(r, proxies), name)
	}
}
