package authn

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The names that a token carries unless a Config says otherwise.
const (
	DefaultIssuer   = "florin"
	DefaultAudience = "florin"
)

// Claims are what a token says.
type Claims struct {
	// Subject names the principal; 1 to MaxSubjectBytes bytes.
	Subject string
	// Roles are at least one of AllRoles.
	Roles []string
	// Session is the session that the token is good for as long as it lasts; empty for a token that
	// needs none.
	Session string
	// Membership is what the principal is a member of; nil for nothing. It was so when the token was minted.
	Membership *Membership
	// TTL is the token's life from now, above zero and at most MaxTokenTTL; with a session at most
	// AccessTokenTTL.
	TTL time.Duration
}

// Membership is what a token says of a membership.
type Membership struct {
	// Status is active, grace, lapsed or canceled, and Plan the code of the plan.
	Status string `json:"status"`
	Plan   string `json:"plan"`
	// Until is up to when it is good, or was.
	Until time.Time `json:"until"`
}

// MinterConfig is what a Minter may be told. The zero value is ready to use.
type MinterConfig struct {
	// Issuer and Audience are iss and aud. Default: DefaultIssuer, DefaultAudience.
	Issuer, Audience string
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Minter signs tokens with the newest key of a set.
type Minter struct {
	signer key
	cfg    MinterConfig
}

// NewMinter returns a minter. Errors: ErrNoSigningKey when keys holds public keys only.
func NewMinter(keys *KeySet, cfg MinterConfig) (*Minter, error) {
	if keys.signer == nil {
		return nil, ErrNoSigningKey
	}
	if cfg.Issuer == "" {
		cfg.Issuer = DefaultIssuer
	}
	if cfg.Audience == "" {
		cfg.Audience = DefaultAudience
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Minter{signer: *keys.signer, cfg: cfg}, nil
}

// Mint signs a token.
func (m *Minter) Mint(c Claims) (string, error) {
	if c.Subject == "" || len(c.Subject) > MaxSubjectBytes {
		return "", fmt.Errorf("authn: a subject has 1 to %d bytes", MaxSubjectBytes)
	}
	longest := MaxTokenTTL
	if c.Session != "" {
		longest = AccessTokenTTL
	}
	if c.TTL <= 0 || c.TTL > longest {
		return "", fmt.Errorf("authn: such a token lives longer than 0 and at most %s", longest)
	}
	roles, err := roleSet(c.Roles)
	if err != nil {
		return "", err
	}
	if len(roles) == 0 {
		return "", errors.New("authn: a token without a role may do nothing")
	}
	now := m.cfg.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, tokenClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    m.cfg.Issuer,
			Audience:  jwt.ClaimStrings{m.cfg.Audience},
			Subject:   c.Subject,
			IssuedAt:  jwt.NewNumericDate(now),
			NotBefore: jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(c.TTL)),
		},
		Roles:      roles,
		Session:    c.Session,
		Membership: c.Membership,
	})
	token.Header["kid"] = m.signer.id
	signed, err := token.SignedString(m.signer.private)
	if err != nil {
		return "", fmt.Errorf("authn: sign token: %w", err)
	}
	return signed, nil
}

// tokenClaims are the claims as they stand in a token.
type tokenClaims struct {
	jwt.RegisteredClaims
	Roles      []string    `json:"roles"`
	Session    string      `json:"sid,omitempty"`
	Membership *Membership `json:"membership,omitempty"`
}
