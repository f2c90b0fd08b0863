package rediscache

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// localLimiter counts in this process, for as many keys as it has room for.
type localLimiter struct {
	buckets *lru.Cache[string, *rate.Limiter]
	now     func() time.Time
}

func newLocalLimiter(keys int, now func() time.Time) (*localLimiter, error) {
	buckets, err := lru.New[string, *rate.Limiter](keys)
	if err != nil {
		return nil, err
	}
	return &localLimiter{buckets: buckets, now: now}, nil
}

// allow is Limiter.Allow. A key that is counted for two policies has two digests, so the bucket of a
// digest has always been made for its policy.
func (l *localLimiter) allow(p Policy, digest string) Decision {
	interval := p.Per / time.Duration(p.Burst)
	bucket := l.bucket(digest, interval, p.Burst)
	now := l.now()
	d := Decision{Allowed: bucket.AllowN(now, 1), Limit: p.Burst}
	tokens := max(0, bucket.TokensAt(now))
	d.Remaining = int(tokens)
	d.ResetAfter = time.Duration((float64(p.Burst) - tokens) * float64(interval))
	if !d.Allowed {
		d.Remaining = 0
		d.RetryAfter = time.Duration((1 - tokens) * float64(interval))
	}
	return d
}

func (l *localLimiter) bucket(digest string, interval time.Duration, burst int) *rate.Limiter {
	if b, ok := l.buckets.Get(digest); ok {
		return b
	}
	b := rate.NewLimiter(rate.Every(interval), burst)
	if first, had, _ := l.buckets.PeekOrAdd(digest, b); had {
		return first
	}
	return b
}
