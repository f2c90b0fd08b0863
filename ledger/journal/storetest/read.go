package storetest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

func emptyAtFirst(t *testing.T, h Harness) {
	head, err := h.Reader.Head(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, journal.Head{Timeline: 1}, head)
	events, err := h.Reader.Events(t.Context(), 0, 0, 10)
	require.NoError(t, err)
	require.Empty(t, events)
	term := takeOver(t, h)
	require.Equal(t, journal.Head{Timeline: 1, Epoch: 1}, term.Head())
}

func roundTrip(t *testing.T, h Harness) {
	term := takeOver(t, h)
	d := NewDraft(term.Head()).Transfer(Command("plain", 1), 1)
	// Every field that may be empty, filled, and every one that may be filled, empty.
	full := d.Event(Command("full", 1))
	full.Correlation, full.Trace = Command("plain", 1), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	full.EffectiveAt = time.Date(1999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
	bare := d.Event(Command("full", 1))
	bare.Ledger, bare.Number, bare.Postings, bare.Data = "", 0, nil, json.RawMessage(`null`)
	b := d.Mark(journal.Mark{Born: time.Unix(1_700_000_000, 123_456_789).UTC(), Seq: 42}).Seal()
	require.NoError(t, term.Append(t.Context(), b))

	head, err := h.Reader.Head(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, b.After, head)
	events, err := h.Reader.Events(t.Context(), 0, 0, 10)
	require.NoError(t, err)
	require.Len(t, events, 3)
	chain := [32]byte{}
	for i := range events {
		sameEvent(t, b.Events[i], &events[i])
		require.True(t, events[i].Intact(), "event %d", events[i].Position)
		require.Equal(t, chain, events[i].Prev)
		chain = events[i].Chain()
	}
	require.Equal(t, chain, head.Chain)
}

// sameEvent asserts that got is want in every recorded field. Postings are compared as they are
// written: two decimals of one value and scale may differ inside.
func sameEvent(t *testing.T, want, got *journal.Event) {
	t.Helper()
	require.Equal(t, string(journal.AppendPostings(nil, want.Postings)), string(journal.AppendPostings(nil, got.Postings)))
	w, g := *want, *got
	w.Postings, g.Postings, w.Body = nil, nil, nil
	require.Equal(t, w, g)
}

func pages(t *testing.T, h Harness) {
	term := takeOver(t, h)
	require.NoError(t, term.Append(t.Context(), NewDraft(term.Head()).Transfer(Command("pages", 1), 7).Seal()))
	for _, c := range []struct{ after, limit, first, n int }{
		{0, 3, 1, 3}, {3, 3, 4, 3}, {6, 3, 7, 1}, {7, 3, 0, 0}, {8, 3, 0, 0}, {0, 100, 1, 7},
	} {
		events, err := h.Reader.Events(t.Context(), 0, int64(c.after), c.limit)
		require.NoError(t, err)
		require.Len(t, events, c.n, "after %d", c.after)
		for i := range events {
			require.Equal(t, int64(c.first+i), events[i].Position)
		}
	}
}

func chained(t *testing.T, h Harness) {
	for n := range 3 {
		term := takeOver(t, h)
		first := NewDraft(term.Head()).Transfer(Command("chained", 2*n), 2).Seal()
		require.NoError(t, term.Append(t.Context(), first))
		second := NewDraft(first.After).Transfer(Command("chained", 2*n+1), 1).Seal()
		require.NoError(t, term.Append(t.Context(), second))
	}
	events, err := h.Reader.Events(t.Context(), 0, 0, 100)
	require.NoError(t, err)
	require.Len(t, events, 9)
	chain := [32]byte{}
	for i := range events {
		require.Equal(t, chain, events[i].Prev)
		require.True(t, events[i].Intact())
		require.Equal(t, int64(1+i/3), events[i].Epoch)
		chain = events[i].Chain()
	}
}

func recordedTimes(t *testing.T, h Harness) {
	term := takeOver(t, h)
	d := NewDraft(term.Head())
	at := time.Date(2031, 3, 4, 5, 6, 7, 123_457_000, time.UTC)
	e := d.Event(Command("times", 1))
	e.RecordedAt, e.EffectiveAt = at, at.Add(-time.Microsecond)
	d.Transfer(Command("times", 2), 0)
	d.batch.Outcomes[0].At = at
	require.NoError(t, term.Append(t.Context(), d.Seal()))

	events, err := h.Reader.Events(t.Context(), 0, 0, 1)
	require.NoError(t, err)
	require.Equal(t, at, events[0].RecordedAt)
	require.Equal(t, at.Add(-time.Microsecond), events[0].EffectiveAt)
	head, err := h.Reader.Head(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, at, head.RecordedAt)
	answer, ok, _, err := h.Inbox.Outcome(t.Context(), Command("times", 2))
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, at, answer.Outcome.At)
	require.Equal(t, at, takeOver(t, h).Head().RecordedAt)
}

func replayTwice(t *testing.T, h Harness) {
	term := takeOver(t, h)
	d := NewDraft(term.Head()).Transfer(Command("replay", 1), 2).Refuse(Command("replay", 2)).Transfer(Command("replay", 3), 0)
	d.batch.Outcomes[0].Result = json.RawMessage(`{"hold": "hld_1",  "n":1}`)
	b := d.Seal()
	require.NoError(t, term.Append(t.Context(), b))
	for _, want := range b.Outcomes {
		for range 2 {
			answer, ok, waiting, err := h.Inbox.Outcome(t.Context(), want.Command)
			require.NoError(t, err)
			require.True(t, ok)
			require.False(t, waiting)
			require.True(t, answer.Replayed)
			require.Equal(t, want, answer.Outcome)
			require.Len(t, answer.Events, want.Count)
			for i := range answer.Events {
				sameEvent(t, b.Events[i], &answer.Events[i])
			}
		}
		found, err := term.Load(t.Context(), journal.Wanted{Outcomes: []journal.CommandID{want.Command}})
		require.NoError(t, err)
		require.Equal(t, map[journal.CommandID]journal.Outcome{want.Command: want}, found.Outcomes)
	}
	_, ok, waiting, err := h.Inbox.Outcome(t.Context(), Command("nobody's", 1))
	require.NoError(t, err)
	require.False(t, ok)
	require.False(t, waiting)
}

func longAnswer(t *testing.T, h Harness) {
	term := takeOver(t, h)
	// An event counts 300 bytes and its data; these postings have none. One byte less than the limit
	// is told, one more is not.
	body := func(n int) json.RawMessage { return json.RawMessage(`"` + strings.Repeat("x", n-2) + `"`) }
	d := NewDraft(term.Head())
	for i, n := range []int{journal.MaxReplyEvents - 300, journal.MaxReplyEvents - 299} {
		d.Transfer(Command("long", i), 1)
		e := d.batch.Events[i]
		e.Data, e.Postings, e.Number = body(n), nil, 0
	}
	require.NoError(t, term.Append(t.Context(), d.Seal()))
	for i, events := range []int{1, 0} {
		answer, ok, _, err := h.Inbox.Outcome(t.Context(), Command("long", i))
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, 1, answer.Outcome.Count)
		require.Len(t, answer.Events, events)
	}
}

// concurrentReader reads beside a writer. Whatever it sees follows what it saw before.
func concurrentReader(t *testing.T, h Harness) {
	const batches, size = 40, 5
	term := takeOver(t, h)
	done := make(chan error, 1)
	go func() {
		head := term.Head()
		for n := range batches {
			b := NewDraft(head).Transfer(Command("beside", n), size).Seal()
			if err := term.Append(t.Context(), b); err != nil {
				done <- fmt.Errorf("batch %d: %w", n, err)
				return
			}
			head = b.After
		}
		done <- nil
	}()
	seen := int64(0)
	require.Eventually(t, func() bool {
		events, err := h.Reader.Events(t.Context(), 0, seen, 3)
		require.NoError(t, err)
		for i := range events {
			require.Equal(t, seen+1, events[i].Position)
			seen++
		}
		return seen == batches*size
	}, 20*time.Second, time.Millisecond)
	require.NoError(t, <-done)
}
