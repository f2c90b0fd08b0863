package vault_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/vault"
	"github.com/florinledger/florin/users/seal"
)

func TestSweepTakesOrphansOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.open()
	const each = 300 // more than a page together
	for i := range each {
		for _, kind := range []string{"real", "orphan"} {
			_, err := v.Create(t.Context(), fmt.Sprintf("%s_%03d", kind, i))
			require.NoError(t, err)
		}
	}
	require.NoError(t, v.Destroy(t.Context(), "orphan_000"))
	asked := 0
	journal := func(_ context.Context, people []string) (map[string]bool, error) {
		asked += len(people)
		answer := map[string]bool{}
		for _, person := range people {
			answer[person] = strings.HasPrefix(person, "real")
		}
		return answer, nil
	}
	n, err := v.Sweep(t.Context(), vault.OrphanAge, journal)
	require.NoError(t, err)
	assert.Zero(t, n, "they may yet come to be")
	assert.Zero(t, asked)

	h.exec("UPDATE person_key SET created_at = created_at - interval '25 hours' WHERE destroyed_at IS NULL")
	_, err = v.Create(t.Context(), "orphan_young")
	require.NoError(t, err)
	n, err = v.Sweep(t.Context(), vault.OrphanAge, journal)
	require.NoError(t, err)
	assert.Equal(t, each-1, n)
	assert.Equal(t, 2*each-1, asked)
	n, err = v.Sweep(t.Context(), vault.OrphanAge, journal)
	require.NoError(t, err)
	assert.Zero(t, n)
	assert.Equal(t, 2*each-1, asked, "who is known to exist is not asked for again")

	_, err = v.Key(t.Context(), "orphan_001")
	require.ErrorIs(t, err, seal.ErrNoKey)
	_, err = v.Key(t.Context(), "real_001")
	require.NoError(t, err)
	_, err = v.Key(t.Context(), "orphan_young")
	require.NoError(t, err)
	assert.Equal(t, 1, h.count("SELECT count(*) FROM person_key WHERE destroyed_at IS NOT NULL"), "the tombstone stays")
}

// A key is not thrown away because nobody said anything of it.
func TestSweepWantsAnAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.open()
	_, err := v.Create(t.Context(), ann)
	require.NoError(t, err)
	h.exec("UPDATE person_key SET created_at = created_at - interval '25 hours'")
	_, err = v.Sweep(t.Context(), time.Hour, func(context.Context, []string) (map[string]bool, error) { return nil, nil })
	require.ErrorContains(t, err, "nothing was said of "+ann)
	away := errors.New("away")
	_, err = v.Sweep(t.Context(), time.Hour, func(context.Context, []string) (map[string]bool, error) { return nil, away })
	require.ErrorIs(t, err, away)
	_, err = v.Key(t.Context(), ann)
	require.NoError(t, err)
}
