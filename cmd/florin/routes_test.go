package main

import (
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/authn"
)

// anyRole are the roles that a token may carry.
func anyRole() []string { return []string{"user", "service", "finance", "operator", "admin"} }

// whoMay says who may use each operation of the contract besides admins, who may use all. It is
// written down a second time here, by the letters of the API's description, so that no slip of the
// table in the server goes unnoticed. "-" is anyone, a token or not.
func whoMay() map[string]string {
	return map[string]string{
		"GET /livez": "-", "GET /readyz": "-", "GET /docs": "-", "GET /openapi.yaml": "-", "GET /.well-known/jwks.json": "-",
		"POST /v1/webhooks/stripe": "-", "POST /v1/webhooks/memberships": "-",

		"POST /v1/ledgers": "f", "GET /v1/ledgers": "f", "POST /v1/assets": "f", "GET /v1/assets": "f",
		"GET /v1/ledgers/{ledger}/accounts":                    "fs",
		"PUT /v1/ledgers/{ledger}/accounts/{address}":          "f",
		"GET /v1/ledgers/{ledger}/accounts/{address}":          "fs",
		"GET /v1/ledgers/{ledger}/accounts/{address}/balances": "fs",
		"GET /v1/ledgers/{ledger}/accounts/{address}/entries":  "fs",
		"POST /v1/ledgers/{ledger}/transactions":               "fs",
		"POST /v1/ledgers/{ledger}/transactions/batch":         "fs",
		"GET /v1/ledgers/{ledger}/transactions":                "fs",
		"GET /v1/ledgers/{ledger}/transactions/{id}":           "fs",
		"POST /v1/ledgers/{ledger}/transactions/{id}/reverse":  "f",
		"GET /v1/ledgers/{ledger}/trial-balance":               "f",

		"POST /v1/users": "-", "GET /v1/users": "s",
		"POST /v1/users/confirm": "-", "POST /v1/password/forgot": "-", "POST /v1/password/reset": "-",
		"POST /v1/login": "-", "POST /v1/token/refresh": "-", "POST /v1/logout": "-",
		"GET /v1/users/me": "u", "PATCH /v1/users/me": "u", "DELETE /v1/users/me": "u",
		"GET /v1/users/{id}": "s", "PATCH /v1/users/{id}": "", "DELETE /v1/users/{id}": "",
		"POST /v1/api-keys": "", "GET /v1/api-keys": "", "DELETE /v1/api-keys/{id}": "",

		"POST /v1/wallets": "us", "GET /v1/wallets": "usf", "GET /v1/wallets/{id}": "usf", "GET /v1/wallets/{id}/entries": "usf", "GET /v1/wallets/{id}/statement": "usf", "PATCH /v1/wallets/{id}": "usf",
		"POST /v1/wallets/{id}/freeze": "sf", "POST /v1/wallets/{id}/unfreeze": "sf", "POST /v1/wallets/{id}/close": "usf",
		"PUT /v1/wallets/{id}/credit-limits/{asset}": "f",
		"POST /v1/transfers":                         "us", "GET /v1/transfers": "us", "GET /v1/transfers/{id}": "us", "POST /v1/holds/{id}/increase": "us",
		"PUT /v1/wallets/{id}/spending-limits/{asset}": "f", "POST /v1/wallets/{id}/credit": "sf", "POST /v1/wallets/{id}/debit": "sf", "POST /v1/transfers/split": "us", "POST /v1/transfers/batch": "s",
		"POST /v1/alerts": "us", "GET /v1/alerts": "us", "GET /v1/alerts/{id}": "us", "DELETE /v1/alerts/{id}": "us",
		"GET /v1/holds": "us", "POST /v1/holds": "us", "GET /v1/holds/{id}": "us",
		"POST /v1/schedules": "us", "GET /v1/schedules": "us", "GET /v1/schedules/{id}": "us", "PATCH /v1/schedules/{id}": "us", "DELETE /v1/schedules/{id}": "us",
		"POST /v1/holds/{id}/capture": "us", "POST /v1/holds/{id}/release": "us",
		"GET /v1/exchange-rates": "usfo", "GET /v1/exchange-rates/{from}/{to}": "usfo",
		"PUT /v1/exchange-rates/{from}/{to}": "f", "DELETE /v1/exchange-rates/{from}/{to}": "f",
		"POST /v1/quotes": "usf", "GET /v1/quotes/{id}": "usf", "POST /v1/exchanges": "us", "GET /v1/exchanges/{id}": "us",
		"POST /v1/payments": "us", "GET /v1/payments": "usf", "GET /v1/payments/{id}": "usf", "POST /v1/payments/{id}/cancel": "usf",
		"GET /v1/suspense": "f", "GET /v1/suspense/{id}": "f", "POST /v1/suspense/{id}/assign": "f", "POST /v1/suspense/{id}/book": "f",
		"GET /v1/disputes": "f", "GET /v1/disputes/{id}": "f",
		"POST /v1/payments/{id}/refunds": "sf", "GET /v1/payments/{id}/refunds": "sf",
		"GET /v1/risk/rules": "f", "PUT /v1/risk/rules": "f", "GET /v1/risk/reviews": "f", "GET /v1/risk/reviews/{id}": "f",
		"POST /v1/risk/reviews/{id}/allow": "f", "POST /v1/risk/reviews/{id}/refuse": "f",
		"POST /v1/withdrawals": "us", "GET /v1/withdrawals": "usf", "GET /v1/withdrawals/{id}": "usf", "POST /v1/withdrawals/{id}/cancel": "usf",
		"POST /v1/withdrawals/{id}/approve": "f", "POST /v1/withdrawals/{id}/send": "f",
		"POST /v1/withdrawals/{id}/settle": "f", "POST /v1/withdrawals/{id}/fail": "f",
		"GET /v1/plans": "-", "POST /v1/plans": "", "GET /v1/plans/{code}": "-", "PATCH /v1/plans/{code}": "",
		"POST /v1/memberships": "us", "GET /v1/memberships": "usf", "GET /v1/memberships/me": "u", "GET /v1/memberships/{id}": "usf",
		"POST /v1/memberships/{id}/cancel": "us", "POST /v1/memberships/{id}/change": "us",
		"POST /v1/messages": "us", "GET /v1/messages": "u", "GET /v1/messages/unread": "u", "GET /v1/messages/stream": "u",
		"GET /v1/messages/{id}": "u", "PATCH /v1/messages/{id}": "u", "DELETE /v1/messages/{id}": "u",
		"POST /v1/messages/{id}/read": "u", "GET /v1/messages/{id}/history": "u",
		"POST /v1/webhook-endpoints": "s", "GET /v1/webhook-endpoints": "s", "GET /v1/webhook-endpoints/{id}": "s",
		"PATCH /v1/webhook-endpoints/{id}": "s", "DELETE /v1/webhook-endpoints/{id}": "s",
		"POST /v1/webhook-endpoints/{id}/rotate-secret": "s", "GET /v1/webhook-endpoints/{id}/deliveries": "s", "POST /v1/webhook-endpoints/{id}/redeliver": "s",
		"GET /v1/commands/{id}":   "usfo",
		"GET /v1/ops/projections": "fo", "GET /v1/ops/projections/{name}": "fo", "GET /v1/ops/projections/{name}/progress": "o",
		"POST /v1/ops/projections/{name}/rebuild": "o", "POST /v1/ops/projections/{name}/pause": "o",
		"POST /v1/ops/projections/{name}/resume": "o", "POST /v1/ops/projections/{name}/skip": "o",
		"GET /v1/ops/reactors": "fo", "GET /v1/ops/reactors/{name}": "fo", "POST /v1/ops/reactors/{name}/skip": "o",
		"GET /v1/ops/dead-letters": "o", "GET /v1/ops/dead-letters/{id}": "o",
		"POST /v1/ops/dead-letters/{id}/requeue": "o", "POST /v1/ops/dead-letters/{id}/discard": "o",
		"POST /v1/reconciliations": "f", "GET /v1/reconciliations": "f", "GET /v1/reconciliations/{id}": "f", "GET /v1/reconciliations/{id}/breaks": "f",
		"GET /v1/ops/verify": "fo", "POST /v1/ops/verify": "o",
	}
}

// TestEveryRouteWithEveryRole walks every operation of the contract, as it is served, with every
// role, with none, and with tokens that are worth nothing.
func TestEveryRouteWithEveryRole(t *testing.T) {
	t.Parallel()
	s := startService(t)
	want := whoMay()
	var served []string
	for path, item := range s.contract.Doc.Paths.Map() {
		for method := range item.Operations() {
			served = append(served, method+" "+path)
		}
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(want)), served, "every operation of the contract has a row, and every row an operation")

	callers := map[string]*caller{"": s.nobody()}
	for _, role := range anyRole() {
		callers[role] = s.as("usr_"+role, role)
	}
	worthless := worthlessTokens(t, s)
	var before, after int
	s.query(t, &before, "SELECT count(*) FROM events")
	for operation, letters := range want {
		t.Run(operation, func(t *testing.T) {
			method, path, _ := strings.Cut(operation, " ")
			// The last id is none, or the answer of a stream would not end.
			call := func(c *caller) *answer {
				return c.in(t).call(method, example(path), nil, header("Last-Event-ID", "none"))
			}
			for role, c := range callers {
				a := call(c)
				switch {
				case letters == "-":
					require.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, a.Status, role)
				case role == "":
					a.refused(http.StatusUnauthorized, "unauthenticated")
					require.Equal(t, "Bearer", a.Header.Get("WWW-Authenticate"))
				case role == "admin" || strings.Contains(letters, role[:1]):
					// Past the door. The requests of this test have no key and no body, or name what is not there.
					require.Contains(t, []int{http.StatusOK, http.StatusAccepted, http.StatusBadRequest, http.StatusNotFound}, a.Status, "%s: %s", role, a.Body)
				default:
					a.refused(http.StatusForbidden, "forbidden")
				}
			}
			if letters == "-" {
				return
			}
			for name, token := range worthless {
				a := call(&caller{s: s, token: token})
				require.Equal(t, http.StatusUnauthorized, a.Status, name)
			}
			everyone := call(s.as("usr_all", anyRole()...))
			require.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, everyone.Status)
		})
	}
	s.query(t, &after, "SELECT count(*) FROM events")
	require.Equal(t, before, after, "nothing was done by all this knocking")
	s.verify()
}

// example writes a path with values of the right form for its parameters.
func example(path string) string {
	for parameter, value := range map[string]string{
		"{ledger}": "main", "{address}": "liabilities:nobody", "{asset}": "USD", "{from}": "USD", "{to}": "EUR", "{code}": "PRO", "{name}": "nothing",
	} {
		path = strings.ReplaceAll(path, parameter, value)
	}
	prefix := "txn_"
	for part, p := range map[string]string{"/users/": "usr_", "/api-keys/": "key_", "/wallets/": "wal_", "/holds/": "hld_", "/schedules/": "sch_", "/alerts/": "alr_", "/payments/": "pay_", "/suspense/": "sus_", "/disputes/": "dsp_", "/withdrawals/": "wdr_", "/reviews/": "rev_", "/commands/": "cmd_", "/messages/": "msg_", "/quotes/": "quo_", "/webhook-endpoints/": "whe_", "/memberships/": "mem_"} {
		if strings.Contains(path, part) {
			prefix = p
		}
	}
	return regexp.MustCompile(`\{id\}`).ReplaceAllString(path, prefix+"01k0q3v9x8f6r8v4t0d6m2n7h5")
}

// worthlessTokens are tokens that must open no door.
func worthlessTokens(t *testing.T, s *service) map[string]string {
	t.Helper()
	other := filepath.Join(t.TempDir(), "other.pem")
	require.NoError(t, writeKey(other))
	mint := func(keys string, cfg authn.MinterConfig) string {
		set, err := authn.LoadKeys(keys)
		require.NoError(t, err)
		minter, err := authn.NewMinter(set, cfg)
		require.NoError(t, err)
		token, err := minter.Mint(authn.Claims{Subject: "usr_admin", Roles: []string{"admin"}, TTL: time.Hour})
		require.NoError(t, err)
		return token
	}
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{
		"iss": "florin", "aud": "florin", "sub": "usr_admin", "roles": []string{"admin"}, "exp": time.Now().Add(time.Hour).Unix(),
	}).SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)
	good := s.token("usr_admin", "admin")
	return map[string]string{
		"nonsense":             "nonsense",
		"of another key":       mint(other, authn.MinterConfig{}),
		"expired":              mint(s.settings.TokenKeys, authn.MinterConfig{Now: func() time.Time { return time.Now().Add(-2 * time.Hour) }}),
		"not yet":              mint(s.settings.TokenKeys, authn.MinterConfig{Now: func() time.Time { return time.Now().Add(2 * time.Hour) }}),
		"of another issuer":    mint(s.settings.TokenKeys, authn.MinterConfig{Issuer: "elsewhere"}),
		"for another audience": mint(s.settings.TokenKeys, authn.MinterConfig{Audience: "elsewhere"}),
		"unsigned":             unsigned,
		"without signature":    good[:strings.LastIndex(good, ".")+1],
		"with another payload": changedPayload(good, s.token("usr_user", "user")),
	}
}

// changedPayload is one token's payload under another's signature.
func changedPayload(payload, signature string) string {
	p, s := strings.Split(payload, "."), strings.Split(signature, ".")
	return strings.Join([]string{s[0], p[1], s[2]}, ".")
}

// TestOthersThingsAreNotFound: a user sees and moves what is his own.
func TestOthersThingsAreNotFound(t *testing.T) {
	t.Parallel()
	s := startService(t)
	h := s.shop(t, 1000)
	hold := h.hold("", "600").is(http.StatusCreated).str("id")
	payer, payee := s.as("usr_payer", "user"), s.as("usr_payee", "user")
	stranger := s.as("usr_stranger", "user")

	payer.read("/v1/wallets/" + h.payer).is(http.StatusOK)
	payer.read("/v1/holds/" + hold).is(http.StatusOK)
	payee.read("/v1/holds/" + hold).is(http.StatusOK)
	payer.read("/v1/wallets/"+h.payee).refused(http.StatusNotFound, "wallet-not-found")
	require.Len(t, payer.list("/v1/wallets").Data, 1)
	require.Empty(t, payer.list("/v1/wallets?owner_id=usr_payee").Data)
	require.Empty(t, stranger.list("/v1/wallets").Data)
	require.Len(t, s.finance().list("/v1/wallets").Data, 2)

	h.untouched(func() {
		stranger.read("/v1/wallets/"+h.payer).refused(http.StatusNotFound, "wallet-not-found")
		stranger.read("/v1/holds/"+hold).refused(http.StatusNotFound, "hold-not-found")
		stranger.post("/v1/holds/"+hold+"/capture", "1", map[string]any{}).refused(http.StatusNotFound, "hold-not-found")
		stranger.post("/v1/holds/"+hold+"/release", "2", map[string]any{}).refused(http.StatusNotFound, "hold-not-found")
		stranger.post("/v1/holds", "3", map[string]any{"wallet_id": h.payer, "amount": yen("1"), "to_wallet": h.payee}).
			refused(http.StatusNotFound, "wallet-not-found")
		stranger.post("/v1/wallets", "4", map[string]any{"owner_id": "usr_payer"}).refused(http.StatusForbidden, "owner-forbidden")
		payer.post("/v1/holds/"+hold+"/capture", "5", map[string]any{}).refused(http.StatusForbidden, "forbidden-for-payer")
		payer.post("/v1/holds/"+hold+"/release", "6", map[string]any{}).refused(http.StatusForbidden, "forbidden-for-payer")
	})
	payer.post("/v1/holds", "7", map[string]any{"wallet_id": h.payer, "amount": yen("100"), "to_wallet": h.payee}).is(http.StatusCreated)
	payee.post("/v1/holds/"+hold+"/capture", "8", map[string]any{}).is(http.StatusOK)
	h.stands("300", "100", "600")
	s.verify()
}
