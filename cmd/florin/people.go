package main

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/florinledger/florin/adapters/authn"
	"github.com/florinledger/florin/adapters/billinghook"
	peopleroutes "github.com/florinledger/florin/adapters/httpapi/people"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/adapters/natsbus"
	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/adapters/rediscache"
	"github.com/florinledger/florin/users/query"
	"github.com/florinledger/florin/wallet/payment"
)

// people assembles what the routes of people call out to.
func (a *app) people(s *settings, reads *readmodel.Reads, keys *authn.KeySet) (peopleroutes.Ports, error) {
	minter, err := authn.NewMinter(keys, authn.MinterConfig{})
	if err != nil {
		return peopleroutes.Ports{}, err
	}
	key, err := s.stripeKey()
	if err != nil {
		return peopleroutes.Ports{}, err
	}
	seller := "" // which is asked for memberships
	if key != "" {
		seller = payment.Stripe
	}
	secrets, err := webhookSecrets("membership", s.MembershipSecretFiles)
	if err != nil {
		return peopleroutes.Ports{}, err
	}
	billing, err := billinghook.NewReceiver(secrets, postgres.NewProviderEvents(a.reads), time.Now)
	if err != nil {
		return peopleroutes.Ports{}, err
	}
	cache := rediscache.NewCache[query.User](a.redis, "user-1")
	a.metrics.Cache("users", func() (hits, misses int64) { s := cache.Stats(); return s.Hits, s.Misses })
	a.feed.Listen(natsbus.Listener{
		OnUser: func(userID, _ string, position int64) { cache.Tombstone(context.Background(), userID, position) },
		OnGap:  a.redis.Gap,
	})
	return peopleroutes.Ports{
		Desk: a.desk, Directory: postgres.NewDirectory(a.auth), Sessions: postgres.NewSessions(a.auth, postgres.SessionsConfig{}),
		Addresses: a.vault, Users: reads, Cache: cache, KeyUses: postgres.NewAPIKeyUses(a.reads),
		Tokens: accessTokens{minter}, Ends: sessionEnds{a}, NewAPIKey: authn.NewAPIKey, Memberships: reads,
		Handovers: payment.NewSealer(a.vault), Provider: seller, Billing: countingBilling{billing, a.metrics},
	}, nil
}

// accessTokens mints tokens of sessions.
type accessTokens struct{ minter *authn.Minter }

// Mint implements peopleroutes.Tokens.
func (t accessTokens) Mint(userID, sessionID string, roles []string, member query.Member) (token string, life time.Duration, err error) {
	claims := authn.Claims{Subject: userID, Session: sessionID, Roles: roles, TTL: authn.AccessTokenTTL}
	if member.Status != "" {
		claims.Membership = &authn.Membership{Status: string(member.Status), Plan: member.Plan, Until: member.Until}
	}
	token, err = t.minter.Mint(claims)
	return token, authn.AccessTokenTTL, err
}

// sessionEnds tells of sessions that are over: this process at once, the others by the feed.
type sessionEnds struct{ a *app }

// EndSession implements peopleroutes.Ends.
func (e sessionEnds) EndSession(ctx context.Context, sessionID string) error {
	e.a.sessions.ForgetSession(sessionID)
	return e.a.feed.EndSession(ctx, sessionID)
}

// rateLimit counts requests together with all other processes.
func (a *app) rateLimit(secret []byte) (request.RateLimit, error) {
	limiter, err := rediscache.NewLimiter(a.redis, secret, rediscache.LimiterConfig{})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, p request.RatePolicy, key string) request.RateDecision {
		return request.RateDecision(limiter.Allow(ctx, rediscache.Policy(p), key))
	}, nil
}

// trustedProxies reads the networks whose word on who the client is counts.
func (s *settings) trustedProxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range s.TrustedProxies {
		prefix, err := netip.ParsePrefix(text)
		if addr, addrErr := netip.ParseAddr(text); addrErr == nil {
			prefix, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("trusted proxies: %q is neither an address nor a network such as 10.0.0.0/8", text)
		}
		out = append(out, prefix.Masked())
	}
	return out, nil
}
