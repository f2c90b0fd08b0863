package storetest

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

func outcomeOnce(t *testing.T, h Harness) {
	term := takeOver(t, h)
	first := NewDraft(term.Head()).Transfer(Command("once", 1), 1).Seal()
	require.NoError(t, term.Append(t.Context(), first))
	again := NewDraft(first.After).Transfer(Command("new", 1), 1).Transfer(Command("once", 1), 1).Seal()
	require.ErrorIs(t, term.Append(t.Context(), again), journal.ErrBadData)
	twice := NewDraft(first.After).Refuse(Command("new", 1)).Refuse(Command("new", 1)).Seal()
	require.ErrorIs(t, term.Append(t.Context(), twice), journal.ErrBadData)
	unchanged(t, h, first.After, Command("new", 1))
}

func badData(t *testing.T, h Harness) {
	term := takeOver(t, h)
	head := term.Head()
	cases := []struct {
		name string
		make func(d *Draft)
	}{
		{"an event's data is not JSON", func(d *Draft) { d.batch.Events[1].Data = json.RawMessage(`{"a":`) }},
		{"an event's data is empty", func(d *Draft) { d.batch.Events[1].Data = nil }},
		{"U+0000 in a stream", func(d *Draft) { d.batch.Events[1].Stream = "wallet/\x00" }},
		{"U+0000 in an actor", func(d *Draft) { d.batch.Events[1].Actor = "a\x00b" }},
		{"a result is not JSON", func(d *Draft) { d.batch.Outcomes[0].Result = json.RawMessage(`nope`) }},
		{"a row of state is not JSON", func(d *Draft) { d.Put("balance/bad", 0, `{`) }},
	}
	for i, c := range cases {
		bad, good := Command("bad", i), Command("good", i)
		require.NoError(t, h.Inbox.Put(t.Context(), 0, journal.Command{ID: bad, Type: "PostTransaction"}))
		d := NewDraft(head).Transfer(bad, 2).Put("balance/a", head.Position, `1`).Settle(bad)
		c.make(d)
		require.ErrorIs(t, term.Append(t.Context(), d.Seal()), journal.ErrBadData, c.name)
		unchanged(t, h, head, bad)
		_, _, waiting, err := h.Inbox.Outcome(t.Context(), bad)
		require.NoError(t, err)
		require.True(t, waiting, c.name)
		// The term goes on, and its neighbour is written.
		next := NewDraft(head).Transfer(good, 1).Put("balance/a", head.Position, `2`).Seal()
		require.NoError(t, term.Append(t.Context(), next), c.name)
		head = next.After
	}
}

func unbalanced(t *testing.T, h Harness) {
	term := takeOver(t, h)
	head := term.Head()
	cent := decimal.New(1, -2)
	for i, change := range []func(e *journal.Event){
		func(e *journal.Event) { e.Postings[0].Amount = e.Postings[0].Amount.Add(cent) },
		func(e *journal.Event) { e.Postings[0].Asset = "EUR" },
		func(e *journal.Event) { e.Postings = e.Postings[:1] },
		func(e *journal.Event) { e.Postings[1].Side = journal.Debit },
		func(e *journal.Event) {
			e.Postings[0].Amount, e.Postings[1].Amount = decimal.Zero, decimal.Zero
		},
	} {
		d := NewDraft(head).Transfer(Command("unbalanced", i), 3)
		change(d.batch.Events[1])
		require.ErrorIs(t, term.Append(t.Context(), d.Seal()), journal.ErrBadData)
		unchanged(t, h, head, Command("unbalanced", i))
	}
	require.NoError(t, term.Append(t.Context(), NewDraft(head).Transfer(Command("balanced", 1), 3).Seal()))
}

func outOfOrder(t *testing.T, h Harness) {
	term := takeOver(t, h)
	head := term.Head()
	for i, change := range []func(b *journal.Batch){
		func(b *journal.Batch) { b.Events[1].Position = 3 },
		func(b *journal.Batch) { b.Events[0].Epoch = 9 },
		func(b *journal.Batch) { b.Events[0].Prev[0] = 1 },
		func(b *journal.Batch) { b.After.Position = 1 },
		func(b *journal.Batch) { b.After.Chain[0]++ },
		func(b *journal.Batch) { b.Events = b.Events[:1] },
	} {
		b := NewDraft(head).Transfer(Command("order", i), 2).Seal()
		change(b)
		err := term.Append(t.Context(), b)
		require.Error(t, err)
		// No command is to blame for it, so none may go to the dead letters.
		require.NotErrorIs(t, err, journal.ErrBadData)
		unchanged(t, h, head, Command("order", i))
	}
}

func cancelled(t *testing.T, h Harness) {
	term := takeOver(t, h)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := NewDraft(term.Head()).Transfer(Command("cancelled", 1), 1).Seal()
	require.ErrorIs(t, term.Append(ctx, b), context.Canceled)
	unchanged(t, h, term.Head(), Command("cancelled", 1))
	_, err := h.Store.TakeOver(ctx, 0)
	require.ErrorIs(t, err, context.Canceled)
	_, err = h.Reader.Events(ctx, 0, 0, 1)
	require.ErrorIs(t, err, context.Canceled)
	_, err = h.Store.Campaign(ctx, 0, "a")
	require.ErrorIs(t, err, context.Canceled)
	// Another term writes the same batch's command.
	next := takeOver(t, h)
	require.NoError(t, next.Append(t.Context(), NewDraft(next.Head()).Transfer(Command("cancelled", 1), 1).Seal()))
}
