package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

func oneWinner(t *testing.T, h Harness) {
	const rounds = 20
	hands := []journal.Term{takeOver(t, h)}
	hands = append(hands, h.Twin(t, hands[0]))
	head := hands[0].Head()
	for round := range rounds {
		batches := make([]*journal.Batch, len(hands))
		errs := make([]error, len(hands))
		var both sync.WaitGroup
		for i, hand := range hands {
			batches[i] = NewDraft(head).Transfer(Command("hand", round*2+i), 1+i).Seal()
			both.Go(func() { errs[i] = hand.Append(t.Context(), batches[i]) })
		}
		both.Wait()
		winner := 0
		if errs[0] != nil {
			winner = 1
		}
		require.NoError(t, errs[winner])
		require.ErrorIs(t, errs[1-winner], journal.ErrFenced)
		head = batches[winner].After
		unchanged(t, h, head, Command("hand", round*2+1-winner))
	}
}

func sameHeadOnce(t *testing.T, h Harness) {
	term := takeOver(t, h)
	b := NewDraft(term.Head()).Transfer(Command("once", 1), 1).Seal()
	require.NoError(t, term.Append(t.Context(), b))
	again := NewDraft(term.Head()).Transfer(Command("once", 2), 1).Seal()
	require.ErrorIs(t, term.Append(t.Context(), again), journal.ErrFenced)
	// The right position on another chain is another journal.
	elsewhere := b.After
	elsewhere.Chain[0]++
	require.ErrorIs(t, term.Append(t.Context(), NewDraft(elsewhere).Transfer(Command("once", 3), 1).Seal()), journal.ErrFenced)
	// So are the right chain at another position, and another timeline.
	elsewhere = b.After
	elsewhere.Position++
	require.ErrorIs(t, term.Append(t.Context(), NewDraft(elsewhere).Transfer(Command("once", 4), 1).Seal()), journal.ErrFenced)
	elsewhere = b.After
	elsewhere.Timeline++
	require.ErrorIs(t, term.Append(t.Context(), NewDraft(elsewhere).Transfer(Command("once", 5), 1).Seal()), journal.ErrFenced)
	unchanged(t, h, b.After, Command("once", 2), Command("once", 3), Command("once", 4), Command("once", 5))
	require.NoError(t, term.Append(t.Context(), NewDraft(b.After).Transfer(Command("once", 6), 1).Seal()))
}

func takeOverFences(t *testing.T, h Harness) {
	old := takeOver(t, h)
	twin := h.Twin(t, old)
	first := NewDraft(old.Head()).Transfer(Command("before", 1), 2).Seal()
	require.NoError(t, old.Append(t.Context(), first))
	current := takeOver(t, h)
	want := first.After
	want.Epoch++
	require.Equal(t, want, current.Head())
	// Through a connection that is still alive the old term is told that it is over; its own may be
	// gone, which is an error too.
	late := NewDraft(first.After).Transfer(Command("late", 1), 1).Seal()
	require.ErrorIs(t, twin.Append(t.Context(), late), journal.ErrFenced)
	require.Error(t, old.Append(t.Context(), late))
	unchanged(t, h, want, Command("late", 1))
	require.NoError(t, current.Append(t.Context(), NewDraft(want).Transfer(Command("after", 1), 1).Seal()))
}

func refusalsFenced(t *testing.T, h Harness) {
	old := takeOver(t, h)
	twin := h.Twin(t, old)
	head := takeOver(t, h).Head()
	require.ErrorIs(t, twin.Append(t.Context(), NewDraft(old.Head()).Refuse(Command("refused", 1)).Seal()), journal.ErrFenced)
	unchanged(t, h, head, Command("refused", 1))
}

func refusalsOnly(t *testing.T, h Harness) {
	term := takeOver(t, h)
	born := time.Unix(1_700_000_000, 7).UTC()
	b := NewDraft(term.Head()).Refuse(Command("refused", 1)).Mark(journal.Mark{Born: born, Seq: 9}).Seal()
	require.NoError(t, term.Append(t.Context(), b))
	head, err := h.Reader.Head(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, journal.Head{Timeline: 1, Epoch: 1, Mark: journal.Mark{Born: born, Seq: 9}}, head)
	answer, ok, _, err := h.Inbox.Outcome(t.Context(), Command("refused", 1))
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, b.Outcomes[0], answer.Outcome)
}

func stateOverwritten(t *testing.T, h Harness) {
	term := takeOver(t, h)
	first := NewDraft(term.Head()).Transfer(Command("state", 1), 3).Put("balance/a", 0, `{"n":  1}`).Put("balance/b", 0, `{"n":2}`).Seal()
	require.NoError(t, term.Append(t.Context(), first))
	second := NewDraft(first.After).Transfer(Command("state", 2), 1).Put("balance/b", 3, `{"n":3}`).Put("balance/c", 0, `{"n":4}`).Seal()
	require.NoError(t, term.Append(t.Context(), second))
	found, err := term.Load(t.Context(), journal.Wanted{State: []string{"balance/a", "balance/b", "balance/c", "balance/d"}})
	require.NoError(t, err)
	require.Equal(t, map[string]journal.StateRow{
		"balance/a": {Key: "balance/a", Loaded: 3, Version: 3, Data: []byte(`{"n":  1}`)},
		"balance/b": {Key: "balance/b", Loaded: 4, Version: 4, Data: []byte(`{"n":3}`)},
		"balance/c": {Key: "balance/c", Loaded: 4, Version: 4, Data: []byte(`{"n":4}`)},
	}, found.State)
}

func staleState(t *testing.T, h Harness)      { wrongVersion(t, h, "balance/there", 1) }
func unexpectedState(t *testing.T, h Harness) { wrongVersion(t, h, "balance/there", 0) }
func missingState(t *testing.T, h Harness)    { wrongVersion(t, h, "balance/nowhere", 2) }

// wrongVersion writes one row over a version that it is not at, between two that are right.
func wrongVersion(t *testing.T, h Harness, key string, loaded int64) {
	t.Helper()
	term := takeOver(t, h)
	first := NewDraft(term.Head()).Transfer(Command("state", 1), 2).Put("balance/there", 0, `1`).Put("balance/z", 0, `1`).Seal()
	require.NoError(t, term.Append(t.Context(), first))
	wrong := NewDraft(first.After).Transfer(Command("state", 2), 1).Refuse(Command("state", 3)).
		Put("balance/new", 0, `2`).Put(key, loaded, `2`).Put("balance/z", 2, `2`).Seal()
	require.ErrorIs(t, term.Append(t.Context(), wrong), journal.ErrFenced)
	unchanged(t, h, first.After, Command("state", 2), Command("state", 3))
	found, err := term.Load(t.Context(), journal.Wanted{State: []string{"balance/there", "balance/z", "balance/new", key}})
	require.NoError(t, err)
	require.Equal(t, map[string]journal.StateRow{
		"balance/there": {Key: "balance/there", Loaded: 2, Version: 2, Data: []byte(`1`)},
		"balance/z":     {Key: "balance/z", Loaded: 2, Version: 2, Data: []byte(`1`)},
	}, found.State)
}

func clockSkew(t *testing.T, h Harness) {
	term := takeOver(t, h)
	head := term.Head()
	for i, off := range []time.Duration{-journal.MaxClockSkew - time.Second, journal.MaxClockSkew + time.Second} {
		b := NewDraft(head).Transfer(Command("skew", i), 1).Seal()
		b.Sent = time.Now().Add(off)
		require.ErrorIs(t, term.Append(t.Context(), b), journal.ErrClockSkew, "off by %s", off)
		unchanged(t, h, head, Command("skew", i))
	}
	for i, off := range []time.Duration{-journal.MaxClockSkew + time.Second, journal.MaxClockSkew - time.Second} {
		b := NewDraft(head).Transfer(Command("near", i), 1).Seal()
		b.Sent = time.Now().Add(off)
		require.NoError(t, term.Append(t.Context(), b), "off by %s", off)
		head = b.After
	}
}

func epochRaised(t *testing.T, h Harness) {
	for epoch := int64(1); epoch <= 3; epoch++ {
		require.Equal(t, epoch, takeOver(t, h).Head().Epoch)
		head, err := h.Reader.Head(t.Context(), 0)
		require.NoError(t, err)
		require.Equal(t, epoch, head.Epoch)
	}
}
