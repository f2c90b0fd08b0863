package authn

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	lru "github.com/hashicorp/golang-lru/v2"
)

// ErrInvalidToken says that a token speaks for nobody. The wrapped error says why, for a log; a
// client is told only that it is so.
var ErrInvalidToken = errors.New("authn: the token is not valid")

// VerifierConfig is what a Verifier may be told. The zero value is ready to use.
type VerifierConfig struct {
	// Issuer and Audience are what iss and aud must say. Default: DefaultIssuer, DefaultAudience.
	Issuer, Audience string
	// CacheSize is how many verified tokens are remembered. Default: DefaultCacheSize.
	CacheSize int
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Verifier says whom a token speaks for. It remembers what it has verified, because an Ed25519
// verification costs about 70 µs and a client sends the same token with every request. It is safe
// for concurrent use.
type Verifier struct {
	keys   *KeySet
	parser *jwt.Parser
	cache  *lru.Cache[[sha256.Size]byte, verified]
	now    func() time.Time
}

// verified is what a token said, until it expires. The cache is keyed by the token's hash, so that
// a dump of the memory holds no credentials.
type verified struct {
	principal Principal
	expires   time.Time
}

// NewVerifier returns a verifier that believes keys.
func NewVerifier(keys *KeySet, cfg VerifierConfig) (*Verifier, error) {
	if cfg.Issuer == "" {
		cfg.Issuer = DefaultIssuer
	}
	if cfg.Audience == "" {
		cfg.Audience = DefaultAudience
	}
	if cfg.CacheSize == 0 {
		cfg.CacheSize = DefaultCacheSize
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cache, err := lru.New[[sha256.Size]byte, verified](cfg.CacheSize)
	if err != nil {
		return nil, fmt.Errorf("authn: cache: %w", err)
	}
	return &Verifier{
		keys:  keys,
		cache: cache,
		now:   cfg.Now,
		parser: jwt.NewParser(
			// Checked before a key is looked up.
			jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
			jwt.WithIssuer(cfg.Issuer),
			jwt.WithAudience(cfg.Audience),
			jwt.WithExpirationRequired(),
			jwt.WithStrictDecoding(),
			jwt.WithLeeway(ClockSkew),
			jwt.WithTimeFunc(cfg.Now),
		),
	}, nil
}

// Verify returns the principal that a token names; whether its session still counts is not asked here.
// Errors: ErrInvalidToken.
func (v *Verifier) Verify(token string) (Principal, error) {
	if len(token) > MaxTokenBytes {
		return Principal{}, fmt.Errorf("%w: %d bytes are too many", ErrInvalidToken, len(token))
	}
	id := sha256.Sum256([]byte(token))
	if hit, ok := v.cache.Get(id); ok {
		if v.now().Before(hit.expires) {
			return hit.principal, nil
		}
		v.cache.Remove(id)
	}
	found, err := v.parse(token)
	if err != nil {
		return Principal{}, fmt.Errorf("%w: %w", ErrInvalidToken, err)
	}
	v.cache.Add(id, found)
	return found.principal, nil
}

func (v *Verifier) parse(token string) (verified, error) {
	var claims tokenClaims
	if _, err := v.parser.ParseWithClaims(token, &claims, v.key); err != nil {
		return verified{}, err
	}
	// The leeway is for clocks that run ahead. What has expired has expired: the machine that
	// minted it said so itself, and a cached entry must not live on.
	if !v.now().Before(claims.ExpiresAt.Time) {
		return verified{}, jwt.ErrTokenExpired
	}
	if claims.Subject == "" || len(claims.Subject) > MaxSubjectBytes {
		return verified{}, jwt.ErrTokenInvalidSubject
	}
	return verified{
		principal: Principal{Subject: claims.Subject, Roles: knownRoles(claims.Roles), Session: claims.Session},
		expires:   claims.ExpiresAt.Time,
	}, nil
}

func (v *Verifier) key(token *jwt.Token) (any, error) {
	id, ok := token.Header["kid"].(string)
	if !ok {
		return nil, errors.New("the token names no key")
	}
	k, ok := v.keys.keys[id]
	if !ok {
		return nil, errors.New("the token names a key that is not in the set")
	}
	return k.public, nil
}
