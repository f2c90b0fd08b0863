package authn

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// clock is a clock that a test turns by hand.
type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanos.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.nanos.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

func newKeys(t testing.TB, n int) *KeySet {
	t.Helper()
	var all []byte
	for range n {
		block, err := GenerateKey()
		require.NoError(t, err)
		all = append(all, block...)
	}
	keys, err := ParseKeys(all)
	require.NoError(t, err)
	return keys
}

func newPair(t testing.TB, keys *KeySet, c *clock) (*Minter, *Verifier) {
	t.Helper()
	minter, err := NewMinter(keys, MinterConfig{Now: c.now})
	require.NoError(t, err)
	verifier, err := NewVerifier(keys, VerifierConfig{Now: c.now})
	require.NoError(t, err)
	return minter, verifier
}

func TestMintedTokenIsBelieved(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, 1)
	minter, verifier := newPair(t, keys, newClock())
	token, err := minter.Mint(Claims{Subject: "svc_shop", Roles: []string{RoleService, RoleFinance, RoleService}, TTL: time.Hour})
	require.NoError(t, err)
	for range 2 { // the second time from the cache
		p, err := verifier.Verify(token)
		require.NoError(t, err)
		assert.Equal(t, Principal{Subject: "svc_shop", Roles: []string{RoleFinance, RoleService}}, p)
		assert.True(t, p.Has(RoleFinance))
		assert.False(t, p.Has(RoleAdmin))
	}
	assert.Equal(t, 1, verifier.cache.Len())
}

// forge signs header and claims with the newest key of keys, whatever they say.
func forge(t *testing.T, keys *KeySet, header, claims map[string]any) string {
	t.Helper()
	part := func(v any) string {
		data, err := json.Marshal(v)
		require.NoError(t, err)
		return base64.RawURLEncoding.EncodeToString(data)
	}
	text := part(header) + "." + part(claims)
	return text + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(keys.signer.private, []byte(text)))
}

func TestOtherTokensAreRefused(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, 1)
	strangers := newKeys(t, 1)
	c := newClock()
	now := c.now().Unix()

	// good builds the parts of a token that is believed; each case spoils one thing.
	good := func() (header, claims map[string]any) {
		return map[string]any{"alg": "EdDSA", "typ": "JWT", "kid": keys.signer.id}, map[string]any{
			"iss": DefaultIssuer, "aud": DefaultAudience, "sub": "usr_1", "roles": []string{RoleUser},
			"iat": now, "nbf": now, "exp": now + 3600,
		}
	}
	claim := func(name string, value any) func(*testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			header, claims := good()
			claims[name] = value
			if value == nil {
				delete(claims, name)
			}
			return forge(t, keys, header, claims)
		}
	}
	unsigned := func(alg string, sign func(text string) string) func(*testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			header, claims := good()
			header["alg"] = alg
			parts := strings.Split(forge(t, keys, header, claims), ".")
			text := parts[0] + "." + parts[1]
			return text + "." + sign(text)
		}
	}
	tests := map[string]struct {
		token func(*testing.T) string
		why   string
	}{
		"empty":   {func(*testing.T) string { return "" }, "malformed"},
		"no JWT":  {func(*testing.T) string { return "florin_sk_abc" }, "malformed"},
		"too big": {func(*testing.T) string { return strings.Repeat("a", MaxTokenBytes+1) }, "too many"},
		"alg none": {
			unsigned("none", func(string) string { return "" }), "signing method",
		},
		"HS256 with the public key as its secret": {
			unsigned("HS256", func(text string) string {
				mac, err := jwt.SigningMethodHS256.Sign(text, []byte(keys.signer.public))
				require.NoError(t, err)
				return base64.RawURLEncoding.EncodeToString(mac)
			}), "signing method",
		},
		"a stranger's key": {func(t *testing.T) string {
			t.Helper()
			header, claims := good()
			header["kid"] = strangers.signer.id
			return forge(t, strangers, header, claims)
		}, "not in the set"},
		"a stranger's signature under a known kid": {func(t *testing.T) string {
			t.Helper()
			header, claims := good()
			return forge(t, strangers, header, claims)
		}, "signature is invalid"},
		"no kid": {func(t *testing.T) string {
			t.Helper()
			header, claims := good()
			delete(header, "kid")
			return forge(t, keys, header, claims)
		}, "names no key"},
		"tampered claims": {func(t *testing.T) string {
			t.Helper()
			header, claims := good()
			parts := strings.Split(forge(t, keys, header, claims), ".")
			claims["roles"] = []string{RoleAdmin}
			return parts[0] + "." + strings.Split(forge(t, keys, header, claims), ".")[1] + "." + parts[2]
		}, "signature is invalid"},
		"expired":                    {claim("exp", now-1), "expired"},
		"expiring now":               {claim("exp", now), "expired"},
		"without expiry":             {claim("exp", nil), "exp"},
		"not valid for 31 s":         {claim("nbf", now+31), "not valid yet"},
		"without issuer":             {claim("iss", nil), "iss"},
		"of another issuer":          {claim("iss", "elsewhere"), "issuer"},
		"without audience":           {claim("aud", nil), "aud"},
		"for another audience":       {claim("aud", "elsewhere"), "audience"},
		"without subject":            {claim("sub", nil), "subject"},
		"with a subject of 256":      {claim("sub", strings.Repeat("s", 256)), "subject"},
		"with roles of another kind": {claim("roles", "admin"), "unmarshal"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, verifier := newPair(t, keys, c)
			_, err := verifier.Verify(tt.token(t))
			require.ErrorIs(t, err, ErrInvalidToken)
			assert.Contains(t, err.Error(), tt.why)
			assert.Zero(t, verifier.cache.Len(), "a refused token must not be remembered")
		})
	}

	t.Run("the unspoilt one, and skew within 30 s, are believed", func(t *testing.T) {
		t.Parallel()
		_, verifier := newPair(t, keys, c)
		header, claims := good()
		_, err := verifier.Verify(forge(t, keys, header, claims))
		require.NoError(t, err)
		_, err = verifier.Verify(claim("nbf", now+30)(t))
		require.NoError(t, err)
	})
	t.Run("an unknown role grants nothing", func(t *testing.T) {
		t.Parallel()
		_, verifier := newPair(t, keys, c)
		p, err := verifier.Verify(claim("roles", []string{"emperor", RoleUser})(t))
		require.NoError(t, err)
		assert.Equal(t, []string{RoleUser}, p.Roles)
	})
}

func TestCachedTokenDiesWithItsExpiry(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, 1)
	c := newClock()
	minter, verifier := newPair(t, keys, c)
	token, err := minter.Mint(Claims{Subject: "usr_1", Roles: []string{RoleUser}, TTL: time.Minute})
	require.NoError(t, err)
	_, err = verifier.Verify(token)
	require.NoError(t, err)

	c.advance(time.Minute - 1)
	_, err = verifier.Verify(token)
	require.NoError(t, err)
	c.advance(1)
	_, err = verifier.Verify(token)
	require.ErrorIs(t, err, ErrInvalidToken)
	assert.Zero(t, verifier.cache.Len())
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, 1)
	c := newClock()
	minter, _ := newPair(t, keys, c)
	verifier, err := NewVerifier(keys, VerifierConfig{Now: c.now, CacheSize: 2})
	require.NoError(t, err)
	for i := range 5 {
		token, err := minter.Mint(Claims{Subject: fmt.Sprintf("usr_%d", i), Roles: []string{RoleUser}, TTL: time.Minute})
		require.NoError(t, err)
		_, err = verifier.Verify(token)
		require.NoError(t, err)
	}
	assert.Equal(t, 2, verifier.cache.Len())
}

func TestMintRefuses(t *testing.T) {
	t.Parallel()
	keys := newKeys(t, 1)
	minter, _ := newPair(t, keys, newClock())
	for name, claims := range map[string]Claims{
		"no subject":   {Roles: []string{RoleUser}, TTL: time.Hour},
		"long subject": {Subject: strings.Repeat("s", 256), Roles: []string{RoleUser}, TTL: time.Hour},
		"no role":      {Subject: "usr_1", TTL: time.Hour},
		"odd role":     {Subject: "usr_1", Roles: []string{"finanse"}, TTL: time.Hour},
		"no life":      {Subject: "usr_1", Roles: []string{RoleUser}},
		"too long":     {Subject: "usr_1", Roles: []string{RoleUser}, TTL: MaxTokenTTL + 1},
	} {
		_, err := minter.Mint(claims)
		assert.Error(t, err, name)
	}
}

func BenchmarkVerifyHit(b *testing.B) {
	keys := newKeys(b, 1)
	minter, verifier := newPair(b, keys, newClock())
	token, err := minter.Mint(Claims{Subject: "svc_shop", Roles: AllRoles(), TTL: time.Hour})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verifier.Verify(token); err != nil {
			b.Fatal(err)
		}
	}
}
