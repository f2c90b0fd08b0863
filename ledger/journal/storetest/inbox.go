package storetest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// command returns a command with every field that the inbox keeps.
func command(n int) journal.Command {
	return journal.Command{
		ID: Command("inbox", n), Type: "PostTransaction", Data: json.RawMessage(`{"reference":  "inv-7"}`),
		Hash: [16]byte{1, 2, 3, byte(n)}, Actor: "service:checkout",
		Deadline:    time.Date(2031, 1, 2, 3, 4, 5, 678_901_000, time.UTC),
		Correlation: Command("first", 1), Trace: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
	}
}

func inboxOrder(t *testing.T, h Harness) {
	term := takeOver(t, h)
	none, err := term.Waiting(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, none)
	want := []journal.Command{command(2), command(1), {ID: Command("inbox", 3), Type: "Bare"}}
	for _, c := range want {
		require.NoError(t, h.Inbox.Put(t.Context(), 0, c))
	}
	// A second Put changes neither the place nor the body.
	changed := command(2)
	changed.Type = "Other"
	require.NoError(t, h.Inbox.Put(t.Context(), 0, changed))
	for _, limit := range []int{1, 2, 3, 10} {
		got, err := term.Waiting(t.Context(), limit)
		require.NoError(t, err)
		require.Equal(t, want[:min(limit, 3)], got)
	}
	_, ok, waiting, err := h.Inbox.Outcome(t.Context(), want[0].ID)
	require.NoError(t, err)
	require.False(t, ok)
	require.True(t, waiting)
}

// A page of the inbox is bounded by bytes too: its bodies stand in the writer's memory.
func inboxBounded(t *testing.T, h Harness) {
	term := takeOver(t, h)
	large := command(1)
	large.Data = json.RawMessage(`"` + strings.Repeat("x", journal.MaxWaitingBytes) + `"`)
	for _, c := range []journal.Command{large, command(2)} {
		require.NoError(t, h.Inbox.Put(t.Context(), 0, c))
	}
	got, err := term.Waiting(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Equal(t, large.ID, got[0].ID)
}

func inboxSettled(t *testing.T, h Harness) {
	term := takeOver(t, h)
	for n := range 3 {
		require.NoError(t, h.Inbox.Put(t.Context(), 0, command(n)))
	}
	b := NewDraft(term.Head()).Transfer(command(0).ID, 1).Refuse(command(2).ID).Settle(command(0).ID).Settle(command(2).ID).Seal()
	require.NoError(t, term.Append(t.Context(), b))
	left, err := term.Waiting(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []journal.Command{command(1)}, left)
	for n, want := range []bool{true, false, true} {
		_, ok, waiting, err := h.Inbox.Outcome(t.Context(), command(n).ID)
		require.NoError(t, err)
		require.Equal(t, want, ok)
		require.Equal(t, !want, waiting)
	}
	// A batch may have nothing to do but to settle.
	require.NoError(t, term.Append(t.Context(), NewDraft(b.After).Settle(command(1).ID).Seal()))
	left, err = term.Waiting(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, left)
}

func inboxStays(t *testing.T, h Harness) {
	old := takeOver(t, h)
	require.NoError(t, h.Inbox.Put(t.Context(), 0, command(1)))
	twin := h.Twin(t, old)
	term := takeOver(t, h)
	b := NewDraft(old.Head()).Transfer(command(1).ID, 1).Settle(command(1).ID).Seal()
	require.ErrorIs(t, twin.Append(t.Context(), b), journal.ErrFenced)
	left, err := term.Waiting(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []journal.Command{command(1)}, left)
}

func inboxAnswered(t *testing.T, h Harness) {
	term := takeOver(t, h)
	require.NoError(t, term.Append(t.Context(), NewDraft(term.Head()).Refuse(command(1).ID).Seal()))
	require.NoError(t, h.Inbox.Put(t.Context(), 0, command(1)))
	left, err := term.Waiting(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, left)
}

func deadLetter(t *testing.T, h Harness) {
	term := takeOver(t, h)
	// What cannot be decoded may hold anything, and must still be buried.
	garbage := command(1)
	garbage.Data = json.RawMessage("{\x00\xff not JSON")
	require.NoError(t, term.Append(t.Context(), NewDraft(term.Head()).Bury(garbage, "undecodable: at 2").Seal()))
	dead := h.Dead(t)
	require.Len(t, dead, 1)
	require.Equal(t, garbage, dead[0].Command)
	require.Equal(t, "undecodable: at 2", dead[0].Reason)
	answer, ok, _, err := h.Inbox.Outcome(t.Context(), garbage.ID)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, journal.Dead, answer.Outcome.Status)
	require.Equal(t, &journal.Refusal{Code: "command-dead"}, answer.Outcome.Refusal)

	head := term.Head()
	worse := command(2)
	worse.Type, worse.Actor = "no\x00\xfftype", "no\x00\xffbody"
	require.NoError(t, term.Append(t.Context(), NewDraft(head).Bury(worse, "panic: \x00\xff").Seal()))
	require.Len(t, h.Dead(t), 2)
	_, ok, _, err = h.Inbox.Outcome(t.Context(), worse.ID)
	require.NoError(t, err)
	require.True(t, ok)
}

func loads(t *testing.T, h Harness) {
	term := takeOver(t, h)
	require.NoError(t, h.Inbox.Put(t.Context(), 0, command(1)))
	b := NewDraft(term.Head()).Transfer(Command("loads", 1), 3).Put("balance/a", 0, `1`).Seal()
	require.NoError(t, term.Append(t.Context(), b))
	found, err := term.Load(t.Context(), journal.Wanted{})
	require.NoError(t, err)
	require.Empty(t, found.Outcomes)
	require.Empty(t, found.State)
	require.Empty(t, found.Events)
	require.Empty(t, found.Inbox)
	found, err = term.Load(t.Context(), journal.Wanted{
		Outcomes: []journal.CommandID{Command("loads", 1), Command("loads", 2), command(1).ID},
		State:    []string{"balance/a", "balance/A", "balance/"},
		Events:   []int64{3, 1, 4},
		Inbox:    []journal.CommandID{command(1).ID, command(2).ID},
	})
	require.NoError(t, err)
	require.Equal(t, map[journal.CommandID]journal.Outcome{Command("loads", 1): b.Outcomes[0]}, found.Outcomes)
	require.Equal(t, map[string]journal.StateRow{"balance/a": {Key: "balance/a", Loaded: 3, Version: 3, Data: []byte(`1`)}}, found.State)
	require.Equal(t, map[journal.CommandID]journal.Command{command(1).ID: command(1)}, found.Inbox)
	require.Len(t, found.Events, 2)
	for _, position := range []int64{1, 3} {
		e := found.Events[position]
		sameEvent(t, b.Events[position-1], &e)
	}
}
