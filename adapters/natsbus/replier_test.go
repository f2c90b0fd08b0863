package natsbus

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/natsbus/embedded/natstest"
	"github.com/florinledger/florin/ledger/journal"
)

// answersOf makes n answers with an event of the given size each.
func answersOf(n, size int) []journal.Answer {
	answers := make([]journal.Answer, n)
	for i := range answers {
		c := command(i)
		answers[i] = answerTo(&c)
		answers[i].Outcome.Count = 1
		answers[i].Events = []journal.Event{{Position: int64(i), Data: json.RawMessage(strings.Repeat("x", size))}}
	}
	return answers
}

func TestAnswersTravelTogetherInMessagesThatFit(t *testing.T) {
	t.Parallel()
	js := dialOnly(t, natstest.Server(t))
	sub, err := js.Conn().SubscribeSync("florin.replies.test")
	require.NoError(t, err)
	large := answersOf(3, MaxMessage*2/5)
	huge := answersOf(1, MaxMessage)
	given := append(append(append(answersOf(100, 10), large...), huge...), answersOf(2, 10)...)
	NewReplier(js.Conn(), quiet()).Reply(t.Context(), "florin.replies.test", given)

	var got []journal.Answer
	var counts []int
	for len(got) < len(given) {
		m, err := sub.NextMsgWithContext(t.Context())
		require.NoError(t, err)
		require.LessOrEqual(t, len(m.Data), MaxMessage)
		answers, err := journal.ParseAnswers(m.Data)
		require.NoError(t, err)
		counts = append(counts, len(answers))
		got = append(got, answers...)
	}
	require.Equal(t, []int{102, 1, 3}, counts)
	for i, a := range got {
		require.Equal(t, given[i].Outcome.Command, a.Outcome.Command, "in order")
		if i == 103 {
			require.Empty(t, a.Events, "too large to travel: they are read from the journal")
			require.Equal(t, 1, a.Outcome.Count)
			continue
		}
		require.Equal(t, given[i].Events[0].Data, a.Events[0].Data)
	}
}

// One answer that cannot be sent does not take the others with it.
func TestAnAnswerThatFitsNoMessage(t *testing.T) {
	t.Parallel()
	js := dialOnly(t, natstest.Server(t))
	sub, err := js.Conn().SubscribeSync("florin.replies.test")
	require.NoError(t, err)
	given := answersOf(3, 10)
	given[1].Outcome.Result = json.RawMessage(`"` + strings.Repeat("x", 2<<20) + `"`)
	var log strings.Builder
	NewReplier(js.Conn(), slog.New(slog.NewTextHandler(&log, nil))).Reply(t.Context(), "florin.replies.test", given)
	for _, want := range []int{0, 2} {
		m, err := sub.NextMsgWithContext(t.Context())
		require.NoError(t, err)
		answers, err := journal.ParseAnswers(m.Data)
		require.NoError(t, err)
		require.Len(t, answers, 1)
		require.Equal(t, command(want).ID, answers[0].Outcome.Command)
	}
	require.Equal(t, 1, strings.Count(log.String(), "answers cannot be sent"))
	require.Contains(t, log.String(), nats.ErrMaxPayload.Error())
}

func TestAnswersAfterTheirTimeAreNotSent(t *testing.T) {
	t.Parallel()
	js := dialOnly(t, natstest.Server(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var log strings.Builder
	NewReplier(js.Conn(), slog.New(slog.NewTextHandler(&log, nil))).Reply(ctx, "florin.replies.test", answersOf(2, 10))
	require.Contains(t, log.String(), "answers=2")
	require.Zero(t, js.Conn().Stats().OutMsgs)
}
