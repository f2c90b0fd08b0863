package postgres

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

func TestAPIKeyUses(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	here, there := NewAPIKeyUses(p.pool), NewAPIKeyUses(p.pool)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	note := func(u *APIKeyUses, key string, at time.Time) {
		t.Helper()
		require.NoError(t, u.Note(t.Context(), key, at))
	}
	used := func() map[string]time.Time {
		t.Helper()
		uses, err := here.Get(t.Context(), []string{"key_1", "key_2", "key_3"})
		require.NoError(t, err)
		for key, at := range uses {
			uses[key] = at.UTC()
		}
		return uses
	}
	require.Empty(t, used())
	note(here, "key_1", noon)
	note(here, "key_2", noon.Add(time.Second))
	note(here, "key_1", noon.Add(59*time.Second)) // not written
	require.Equal(t, map[string]time.Time{"key_1": noon, "key_2": noon.Add(time.Second)}, used())
	note(here, "key_1", noon.Add(time.Minute))
	require.Equal(t, noon.Add(time.Minute), used()["key_1"])

	note(there, "key_1", noon.Add(30*time.Second)) // another process, later to the table with an earlier time
	require.Equal(t, noon.Add(time.Minute), used()["key_1"])
	note(there, "key_1", noon.Add(2*time.Minute))
	require.Equal(t, noon.Add(2*time.Minute), used()["key_1"])
}

// However many requests come with one key, one of them in a minute writes.
func TestAPIKeyUsesAtOnce(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	u := NewAPIKeyUses(p.pool)
	run(t, p.pool, "CREATE SEQUENCE writes")
	run(t, p.pool, "ALTER TABLE api_key_uses ADD CONSTRAINT counted CHECK (nextval('writes') > 0)")
	var g errgroup.Group
	for n := range 200 {
		g.Go(func() error {
			return u.Note(t.Context(), "key_1", time.Date(2026, 3, 1, 12, 0, n%60, 0, time.UTC))
		})
	}
	require.NoError(t, g.Wait())
	require.Equal(t, int64(2), ask[int64](t, p.pool, "SELECT nextval('writes')"), "one write, and this question")
}

// A table that cannot be written costs one request a minute an error, not all of them.
func TestAPIKeyUsesFail(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	u := NewAPIKeyUses(p.pool)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	run(t, p.pool, "ALTER TABLE api_key_uses RENAME TO api_key_uses_away")
	var failed atomic.Int64
	for second := range 120 {
		if u.Note(t.Context(), "key_1", noon.Add(time.Duration(second)*time.Second)) != nil {
			failed.Add(1)
		}
	}
	require.Equal(t, int64(2), failed.Load())
	_, err := u.Get(t.Context(), []string{"key_1"})
	require.Error(t, err)
}

func TestAPIKeyUsesAreBounded(t *testing.T) {
	t.Parallel()
	u := NewAPIKeyUses(nil)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for n := range 3 * apiKeysNoted {
		require.True(t, u.due(fmt.Sprintf("key_%d", n), noon))
	}
	require.LessOrEqual(t, len(u.noted), apiKeysNoted)
	require.False(t, u.due(fmt.Sprintf("key_%d", 3*apiKeysNoted-1), noon))
}
