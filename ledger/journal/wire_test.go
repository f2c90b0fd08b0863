package journal

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

func wireTime(n int) time.Time {
	return time.Date(2026, 3, 1, 12, 0, 0, n*1000, time.UTC)
}

func sampleCommand(n int) Command {
	return Command{
		ID: NewCommandID("usr_1", fmt.Sprint(n)), Type: "post-transaction",
		Data: json.RawMessage(`{"ledger":"main","postings":[{"account":"liabilities:wallets:a:available","side":"debit","amount":"10.50","asset":"USD"},` +
			`{"account":"liabilities:wallets:b:available","side":"credit","amount":"10.50","asset":"USD"}]}`),
		Hash: [16]byte{1, 2, byte(n)}, Actor: "usr_01h455vb4pex5vsknk084sn02q", Deadline: wireTime(n),
		Correlation: NewCommandID("usr_1", "first"), Trace: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
	}
}

func sampleEvent(position int64) Event {
	e := Event{
		Shard: 3, Position: position, Ledger: "main", Number: position - 1, Stream: "ledger/main",
		Type: "transaction-posted", Schema: 1, Data: json.RawMessage(`{"reference": "inv-7",  "x":1}`),
		Postings: []Posting{
			{Account: "equity:opening", Side: Debit, Amount: decimal.RequireFromString("10.50"), Asset: "USD", Balance: decimal.RequireFromString("-10.50")},
			{Account: "liabilities:a", Side: Credit, Amount: decimal.RequireFromString("10.50"), Asset: "USD", Balance: decimal.RequireFromString("10.50")},
		},
		Actor: "usr_1", Command: NewCommandID("usr_1", "k"), Correlation: NewCommandID("usr_1", "c"), Trace: "t",
		EffectiveAt: wireTime(1), RecordedAt: wireTime(2), Epoch: 7, Nonce: [16]byte{9},
	}
	e.Seal([32]byte{5})
	return e
}

func TestWireDeliveryComesBack(t *testing.T) {
	t.Parallel()
	bare := Command{ID: CommandID{1}}
	dry := sampleCommand(3)
	dry.DryRun, dry.Deadline = true, time.Time{}
	commands := []Command{sampleCommand(1), bare, dry}
	refs := []CommandID{{7}, {8}}

	buf := AppendDelivery(nil, "florin.replies.X")
	for i := range commands {
		before := len(buf)
		buf = AppendCommand(buf, &commands[i])
		require.LessOrEqual(t, len(buf)-before, CommandSize(&commands[i]))
	}
	for _, id := range refs {
		buf = AppendRef(buf, id)
	}
	got, err := ParseDelivery(buf)
	require.NoError(t, err)
	require.Equal(t, Delivery{Commands: commands, Refs: refs, ReplyTo: "florin.replies.X"}, got)
}

func TestWireAnswersComeBack(t *testing.T) {
	t.Parallel()
	answers := []Answer{
		{Outcome: Outcome{Command: CommandID{1}, Type: "a", Hash: [16]byte{2}, Caller: "usr_1", Status: Done, First: 41, Count: 2,
			Position: 42, Result: json.RawMessage(`{"refused":{}}`), At: wireTime(5)},
			Events: []Event{sampleEvent(41), sampleEvent(42)}, Replayed: true},
		{Outcome: Outcome{Command: CommandID{2}, Status: Refused, Position: 42, At: wireTime(6), Refusal: &Refusal{
			Code: "insufficient-funds", Detail: "d", Pointer: "/postings/0", Members: json.RawMessage(`{"needed":"1"}`)}}},
		{Outcome: Outcome{Command: CommandID{3}, Status: Refused, Refusal: &Refusal{Code: "scale", Malformed: true}}},
		{Outcome: Outcome{Command: CommandID{4}, Status: Dead, Refusal: &Refusal{Code: "command-dead"}}},
	}
	buf := AppendAnswers(nil)
	for i := range answers {
		buf = AppendAnswer(buf, &answers[i])
	}
	got, err := ParseAnswers(buf)
	require.NoError(t, err)
	require.Equal(t, answers, got)
}

func TestWireEventComesBackIntact(t *testing.T) {
	t.Parallel()
	e := sampleEvent(12)
	e.Body = struct{}{}
	got, err := ParseEvent(AppendEvent(nil, &e))
	require.NoError(t, err)
	require.True(t, got.Intact())
	require.Equal(t, e.Chain(), got.Chain())
	e.Body = nil
	require.Equal(t, e, got)

	plain := Event{Position: 1, Type: "ledger-created", Data: json.RawMessage(`{}`)}
	got, err = ParseEvent(AppendEvent([]byte("before")[:0], &plain))
	require.NoError(t, err)
	require.Equal(t, plain, got)
}

func TestWireErrorsNameThePlace(t *testing.T) {
	t.Parallel()
	delivery := func(tail ...byte) []byte { return append(AppendDelivery(nil, "to"), tail...) }
	event := sampleEvent(1)
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"nothing", parseErr(ParseDelivery(nil)), "byte 0: version needs 1 bytes, 0 are left"},
		{"another version", parseErr(ParseDelivery([]byte{2, 'D', 0})), "byte 0: version is 2, want 1"},
		{"another kind", parseErr(ParseAnswers(delivery())), `byte 1: kind is 'D', want 'A'`},
		{"a length beyond the end", parseErr(ParseDelivery([]byte{1, 'D', 200, 1})), "byte 4: reply-to needs 200 bytes, 0 are left"},
		{"a huge length", parseErr(ParseDelivery([]byte{1, 'D', 255, 255, 255, 255, 255, 255, 255, 255, 255, 1})), "byte 12: reply-to needs 18446744073709551615 bytes, 0 are left"},
		{"an endless varint", parseErr(ParseDelivery([]byte{1, 'D', 255, 255})), "byte 2: length of reply-to is not a varint"},
		{"an unknown item", parseErr(ParseDelivery(delivery('z'))), `byte 5: item is 'z', want a command or a ref`},
		{"a short ref", parseErr(ParseDelivery(delivery('r', 1, 2))), "byte 6: ref needs 16 bytes, 2 are left"},
		{"bytes after an event", parseErr(ParseEvent(append(AppendEvent(nil, &event), 0))), "1 bytes after the event"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.ErrorIs(t, tt.err, ErrBadWire)
			require.ErrorContains(t, tt.err, tt.want)
		})
	}
}

func parseErr[T any](_ T, err error) error { return err }

// A message cut short anywhere is refused, save where a whole number of items is left.
func TestWireCutShort(t *testing.T) {
	t.Parallel()
	e := sampleEvent(1)
	whole := AppendEvent(nil, &e)
	for n := range whole {
		_, err := ParseEvent(whole[:n])
		require.ErrorIs(t, err, ErrBadWire, "cut after %d of %d bytes", n, len(whole))
	}
	c := sampleCommand(1)
	head := AppendDelivery(nil, "to")
	whole = AppendCommand(head, &c)
	for n := len(head) + 1; n < len(whole); n++ {
		_, err := ParseDelivery(whole[:n])
		require.ErrorIs(t, err, ErrBadWire, "cut after %d of %d bytes", n, len(whole))
	}
}
