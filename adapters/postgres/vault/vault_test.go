package vault_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/adapters/postgres/pgtest"
	"github.com/florinledger/florin/adapters/postgres/vault"
	"github.com/florinledger/florin/users/seal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, pgtest.IgnoreServer()) }

const (
	ann = "usr_01m8146wpkg008000100000001"
	bob = "usr_01m8146wpkg008000100000002"
)

// house is a vault's database and the folder of its master keys.
type house struct {
	t       *testing.T
	url     string
	pool    *pgxpool.Pool
	masters string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, url: pgtest.Vault(t), masters: t.TempDir()}
	h.pool = h.newPool()
	h.addMaster("1.key")
	return h
}

func (h *house) newPool() *pgxpool.Pool {
	h.t.Helper()
	config, err := pgxpool.ParseConfig(h.url)
	require.NoError(h.t, err)
	config.MaxConns = 8 // more than the two that a small machine gets
	pool, err := pgxpool.NewWithConfig(h.t.Context(), config)
	require.NoError(h.t, err)
	h.t.Cleanup(pool.Close)
	return pool
}

func (h *house) addMaster(name string) {
	h.t.Helper()
	require.NoError(h.t, os.WriteFile(filepath.Join(h.masters, name), vault.NewMaster(), 0o600))
}

// open returns a vault with nothing in its memory, as another process has it.
func (h *house) open() *vault.Vault {
	h.t.Helper()
	return h.openWith(h.pool, vault.Config{})
}

func (h *house) openWith(pool *pgxpool.Pool, cfg vault.Config) *vault.Vault {
	h.t.Helper()
	masters, err := vault.LoadMasters(h.masters)
	require.NoError(h.t, err)
	return vault.New(pool, masters, cfg)
}

func (h *house) exec(sql string) {
	h.t.Helper()
	_, err := h.pool.Exec(h.t.Context(), sql)
	require.NoError(h.t, err)
}

func (h *house) count(sql string, args ...any) (n int) {
	h.t.Helper()
	require.NoError(h.t, h.pool.QueryRow(h.t.Context(), sql, args...).Scan(&n))
	return n
}

func TestKeysAreKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.open()
	_, err := v.Key(t.Context(), ann)
	require.ErrorIs(t, err, seal.ErrNoKey)

	key, err := v.Create(t.Context(), ann)
	require.NoError(t, err)
	for _, again := range []*vault.Vault{v, h.open()} {
		same, err := again.Key(t.Context(), ann)
		require.NoError(t, err)
		assert.Equal(t, key.Bytes(), same.Bytes())
		same, err = again.Create(t.Context(), ann)
		require.NoError(t, err)
		assert.Equal(t, key.Bytes(), same.Bytes())
	}
	other, err := v.Create(t.Context(), bob)
	require.NoError(t, err)
	assert.NotEqual(t, key.Bytes(), other.Bytes())
}

func TestDestroyedStaysDestroyed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.open()
	_, err := v.Create(t.Context(), ann)
	require.NoError(t, err)
	require.NoError(t, v.Destroy(t.Context(), ann))
	require.NoError(t, v.Destroy(t.Context(), ann), "again: done")
	require.NoError(t, v.Destroy(t.Context(), bob), "never was: done")
	require.NoError(t, v.Discard(t.Context(), ann), "a tombstone is no key to discard")
	for _, person := range []string{ann, bob} {
		for _, again := range []*vault.Vault{v, h.open()} {
			_, err = again.Key(t.Context(), person)
			require.ErrorIs(t, err, seal.ErrNoKey)
			_, err = again.Create(t.Context(), person)
			require.ErrorIs(t, err, seal.ErrNoKey)
		}
	}
	assert.Equal(t, 2, h.count("SELECT count(*) FROM person_key WHERE master IS NULL AND wrapped IS NULL AND destroyed_at IS NOT NULL"))

	var refused *pgconn.PgError
	for _, sql := range []string{"DELETE FROM person_key", "UPDATE person_key SET destroyed_at = NULL, master = 'm', wrapped = 'w'"} {
		_, err = h.pool.Exec(t.Context(), sql)
		require.ErrorAs(t, err, &refused, sql)
		assert.Equal(t, "FL020", refused.Code, sql)
	}
}

func TestDiscardLeavesNoTrace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.open()
	key, err := v.Create(t.Context(), ann)
	require.NoError(t, err)
	require.NoError(t, v.Discard(t.Context(), ann))
	_, err = v.Key(t.Context(), ann)
	require.ErrorIs(t, err, seal.ErrNoKey)
	assert.Zero(t, h.count("SELECT count(*) FROM person_key"))
	other, err := v.Create(t.Context(), ann)
	require.NoError(t, err)
	assert.NotEqual(t, key.Bytes(), other.Bytes())
}

func TestManyCreateOneKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here, there := h.open(), h.open()
	var mu sync.Mutex
	keys := map[string]int{}
	var crowd errgroup.Group
	for i := range 50 {
		crowd.Go(func() error {
			v := here
			if i%2 == 1 {
				v = there
			}
			key, err := v.Create(t.Context(), ann)
			mu.Lock()
			defer mu.Unlock()
			keys[string(key.Bytes())]++
			return err
		})
	}
	require.NoError(t, crowd.Wait())
	require.Len(t, keys, 1)
	key, err := h.open().Key(t.Context(), ann)
	require.NoError(t, err)
	assert.Equal(t, 50, keys[string(key.Bytes())])
}

// A destroyed key may be created or read at the same time: afterwards nobody has it.
func TestDestroyWhileOthersReadAndCreate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.open()
	for i := range 20 {
		person := fmt.Sprintf("%s%02d", ann[:len(ann)-2], i)
		_, err := v.Create(t.Context(), person)
		require.NoError(t, err)
		v.ForgetKeys()
		var crowd errgroup.Group
		for range 8 {
			crowd.Go(func() error { _, err := v.Key(t.Context(), person); return tolerate(err) })
			crowd.Go(func() error { _, err := v.Create(t.Context(), person); return tolerate(err) })
		}
		crowd.Go(func() error { return v.Destroy(t.Context(), person) })
		require.NoError(t, crowd.Wait())
		_, err = v.Key(t.Context(), person)
		require.ErrorIs(t, err, seal.ErrNoKey, "nothing of it is remembered")
	}
}

func tolerate(err error) error {
	if errors.Is(err, seal.ErrNoKey) {
		return nil
	}
	return err
}

func TestRowsCannotBeExchanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.open()
	for _, person := range []string{ann, bob} {
		_, err := v.Create(t.Context(), person)
		require.NoError(t, err)
	}
	h.exec(`UPDATE person_key AS k SET wrapped = o.wrapped FROM person_key AS o WHERE o.person <> k.person`)
	for _, person := range []string{ann, bob} {
		_, err := h.open().Key(t.Context(), person)
		require.ErrorIs(t, err, seal.ErrUnreadable)
		require.NotErrorIs(t, err, seal.ErrNoKey)
		require.ErrorContains(t, err, person)
	}
	_, err := v.Token(t.Context(), "ann@example.com")
	require.NoError(t, err)
	h.exec(`UPDATE pepper SET wrapped = (SELECT wrapped FROM person_key LIMIT 1)`)
	_, _, err = h.open().Find(t.Context(), "ann@example.com")
	require.ErrorIs(t, err, seal.ErrUnreadable)
}

func TestAwayIsAFault(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	pool := h.newPool()
	v := h.openWith(pool, vault.Config{})
	_, err := v.Create(t.Context(), ann)
	require.NoError(t, err)
	pool.Close()
	_, err = v.Key(t.Context(), ann)
	require.NoError(t, err, "remembered")
	v.ForgetKey(ann)

	ctx := t.Context()
	faults := map[string]func() error{
		"Key":      func() error { _, err := v.Key(ctx, ann); return err },
		"Create":   func() error { _, err := v.Create(ctx, ann); return err },
		"Destroy":  func() error { return v.Destroy(ctx, ann) },
		"Discard":  func() error { return v.Discard(ctx, ann) },
		"Token":    func() error { _, err := v.Token(ctx, "ann@example.com"); return err },
		"Find":     func() error { _, _, err := v.Find(ctx, "ann@example.com"); return err },
		"Forget":   func() error { return v.Forget(ctx, "token") },
		"Check":    func() error { return v.Check(ctx) },
		"Rewrap":   func() error { _, err := v.Rewrap(ctx, nil); return err },
		"Erasures": func() error { _, err := v.Erasures(ctx, vault.Erasure{}, 10); return err },
		"Sweep":    func() error { _, err := v.Sweep(ctx, 0, nil); return err },
	}
	for name, f := range faults {
		err := f()
		require.ErrorContains(t, err, "vault: ", name)
		require.ErrorContains(t, err, "closed pool", name)
		require.NotErrorIs(t, err, seal.ErrNoKey, name)
		require.NotContains(t, err.Error(), "example.com", name)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = h.open().Key(cancelled, ann)
	require.ErrorIs(t, err, context.Canceled)
}

// Whoever has all rows of the vault, and not the master key, finds out nothing about addresses.
func TestADumpTellsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.open()
	const email = "Ann.Smith@Example.com"
	key, err := v.Create(t.Context(), ann)
	require.NoError(t, err)
	token, err := v.Token(t.Context(), email)
	require.NoError(t, err)
	require.NoError(t, v.Destroy(t.Context(), bob))

	var dump string
	for _, table := range []string{"pepper", "person_key", "email_address"} {
		var rows string
		require.NoError(t, h.pool.QueryRow(t.Context(), "SELECT string_agg(t::text, E'\n') FROM "+pgx.Identifier{table}.Sanitize()+" AS t").Scan(&rows))
		dump += rows + "\n"
	}
	require.Equal(t, 3, h.count("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'vault_db_version'"), "all of them are in the dump")
	require.Contains(t, dump, ann)
	require.Contains(t, dump, token)
	for _, secret := range []string{email, "ann.smith@example.com", "smith", "example"} {
		assert.NotContains(t, dump, secret)
		assert.NotContains(t, dump, hex.EncodeToString([]byte(secret)))
		sum := sha256.Sum256([]byte(secret))
		assert.NotContains(t, dump, hex.EncodeToString(sum[:]))
	}
	assert.NotContains(t, dump, hex.EncodeToString(key.Bytes()))
}

func TestErasuresAreListedInOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.open()
	none, err := v.Erasures(t.Context(), vault.Erasure{}, 10)
	require.NoError(t, err)
	assert.Empty(t, none)
	_, err = v.Create(t.Context(), "alive")
	require.NoError(t, err)
	want := []string{"c", "a", "e", "b", "d"}
	for _, person := range want {
		require.NoError(t, v.Destroy(t.Context(), person))
	}
	require.NoError(t, v.Destroy(t.Context(), "c"), "again: its place stays")
	var got []string
	var last vault.Erasure
	for {
		page, err := v.Erasures(t.Context(), last, 2)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		require.LessOrEqual(t, len(page), 2)
		for _, e := range page {
			require.False(t, e.At.Before(last.At))
			got, last = append(got, e.Person), e
		}
	}
	assert.Equal(t, want, got)
}

func TestMemory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var mu sync.Mutex
	now := time.Now()
	v := h.openWith(h.pool, vault.Config{Remembered: 2, Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
	remembers := func(person string) bool {
		t.Helper()
		// What is remembered is known although the row is gone.
		h.exec("ALTER TABLE person_key RENAME TO hidden")
		defer h.exec("ALTER TABLE hidden RENAME TO person_key")
		_, err := v.Key(t.Context(), person)
		return err == nil
	}
	for _, person := range []string{"a", "b"} {
		_, err := v.Create(t.Context(), person)
		require.NoError(t, err)
	}
	assert.True(t, remembers("a"))
	assert.True(t, remembers("b"))
	_, err := v.Create(t.Context(), "c")
	require.NoError(t, err)
	assert.False(t, remembers("a"), "the one that was not asked for the longest makes room")

	v.ForgetKey("c")
	assert.False(t, remembers("c"))
	assert.True(t, remembers("b"))
	v.ForgetKeys()
	assert.False(t, remembers("b"))

	_, err = v.Key(t.Context(), "b")
	require.NoError(t, err)
	mu.Lock()
	now = now.Add(vault.RememberFor)
	mu.Unlock()
	assert.True(t, remembers("b"))
	mu.Lock()
	now = now.Add(time.Nanosecond)
	mu.Unlock()
	assert.False(t, remembers("b"), "a minute at most")
}
