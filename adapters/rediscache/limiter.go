package rediscache

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/go-redis/redis_rate/v10"
)

// Policy says how often something may be done. Burst is at least 1 and Per longer than 0.
type Policy struct {
	// Name says what it is that may be done ("login-address"): policies count apart.
	Name string
	// Burst is how often it may be done at once, and again every Per: of 5 a minute one comes back every
	// 12 s.
	Burst int
	Per   time.Duration
}

// Decision says whether it may be done now.
type Decision struct {
	Allowed bool
	// Limit is the policy's burst, Remaining how much of it is left.
	Limit, Remaining int
	// ResetAfter is when all of the burst is there again.
	ResetAfter time.Duration
	// RetryAfter is when it may be done next; 0 where it is allowed now.
	RetryAfter time.Duration
}

// LimiterConfig says how a limiter behaves. All of it may be left out.
type LimiterConfig struct {
	// LocalKeys is how many keys are counted without Redis; 0 means 65,536. The least recently used are
	// forgotten.
	LocalKeys int
}

// Limiter counts who does what how often, in Redis for all processes together. While Redis is away each
// process counts for itself, from zero: n of them then allow up to n times as much.
type Limiter struct {
	client *Client
	rates  *redis_rate.Limiter // nil without Redis
	key    []byte
	local  *localLimiter
}

// NewLimiter returns a limiter. Redis sees no address and no email: keys are digests under secret.
// Errors: a LocalKeys below 0.
func NewLimiter(client *Client, secret []byte, cfg LimiterConfig) (*Limiter, error) {
	if cfg.LocalKeys == 0 {
		cfg.LocalKeys = localKeys
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "florin rate limits 1", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("rediscache: limiter: %w", err)
	}
	local, err := newLocalLimiter(cfg.LocalKeys, client.cfg.Now)
	if err != nil {
		return nil, fmt.Errorf("rediscache: limiter: %w", err)
	}
	l := &Limiter{client: client, key: key, local: local}
	if client.redis != nil {
		l.rates = redis_rate.NewLimiter(client.redis)
	}
	return l, nil
}

// Allow counts one attempt of key, which may be anything that names who attempts, and says whether it is
// within the policy. An attempt that is not allowed is not counted. It always has an answer.
func (l *Limiter) Allow(ctx context.Context, p Policy, key string) Decision {
	if p.Burst < 1 || p.Per <= 0 {
		return Decision{Limit: p.Burst, RetryAfter: p.Per}
	}
	digest := l.digest(p.Name, key)
	var result *redis_rate.Result
	err := l.client.do(ctx, func(ctx context.Context) (err error) {
		result, err = l.rates.Allow(ctx, digest, redis_rate.Limit{Rate: p.Burst, Burst: p.Burst, Period: p.Per})
		return err
	})
	if err != nil {
		return l.local.allow(p, digest)
	}
	return Decision{
		Allowed: result.Allowed > 0, Limit: p.Burst, Remaining: result.Remaining,
		ResetAfter: result.ResetAfter, RetryAfter: max(0, result.RetryAfter), // the library says -1 for none
	}
}

// digest names a counter. 128 bits of it: who finds two keys with one digest has guessed the secret.
func (l *Limiter) digest(policy, key string) string {
	mac := hmac.New(sha256.New, l.key)
	mac.Write([]byte(policy + "\x00" + key))
	return l.client.key("rate", policy+":"+hex.EncodeToString(mac.Sum(nil)[:16]))
}
