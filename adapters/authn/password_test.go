package authn

import (
	"context"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/users/desk"
)

// cheap are parameters that cost next to nothing.
func cheap() HasherConfig { return HasherConfig{Memory: 8, Passes: 1} }

func hashed(t testing.TB, h *Hasher, password string) string {
	t.Helper()
	hash, err := h.Hash(t.Context(), password)
	require.NoError(t, err)
	return hash
}

// opens is what Verify says, without an error.
func opens(t testing.TB, h *Hasher, password, hash string) (ok, stale bool) {
	t.Helper()
	ok, stale, err := h.Verify(t.Context(), password, hash)
	require.NoError(t, err)
	return ok, stale
}

func TestHash(t *testing.T) {
	t.Parallel()
	h := NewHasher(HasherConfig{})
	hash := hashed(t, h, "correct horse")
	require.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, hash)
	ok, stale := opens(t, h, "correct horse", hash)
	require.Equal(t, []bool{true, false}, []bool{ok, stale})
	for _, wrong := range []string{"", "Correct horse", "correct horse ", "correct horse\x00"} {
		ok, stale = opens(t, h, wrong, hash)
		require.Equal(t, []bool{false, false}, []bool{ok, stale}, wrong)
	}
	require.NotEqual(t, hash, hashed(t, h, "correct horse"), "each has its own salt")
}

// What the reference implementation's own tests have.
func TestHashOfTheReference(t *testing.T) {
	t.Parallel()
	h := NewHasher(HasherConfig{})
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	ok, stale := opens(t, h, "password", reference)
	require.Equal(t, []bool{true, true}, []bool{ok, stale})
	ok, stale = opens(t, h, "Password", reference)
	require.Equal(t, []bool{false, false}, []bool{ok, stale})
}

// The same characters, composed in another way or typed at full width, are the same password.
func TestPasswordsAreNormalised(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap())
	for typed, other := range map[string]string{
		"p\u00e4sswort":            "pa\u0308sswort",
		"\uff50\uff41\uff53\uff53": "pass",
		"\u212bngstr\u00f6m":       "\u00c5ngstro\u0308m",
	} {
		ok, _ := opens(t, h, other, hashed(t, h, typed))
		require.True(t, ok, typed)
		ok, _ = opens(t, h, strings.ToUpper(other), hashed(t, h, typed))
		require.False(t, ok, typed)
	}
}

func TestStaleHash(t *testing.T) {
	t.Parallel()
	old := hashed(t, NewHasher(cheap()), "secret")
	for name, tt := range map[string]struct {
		cfg   HasherConfig
		stale bool
	}{
		"the same":    {HasherConfig{Memory: 8, Passes: 1}, false},
		"more memory": {HasherConfig{Memory: 16, Passes: 1}, true},
		"more passes": {HasherConfig{Memory: 8, Passes: 2}, true},
		"more lanes":  {HasherConfig{Memory: 8, Passes: 1, Lanes: 2}, true},
	} {
		ok, stale := opens(t, NewHasher(tt.cfg), "secret", old)
		require.True(t, ok, name)
		require.Equal(t, tt.stale, stale, name)
	}
}

func TestBadHashes(t *testing.T) {
	t.Parallel()
	h := NewHasher(cheap())
	const salt, key = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for name, hash := range map[string]string{
		"text":              "secret",
		"bcrypt":            "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"argon2i":           "$argon2i$v=19$m=8,t=1,p=1$" + salt + "$" + key,
		"an old version":    "$argon2id$v=16$m=8,t=1,p=1$" + salt + "$" + key,
		"1 GiB and a bit":   "$argon2id$v=19$m=1048577,t=1,p=1$" + salt + "$" + key,
		"17 passes":         "$argon2id$v=19$m=8,t=17,p=1$" + salt + "$" + key,
		"17 lanes":          "$argon2id$v=19$m=8,t=1,p=17$" + salt + "$" + key,
		"beyond 32 bits":    "$argon2id$v=19$m=4294967304,t=1,p=1$" + salt + "$" + key,
		"no passes":         "$argon2id$v=19$m=8,t=0,p=1$" + salt + "$" + key,
		"no lanes":          "$argon2id$v=19$m=8,t=1,p=0$" + salt + "$" + key,
		"negative":          "$argon2id$v=19$m=-8,t=1,p=1$" + salt + "$" + key,
		"no key":            "$argon2id$v=19$m=8,t=1,p=1$" + salt + "$",
		"a key of 15 bytes": "$argon2id$v=19$m=8,t=1,p=1$" + salt + "$CTFhFdXPJO1aFaMaO6Mm",
		"no salt":           "$argon2id$v=19$m=8,t=1,p=1$$" + key,
		"too long":          "$argon2id$v=19$m=8,t=1,p=1$" + salt + "$" + strings.Repeat("A", 512),
		"no base 64":        "$argon2id$v=19$m=8,t=1,p=1$" + salt + "$!" + key[1:],
	} {
		ok, stale, err := h.Verify(t.Context(), "secret", hash)
		require.ErrorIs(t, err, ErrBadHash, name)
		require.Equal(t, []bool{false, false}, []bool{ok, stale}, name)
		require.NotContains(t, err.Error(), key[1:], name)
	}
	// What an operator asks for is computed, whatever it is.
	large := NewHasher(HasherConfig{Memory: 8, Passes: maxHashPasses + 1, Lanes: maxHashLanes + 1})
	ok, _ := opens(t, large, "secret", hashed(t, large, "secret"))
	require.True(t, ok)
}

// Not parallel: while it runs, nobody else allocates.
func TestEmptyHashCostsAsMuch(t *testing.T) {
	h := NewHasher(HasherConfig{})
	hash := hashed(t, h, "secret")
	cost := func(hash string) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		ok, stale := opens(t, h, "wrong", hash)
		runtime.ReadMemStats(&after)
		require.Equal(t, []bool{false, false}, []bool{ok, stale})
		return after.TotalAlloc - before.TotalAlloc
	}
	const memory = DefaultHashMemory * 1024
	for _, hash := range []string{hash, ""} {
		got := cost(hash)
		require.GreaterOrEqual(t, got, uint64(memory))
		require.Less(t, got, uint64(memory+1<<20))
	}
	for _, password := range []string{"", "secret"} {
		ok, _ := opens(t, h, password, "")
		require.False(t, ok)
	}
}

// With two at work and three waiting, the sixth is sent away at once; the others get their turn.
func TestHasherIsBounded(t *testing.T) {
	t.Parallel()
	cfg := cheap()
	cfg.Parallel, cfg.Queue, cfg.Wait = 2, 3, time.Hour
	h := NewHasher(cfg)
	require.NoError(t, h.enter(t.Context()))
	require.NoError(t, h.enter(t.Context()))
	var g errgroup.Group
	for _, hash := range []string{"", "", hashed(t, NewHasher(cheap()), "secret")} {
		g.Go(func() error {
			_, _, err := h.Verify(t.Context(), "secret", hash)
			return err
		})
	}
	require.Eventually(t, func() bool { return len(h.waiting) == 3 }, 20*time.Second, time.Millisecond)
	_, err := h.Hash(t.Context(), "secret")
	require.ErrorIs(t, err, desk.ErrBusy)
	for _, hash := range []string{"", hashed(t, NewHasher(cheap()), "secret")} {
		_, _, err = h.Verify(t.Context(), "secret", hash)
		require.ErrorIs(t, err, desk.ErrBusy)
	}
	h.leave()
	require.NoError(t, g.Wait())
	h.leave()
	require.Equal(t, []int{0, 0}, []int{len(h.running), len(h.waiting)})
}

func TestHasherWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := cheap()
		cfg.Parallel = 1
		h := NewHasher(cfg)
		require.NoError(t, h.enter(t.Context()))
		began := time.Now()
		_, err := h.Hash(t.Context(), "secret")
		require.ErrorIs(t, err, desk.ErrBusy)
		require.Equal(t, DefaultHashWait, time.Since(began))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _, err = h.Verify(ctx, "secret", "")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, DefaultHashWait+time.Second, time.Since(began))

		time.AfterFunc(DefaultHashWait-1, h.leave)
		_, err = h.Hash(t.Context(), "secret")
		require.NoError(t, err)
		require.Equal(t, []int{0, 0}, []int{len(h.running), len(h.waiting)})
	})
}

// A crowd is hashed, no more at once than was asked for.
func TestHasherUnderACrowd(t *testing.T) {
	t.Parallel()
	// Whoever has just been served may come again before the next one has left the queue for the free place.
	cfg := HasherConfig{Memory: 256, Passes: 1, Parallel: 2, Queue: 52, Wait: time.Hour}
	h := NewHasher(cfg)
	var done, busy atomic.Int64
	var g errgroup.Group
	for range 52 {
		g.Go(func() error {
			hash, err := h.Hash(t.Context(), "secret")
			if err != nil {
				busy.Add(1)
				return err
			}
			ok, _, err := h.Verify(t.Context(), "secret", hash)
			if ok {
				done.Add(1)
			}
			return err
		})
	}
	require.NoError(t, g.Wait())
	require.Equal(t, []int64{52, 0}, []int64{done.Load(), busy.Load()})
}

func TestHasherDefaults(t *testing.T) {
	t.Parallel()
	h := NewHasher(HasherConfig{})
	require.Equal(t, max(runtime.GOMAXPROCS(0)/2, 1), cap(h.running))
	require.Equal(t, DefaultHashQueue, cap(h.waiting))
}

func FuzzReadHash(f *testing.F) {
	h := NewHasher(HasherConfig{})
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=4294967295,t=4294967295,p=255$$")
	f.Add("")
	f.Fuzz(func(t *testing.T, hash string) {
		p, err := h.read(hash)
		if err != nil {
			require.ErrorIs(t, err, ErrBadHash)
			return
		}
		require.True(t, p.Memory <= maxHashMemory && 1 <= p.Iterations && p.Iterations <= maxHashPasses &&
			1 <= p.Parallelism && p.Parallelism <= maxHashLanes && p.SaltLength >= minHashSalt && p.KeyLength >= minHashKey)
	})
}

// BenchmarkHash measures one password, with the parameters that are the default.
//
//	go test -run '^$' -bench Hash ./adapters/authn
func BenchmarkHash(b *testing.B) {
	h := NewHasher(HasherConfig{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Hash(b.Context(), "correct horse"); err != nil {
			b.Fatal(err)
		}
	}
}
