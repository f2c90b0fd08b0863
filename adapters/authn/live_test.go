package authn

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// truth is a table of values that a memory reads, by a hand-turned clock.
type truth struct {
	clock *clock
	fresh time.Time

	mu     sync.Mutex
	values map[string]string // "owner value"
	reads  int
	err    error
	// hold, where it is set, stops readings after they have seen the value and before they return it.
	hold, held chan struct{}
}

func newTruth() *truth { return &truth{clock: newClock(), values: map[string]string{}} }

func (tr *truth) read(ctx context.Context, key string) (string, bool, error) {
	tr.mu.Lock()
	tr.reads++
	v, ok := tr.values[key]
	err, hold, held := tr.err, tr.hold, tr.held
	tr.mu.Unlock()
	if hold != nil {
		held <- struct{}{}
		select {
		case <-hold:
		case <-ctx.Done():
			return "", false, ctx.Err()
		}
	}
	return v, ok, err
}

func (tr *truth) set(key, value string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.values[key] = value
}

func (tr *truth) count() int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.reads
}

func (tr *truth) live(t require.TestingT, size int) *live[string] {
	l, err := newLive(size, tr.read, func(v string) string { return v[:1] }, func() time.Time { return tr.fresh }, tr.clock.now)
	require.NoError(t, err)
	return l
}

func requireValue(t *testing.T, l *live[string], key, want string) {
	t.Helper()
	v, ok, err := l.get(t.Context(), key)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, want, v)
}

// Without word from the feed a value is believed for a second, with it for fifteen, and the feed vouches
// for a second itself.
func TestHowLongAValueIsBelieved(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		age   time.Duration
		heard time.Duration // how long ago the feed was known to be whole; 0 for never
		reads int
	}{
		"at once":                           {0, 0, 1},
		"a second, nothing heard":           {time.Second, 0, 1},
		"longer, nothing heard":             {time.Second + 1, 0, 2},
		"longer, heard a second ago":        {time.Second + 1, time.Second, 1},
		"longer, heard longer ago":          {time.Second + 2, time.Second + 1, 2},
		"15 seconds, heard just now":        {15 * time.Second, 1, 1},
		"longer than 15, heard just now":    {15*time.Second + 1, 1, 2},
		"15 seconds, heard two seconds ago": {15 * time.Second, 2 * time.Second, 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTruth()
			tr.set("k", "a1")
			l := tr.live(t, 8)
			requireValue(t, l, "k", "a1")
			tr.set("k", "a2")
			tr.clock.advance(tt.age)
			if tt.heard > 0 {
				tr.fresh = tr.clock.now().Add(-tt.heard)
			}
			requireValue(t, l, "k", map[int]string{1: "a1", 2: "a2"}[tt.reads])
			require.Equal(t, tt.reads, tr.count())
		})
	}
}

func TestWhatIsForgottenIsReadAgain(t *testing.T) {
	t.Parallel()
	tr := newTruth()
	for key, v := range map[string]string{"k1": "a", "k2": "a", "k3": "b"} {
		tr.set(key, v)
	}
	l := tr.live(t, 8)
	all := func(reads int) {
		t.Helper()
		before := tr.count()
		requireValue(t, l, "k1", "a")
		requireValue(t, l, "k2", "a")
		requireValue(t, l, "k3", "b")
		require.Equal(t, reads, tr.count()-before)
	}
	all(3)
	all(0)
	l.forget("k1")
	all(1)
	l.forgetOwner("a")
	all(2)
	l.forgetOwner("b")
	all(1)
	l.forgetOwner("c")
	l.forget("k9")
	all(0)
	l.forgetAll()
	require.Empty(t, l.owned)
	all(3)

	// What is not there, and what could not be read, is asked for each time.
	for range 2 {
		_, ok, err := l.get(t.Context(), "none")
		require.NoError(t, err)
		require.False(t, ok)
	}
	tr.err = errors.New("away")
	for range 2 {
		_, _, err := l.get(t.Context(), "none")
		require.ErrorIs(t, err, tr.err)
	}
	require.Equal(t, 3+1+2+1+3+4, tr.count())
	all(0)
}

// A reading that has seen the value of before, and comes back after the change was told of, is handed to
// who asked before and to nobody else.
func TestASlowReaderDoesNotBringBackWhatWasForgotten(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(*live[string]){
		"key":        func(l *live[string]) { l.forget("k") },
		"owner":      func(l *live[string]) { l.forgetOwner("a") },
		"everything": func(l *live[string]) { l.forgetAll() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTruth()
			tr.set("k", "a1")
			tr.hold, tr.held = make(chan struct{}), make(chan struct{})
			l := tr.live(t, 8)
			first := make(chan string)
			go func() {
				v, _, _ := l.get(t.Context(), "k")
				first <- v
			}()
			<-tr.held
			release := tr.hold
			tr.mu.Lock()
			tr.hold, tr.values["k"] = nil, "a2"
			tr.mu.Unlock()
			forget(l)
			requireValue(t, l, "k", "a2") // not made to wait for the slow one
			close(release)
			require.Equal(t, "a1", <-first)
			requireValue(t, l, "k", "a2")
			require.Equal(t, 2, tr.count())
		})
	}
}

func TestManyAsk_OneReads(t *testing.T) {
	t.Parallel()
	tr := newTruth()
	tr.set("k", "a1")
	tr.hold, tr.held = make(chan struct{}), make(chan struct{}, 1)
	l := tr.live(t, 8)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			v, ok, err := l.get(t.Context(), "k")
			assert.True(t, ok && err == nil, "%v", err)
			assert.Equal(t, "a1", v)
		})
	}
	<-tr.held
	// One who leaves takes nobody along.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := l.get(ctx, "k")
	require.ErrorIs(t, err, context.Canceled)
	close(tr.hold)
	all.Wait()
	require.Equal(t, 1, tr.count())
}

// A database that does not answer keeps nobody longer than a second.
func TestAReadingEnds(t *testing.T) {
	t.Parallel()
	tr := newTruth()
	tr.hold, tr.held = make(chan struct{}), make(chan struct{}, 1)
	l := tr.live(t, 8)
	began := time.Now()
	_, _, err := l.get(t.Context(), "k")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.GreaterOrEqual(t, time.Since(began), Staleness)
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	tr := newTruth()
	l := tr.live(t, 4)
	for i := range 40 {
		key := fmt.Sprint(i)
		tr.set(key, "abcd"[i%4:])
		requireValue(t, l, key, "abcd"[i%4:])
	}
	require.Equal(t, 4, l.known.Len())
	require.Len(t, l.owned, 4)
	requireValue(t, l, "39", "d")
	require.Equal(t, 40, tr.count())
	requireValue(t, l, "0", "abcd")
	require.Equal(t, 41, tr.count())
}

// Whatever changes, is told late or not at all, and however time passes: an answer was true within the last
// second, provided that the feed is as fresh as it says.
func TestAnswersAreNeverOlderThanASecond(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tr := newTruth()
		l := tr.live(t, 3)
		type change struct {
			at    time.Time
			value string
			key   string
		}
		var history []change // of all values
		var untold []change
		keys := rapid.SampledFrom([]string{"k1", "k2", "k3", "k4"})
		n := 0
		set := func(key string) {
			n++
			// The owner may change too, as when a key of a service is given away.
			value := fmt.Sprint(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "owner"), n)
			tr.set(key, value)
			c := change{tr.clock.now(), value, key}
			history, untold = append(history, c), append(untold, c)
		}
		for _, key := range []string{"k1", "k2", "k3", "k4"} {
			set(key)
		}
		t.Repeat(map[string]func(*rapid.T){
			"time passes": func(t *rapid.T) {
				tr.clock.advance(time.Duration(rapid.IntRange(1, 3_000).Draw(t, "ms")) * time.Millisecond)
			},
			"something changes": func(t *rapid.T) { set(keys.Draw(t, "key")) },
			"the feed tells": func(*rapid.T) {
				for _, c := range untold {
					l.forget(c.key)
				}
				untold, tr.fresh = nil, tr.clock.now()
			},
			"somebody is forgotten": func(t *rapid.T) {
				l.forgetOwner(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "owner"))
			},
			"a gap": func(*rapid.T) { l.forgetAll() },
			"somebody asks": func(t *rapid.T) {
				key := keys.Draw(t, "key")
				v, ok, err := l.get(t.Context(), key)
				require.NoError(t, err)
				require.True(t, ok)
				// The newest value of a second ago, or one since then.
				allowed := map[string]bool{}
				for _, c := range history {
					if c.key != key {
						continue
					}
					if tr.clock.now().Sub(c.at) > Staleness {
						clear(allowed)
					}
					allowed[c.value] = true
				}
				require.True(t, allowed[v], "%s is older than a second; allowed: %v", v, allowed)
			},
		})
	})
}

// A value is as old as the moment at which its reading began, however long that took.
func TestASlowReadingIsOldWhenItComes(t *testing.T) {
	t.Parallel()
	tr := newTruth()
	tr.set("k", "a1")
	tr.hold, tr.held = make(chan struct{}), make(chan struct{})
	l := tr.live(t, 8)
	first := make(chan struct{})
	go func() {
		defer close(first)
		_, _, _ = l.get(t.Context(), "k")
	}()
	<-tr.held
	tr.clock.advance(Staleness)
	close(tr.hold)
	<-first
	tr.mu.Lock()
	tr.hold, tr.values["k"] = nil, "a2"
	tr.mu.Unlock()
	requireValue(t, l, "k", "a1")
	tr.clock.advance(1)
	requireValue(t, l, "k", "a2")
}

func TestAValueThatGoesToAnotherOwner(t *testing.T) {
	t.Parallel()
	tr := newTruth()
	tr.set("k", "a1")
	l := tr.live(t, 8)
	requireValue(t, l, "k", "a1")
	tr.set("k", "b1")
	tr.clock.advance(Staleness + 1)
	requireValue(t, l, "k", "b1")
	require.Equal(t, map[string]map[string]struct{}{"b": {"k": {}}}, l.owned)
	l.forgetOwner("a")
	requireValue(t, l, "k", "b1")
	require.Equal(t, 2, tr.count())
	l.forgetOwner("b")
	requireValue(t, l, "k", "b1")
	require.Equal(t, 3, tr.count())
}
