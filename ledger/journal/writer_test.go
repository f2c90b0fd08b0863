package journal_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/memory"
	"github.com/florinledger/florin/ledger/journal"
)

func TestDoneIsDoneOnce(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.start("a", journal.Config{})
	c := command("k", add{To: "x", N: 7})
	first := e.do(c)
	require.Equal(t, journal.Done, first.Outcome.Status)
	require.Equal(t, 1, first.Outcome.Count)
	require.Len(t, first.Events, 1)
	require.False(t, first.Replayed)
	second := e.do(c)
	require.True(t, second.Replayed)
	require.Equal(t, first.Outcome.First, second.Outcome.First)
	require.Len(t, e.events(), 1)
	require.JSONEq(t, `{"sum":7}`, e.sum())
}

func TestTwinsInOneBatchAreOne(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	c := command("k", add{To: "x", N: 1})
	e.stream.send(c, c, c)
	e.stream.send(c)
	e.start("a", journal.Config{})
	last := e.answer(c.ID, 4)
	require.True(t, last.Replayed)
	require.Len(t, e.events(), 1)
}

func TestAReusedKeyIsRefusedAndMovesNothing(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.start("a", journal.Config{})
	c := command("k", add{To: "x", N: 1})
	e.do(c)
	other := command("k", add{To: "x", N: 2})
	other.Hash = [16]byte{2}
	a := e.do(other)
	require.ErrorIs(t, a.Outcome.Refusal, journal.ErrKeyReused)
	require.Len(t, e.events(), 1)
	require.Equal(t, journal.Done, e.do(c).Outcome.Status, "the first request keeps its answer")
}

func TestARefusalIsSticky(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.start("a", journal.Config{})
	e.do(command("fill", add{To: "x", N: 100}))
	refused := command("more", add{To: "x", N: 1})
	require.ErrorIs(t, e.do(refused).Outcome.Refusal, errFull)
	e.do(command("drain", add{To: "x", N: -50}))
	again := e.do(refused)
	require.ErrorIs(t, again.Outcome.Refusal, errFull)
	require.True(t, again.Replayed)
	require.Equal(t, journal.Done, e.do(command("anew", add{To: "x", N: 1})).Outcome.Status)
}

func TestAMalformedRequestIsAnsweredAndNotRecorded(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.start("a", journal.Config{})
	require.ErrorIs(t, e.do(command("k", add{Odd: true})).Outcome.Refusal, errOdd)
	a := e.do(command("k", add{To: "x", N: 1}))
	require.Equal(t, journal.Done, a.Outcome.Status, "the key is still free")
}

func TestADryRunAnswersAndLeavesNothing(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.start("a", journal.Config{})
	c := command("k", add{To: "x", N: 5})
	dry := c
	dry.DryRun = true
	a := e.do(dry)
	require.Equal(t, journal.Done, a.Outcome.Status)
	require.Len(t, a.Events, 1)
	require.Empty(t, e.events())
	require.Empty(t, e.sum())
	require.False(t, e.do(c).Replayed)
	require.JSONEq(t, `{"sum":5}`, e.sum())
}

func TestACommandPastItsDeadlineIsGivenUpForEver(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.start("a", journal.Config{})
	c := command("k", add{To: "x", N: 5})
	c.Deadline = time.Now().Add(-time.Second)
	require.ErrorIs(t, e.do(c).Outcome.Refusal, journal.ErrExpired)
	c.Deadline = time.Now().Add(time.Hour)
	require.ErrorIs(t, e.do(c).Outcome.Refusal, journal.ErrExpired)
	require.Empty(t, e.events())
}

func TestPoisonDiesAloneAndIsKept(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]journal.Command{
		"panic":          command("bad", add{Panic: true}),
		"bad data":       command("bad", add{To: "x", N: 1, Poison: true}),
		"undecodable":    {ID: journal.NewCommandID("test", "bad"), Type: "add", Data: []byte(`{"n":"many"}`)},
		"unknown type":   {ID: journal.NewCommandID("test", "bad"), Type: "subtract", Data: []byte(`{}`)},
		"endless chaser": command("bad", add{To: "x", Chase: 3 * journal.MaxPasses}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t)
			var batch []journal.Command
			for i := range 5 {
				batch = append(batch, command(fmt.Sprintf("before-%d", i), add{To: "x", N: 1}))
			}
			batch = append(batch, bad)
			for i := range 4 {
				batch = append(batch, command(fmt.Sprintf("after-%d", i), add{To: "x", N: 1}))
			}
			e.stream.send(batch...)
			e.start("a", journal.Config{})
			require.Equal(t, journal.Dead, e.answer(bad.ID, 1).Outcome.Status)
			for _, c := range batch {
				if c.ID != bad.ID {
					require.Equal(t, journal.Done, e.answer(c.ID, 1).Outcome.Status)
				}
			}
			require.JSONEq(t, `{"sum":9}`, e.sum())
			dead := e.store.Dead()
			require.Len(t, dead, 1)
			require.Equal(t, bad.ID, dead[0].Command.ID)
			require.Equal(t, string(bad.Data), string(dead[0].Command.Data))
			require.Len(t, e.events(), 9)
			require.True(t, e.do(bad).Replayed, "dead is an outcome like any other")
		})
	}
}

func TestNothingIsAnsweredBeforeTheCommitReturned(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	gate, entered := make(chan struct{}), make(chan struct{}, 8)
	e.store.setHook(func(_ *journal.Batch, write func() error) error {
		err := write()
		entered <- struct{}{}
		<-gate // written, and the writer does not know it yet
		return err
	})
	e.start("a", journal.Config{})
	c := command("k", add{To: "x", N: 1})
	e.stream.send(c)
	<-entered
	require.Empty(t, e.replies.of(c.ID))
	close(gate)
	require.Equal(t, journal.Done, e.answer(c.ID, 1).Outcome.Status)
}

func TestTheNextBatchIsDecidedOnTopOfTheOneInFlight(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	gate, entered := make(chan struct{}), make(chan int, 8)
	e.store.setHook(func(b *journal.Batch, write func() error) error {
		entered <- len(b.Outcomes)
		<-gate
		return write()
	})
	e.start("a", journal.Config{})
	first := command("1", add{To: "x", N: 60})
	e.stream.send(first)
	require.Equal(t, 1, <-entered)
	// While it commits: a twin of it, one that only just fits, and one that does not fit any more.
	fits, over := command("2", add{To: "x", N: 40}), command("3", add{To: "x", N: 1})
	e.stream.send(first, fits)
	e.stream.send(over)
	require.Eventually(t, func() bool { return e.store.hasAsked(over.ID) }, 20*time.Second, time.Millisecond)
	gate <- struct{}{}
	require.Equal(t, 1+1, <-entered, "one commit for both, the twin is not in it")
	close(gate)
	require.Equal(t, journal.Done, e.answer(fits.ID, 1).Outcome.Status)
	require.ErrorIs(t, e.answer(over.ID, 1).Outcome.Refusal, errFull)
	require.True(t, e.answer(first.ID, 2).Replayed)
	require.Len(t, e.events(), 2)
	require.EqualValues(t, 1, e.writer.Status().Head.Epoch, "right at once, not only after the commit's own check threw it away")
}

func TestATwinThatArrivesAsItsOriginalLandsIsStillATwin(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	gate, entered := make(chan struct{}), make(chan struct{}, 64)
	e.store.setHook(func(_ *journal.Batch, write func() error) error {
		entered <- struct{}{}
		<-gate
		return write()
	})
	e.start("a", journal.Config{})
	c := command("k", add{To: "x", N: 1})
	e.stream.send(c)
	<-entered
	e.stream.send(c, command("other-1", add{To: "y", N: 1}))
	gate <- struct{}{}
	<-entered // the twin's batch is in flight, its original on record
	e.stream.send(c)
	e.stream.send(c, command("other-2", add{To: "y", N: 1}))
	close(gate)
	e.answer(c.ID, 4)
	require.JSONEq(t, `{"sum":1}`, e.sum())
	require.Len(t, e.events(), 3)
}

func TestACommitOfUnknownEndIsLookedUpNotRepeated(t *testing.T) {
	t.Parallel()
	for name, written := range map[string]bool{"it was written": true, "it was not": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t)
			var appends atomic.Int32
			e.store.setHook(func(_ *journal.Batch, write func() error) error {
				if appends.Add(1) > 1 {
					return write()
				}
				if written {
					if err := write(); err != nil {
						return err
					}
				}
				return fmt.Errorf("%w: %w", journal.ErrUnknown, errNetwork)
			})
			e.start("a", journal.Config{})
			c := command("k", add{To: "x", N: 1})
			e.stream.send(c)
			a := e.answer(c.ID, 1)
			require.Equal(t, journal.Done, a.Outcome.Status)
			require.Equal(t, written, a.Replayed)
			require.Len(t, e.events(), 1)
			require.Len(t, e.replies.of(c.ID), 1, "the first epoch said nothing")
			require.Equal(t, int64(2), e.writer.Status().Head.Epoch)
		})
	}
}

func TestWhatWasDecidedOnAFailedBatchIsThrownAway(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	gate, entered := make(chan error), make(chan struct{}, 8)
	e.store.setHook(func(_ *journal.Batch, write func() error) error {
		entered <- struct{}{}
		if err := <-gate; err != nil {
			return err
		}
		return write()
	})
	e.start("a", journal.Config{})
	e.stream.send(command("1", add{To: "x", N: 60}))
	<-entered
	e.stream.send(command("2", add{To: "x", N: 30}))
	gate <- errNetwork
	close(gate)
	one, two := e.answer(command("1", add{}).ID, 1), e.answer(command("2", add{}).ID, 1)
	require.Equal(t, journal.Done, one.Outcome.Status)
	require.Equal(t, journal.Done, two.Outcome.Status)
	require.JSONEq(t, `{"sum":90}`, e.sum())
	require.Len(t, e.events(), 2)
}

func TestTheLoserSaysNothing(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	gate, entered := make(chan struct{}), make(chan struct{}, 8)
	var appends atomic.Int32
	e.store.setHook(func(_ *journal.Batch, write func() error) error {
		if appends.Add(1) == 1 {
			entered <- struct{}{}
			<-gate // stopped, as by SIGSTOP, in the middle of its commit
		}
		return write()
	})
	e.start("a", journal.Config{})
	loser := e.stop
	c := command("k", add{To: "x", N: 1})
	e.stream.send(c)
	<-entered
	e.store.stopRenewing("a")
	e.start("b", journal.Config{})
	// b waits for a's lease, takes over, and decides the command.
	require.Equal(t, journal.Done, e.answer(c.ID, 1).Outcome.Status)
	close(gate)
	loser()
	require.Len(t, e.replies.of(c.ID), 1)
	require.Len(t, e.events(), 1)
}

func TestTakeOverIsQuick(t *testing.T) {
	t.Parallel()
	require.Less(t, journal.LeaseTerm+2*journal.LeaseRenewal, 5*time.Second)
}

func TestAStoreThatLostWhatWasAnsweredHalts(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	require.NoError(t, e.water.Raise(t.Context(), journal.Head{Timeline: 1, Position: 10}))
	w := e.start("a", journal.Config{})
	require.Eventually(t, func() bool { return w.Status().Role == journal.Halted }, 10*time.Second, time.Millisecond)
	require.ErrorIs(t, w.Status().Error, journal.ErrStale)
	c := command("k", add{To: "x", N: 1})
	e.stream.send(c)
	require.NoError(t, e.water.Raise(t.Context(), journal.Head{Timeline: 1}))
	require.Equal(t, journal.Done, e.answer(c.ID, 1).Outcome.Status, "it goes on once the loss is accepted")
}

func TestAClockThatJumpedStopsTheWriter(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	var ahead atomic.Int64
	w := e.start("a", journal.Config{Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
	e.do(command("1", add{To: "x", N: 1}))
	ahead.Store(int64(time.Hour))
	c := command("2", add{To: "x", N: 1})
	e.stream.send(c)
	require.Eventually(t, func() bool { return w.Status().Role == journal.Halted }, 10*time.Second, time.Millisecond)
	require.ErrorIs(t, w.Status().Error, journal.ErrClockSkew)
	require.Empty(t, e.replies.of(c.ID))
	ahead.Store(0)
	require.Equal(t, journal.Done, e.answer(c.ID, 1).Outcome.Status)
}

// A batch that was under way for longer than clocks may differ by says nothing of them: a network that stood still is no
// reason to call an operator.
func TestASlowWayToTheStoreIsNoJumpOfAClock(t *testing.T) {
	t.Parallel()
	e, seen := newEngine(t), &watching{carried: map[string][]int64{}}
	var ahead atomic.Int64 // of the one clock that both go by
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	e.store.Store = memory.NewStore(memory.Config{Now: now})
	var stood sync.Once
	e.store.setHook(func(_ *journal.Batch, write func() error) error {
		stood.Do(func() { ahead.Add(int64(journal.MaxClockSkew + time.Second)) })
		return write()
	})
	e.start("a", journal.Config{Now: now, Observer: seen})
	c := command("1", add{To: "x", N: 1})
	e.stream.send(c)
	require.Equal(t, journal.Done, e.answer(c.ID, 1).Outcome.Status)
	e.stop()
	require.Len(t, seen.failed, 1)
	require.NotErrorIs(t, seen.failed[0], journal.ErrClockSkew)
	require.ErrorContains(t, seen.failed[0], "under way")
}

func TestRecordedTimeNeverRunsBackwards(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	var ahead atomic.Int64
	e.start("a", journal.Config{Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
	ahead.Store(int64(3 * time.Second))
	e.do(command("1", add{To: "x", N: 1}))
	ahead.Store(0)
	e.do(command("2", add{To: "x", N: 1}))
	events := e.events() // verifies the order of times
	require.Equal(t, events[0].RecordedAt, events[1].RecordedAt)
}

func TestTheInboxIsDecidedAndSettled(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	c := command("k", add{To: "x", N: 1})
	require.NoError(t, e.store.Put(t.Context(), 0, c))
	e.start("a", journal.Config{})
	require.Eventually(t, func() bool {
		_, ok, waiting, err := e.store.Outcome(t.Context(), c.ID)
		return err == nil && ok && !waiting
	}, 10*time.Second, time.Millisecond)
	require.Len(t, e.events(), 1)
}

func TestARefToTheInboxIsAnswered(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	c := command("k", add{To: "x", N: 1})
	require.NoError(t, e.store.Put(t.Context(), 0, c))
	e.stream.refer(c.ID)
	e.start("a", journal.Config{})
	require.Equal(t, journal.Done, e.answer(c.ID, 1).Outcome.Status)
	require.Len(t, e.events(), 1)
}

func TestEvictedStateIsReadAgain(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	e.start("a", journal.Config{MaxCached: 2})
	for round := range 3 {
		for i := range 10 {
			a := e.do(command(fmt.Sprintf("%d-%d", round, i), add{To: fmt.Sprint(i), N: 40}))
			if round < 2 {
				require.Equal(t, journal.Done, a.Outcome.Status)
			} else {
				require.ErrorIs(t, a.Outcome.Refusal, errFull)
			}
		}
	}
	require.LessOrEqual(t, e.writer.Status().Cached, 2)
	require.Len(t, e.events(), 20)
}

func TestAStopLetsWhatWasDecidedLand(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	gate, entered := make(chan struct{}), make(chan struct{}, 8)
	e.store.setHook(func(_ *journal.Batch, write func() error) error {
		entered <- struct{}{}
		<-gate
		return write()
	})
	e.start("a", journal.Config{})
	c := command("k", add{To: "x", N: 1})
	e.stream.send(c)
	<-entered
	stopped := make(chan struct{})
	go func() { e.stop(); close(stopped) }()
	close(gate)
	<-stopped
	require.Len(t, e.replies.of(c.ID), 1)
	require.Len(t, e.events(), 1)
	held, err := e.store.Campaign(t.Context(), 0, "b")
	require.NoError(t, err)
	require.True(t, held, "the lease was given up")
}

// hanging is a high water mark behind a bus that hangs.
type hanging struct {
	water
	tried chan struct{}
}

func (h *hanging) Raise(ctx context.Context, _ journal.Head) error {
	h.tried <- struct{}{}
	<-ctx.Done()
	return ctx.Err()
}

func TestABusThatHangsDoesNotHoldUpTheWriter(t *testing.T) {
	t.Parallel()
	e := newEngine(t)
	h := &hanging{tried: make(chan struct{}, 100)}
	w := journal.NewWriter(0, "a", countingCore(), e.store, e.stream, e.replies, h, journal.Config{Log: quiet()})
	background(t, w.Run)
	for i := range 200 { // more than can wait to be answered
		c := command(fmt.Sprint(i), add{To: fmt.Sprint(i), N: 1})
		e.stream.send(c)
		require.Eventually(t, func() bool {
			_, ok, _, err := e.store.Outcome(t.Context(), c.ID)
			return err == nil && ok
		}, 20*time.Second, time.Millisecond)
	}
	require.Less(t, len(h.tried), 50, "it waits for the bus once, not once for each commit")
	require.Len(t, e.events(), 200)
}
