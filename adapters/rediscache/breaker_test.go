package rediscache

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestBreaker(t *testing.T) {
	t.Parallel()
	var b breaker
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	allowed := func(wantTrial, wantOK bool) {
		t.Helper()
		trial, ok := b.allow(at)
		assert.Equal(t, wantTrial, trial, "trial")
		assert.Equal(t, wantOK, ok, "ok")
	}
	allowed(false, true)
	assert.True(t, b.failed(at, false))
	assert.False(t, b.failed(at, false), "one of those that were under way with it")
	assert.False(t, b.succeeded(false), "nor does one of them prove that it is back")
	for _, rest := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second, 5 * time.Second} {
		at = at.Add(rest - 1)
		allowed(false, false)
		assert.True(t, b.resting(at))
		at = at.Add(1)
		assert.False(t, b.resting(at))
		allowed(true, true)
		allowed(false, false)
		assert.False(t, b.failed(at, true))
	}
	at = at.Add(5 * time.Second)
	allowed(true, true)
	assert.True(t, b.succeeded(true))
	allowed(false, true)
	assert.True(t, b.failed(at, false), "and the rest is short again")
	at = at.Add(time.Second)
	allowed(true, true)
}
