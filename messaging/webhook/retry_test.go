package webhook_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/messaging/webhook"
)

// Without jitter, with attempts that take no time: how often, and when.
func TestTheScheduleTakesThreeDays(t *testing.T) {
	t.Parallel()
	start := decidetest.Start()
	giveUp := start.Add(webhook.RetryFor)
	var after []time.Duration
	for at, tries, ok := start, 1, true; ok; tries++ {
		after = append(after, at.Sub(start))
		at, ok = webhook.Next(tries, at, giveUp, 0, 0)
	}
	h, m, s := time.Hour, time.Minute, time.Second
	assert.Equal(t, []time.Duration{
		0, 5 * s, 35 * s, 2*m + 35*s, 12*m + 35*s, 42*m + 35*s, h + 42*m + 35*s, 3*h + 42*m + 35*s, 7*h + 42*m + 35*s,
		15*h + 42*m + 35*s, 23*h + 42*m + 35*s, 31*h + 42*m + 35*s, 39*h + 42*m + 35*s, 47*h + 42*m + 35*s, 55*h + 42*m + 35*s,
		63*h + 42*m + 35*s, 71*h + 42*m + 35*s, 72 * h,
	}, after)
}

func TestAReceiverMayAskForMoreTime(t *testing.T) {
	t.Parallel()
	now := decidetest.Start()
	giveUp := now.Add(webhook.RetryFor)
	at, ok := webhook.Next(1, now, giveUp, time.Minute, 0)
	require.True(t, ok)
	assert.Equal(t, now.Add(time.Minute), at)
	at, _ = webhook.Next(1, now, giveUp, time.Second, 0)
	assert.Equal(t, now.Add(5*time.Second), at, "no less than the schedule")
	at, _ = webhook.Next(1, now, giveUp, 100*time.Hour, 0)
	assert.Equal(t, now.Add(8*time.Hour), at, "not for ever")
}

func TestPausesGrowAndEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := decidetest.Start()
		giveUp := start.Add(webhook.RetryFor)
		at, attempts := start, 1
		for {
			next, ok := webhook.Next(attempts, at, giveUp, 0, rapid.Uint().Draw(t, "jitter"))
			if !ok {
				break
			}
			plain, _ := webhook.Next(attempts, at, giveUp, 0, 0)
			require.False(t, next.Before(plain))
			require.LessOrEqual(t, next.Sub(at), plain.Sub(at)*6/5+1)
			require.True(t, next.After(at))
			require.False(t, next.After(giveUp))
			at = next
			attempts++
		}
		require.Equal(t, giveUp, at, "the last attempt is at the end of the three days")
		require.LessOrEqual(t, attempts, 18)
		require.GreaterOrEqual(t, attempts, 15)
	})
}
