package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

const (
	// benchMailbox is how many messages somebody has got, of benchWords words each.
	benchMailbox = 10_000
	benchWords   = 60
	// benchVocabulary is how many words there are. A word's number says how seldom it is.
	benchVocabulary = 20_000
)

// BenchmarkMessages is what messages cost: sending one, a page of a full mailbox, and finding some in it.
func BenchmarkMessages(b *testing.B) {
	t := benchTownOf(b, 2)
	ann, bob := t.as(b, 0), t.as(b, 1)
	send := func(ctx context.Context, i int64) (position string, err error) {
		_, position, err = bob.call(ctx, http.StatusCreated, http.MethodPost, "/v1/messages",
			fmt.Sprintf(`{"to":%q,"subject":"Number %d","body":%q}`, t.people[0], i, benchText(i)))
		return position, err
	}
	last := t.fillMailbox(b, send)
	list := func(query string, rows int) func(context.Context, int64) error {
		return func(ctx context.Context, _ int64) error {
			answer, _, err := ann.call(ctx, http.StatusOK, http.MethodGet, "/v1/messages?limit=50"+query, "")
			if found := strings.Count(string(answer), `"thread_id"`); err == nil && found != rows {
				err = fmt.Errorf("%s: %d messages, not %d", query, found, rows)
			}
			return err
		}
	}
	// Where that many have been projected, a read that waits for the last one answers.
	require.Eventually(b, func() bool { return list("&box=inbox&at_least="+last, 50)(b.Context(), 0) == nil }, benchPatience, benchPause)
	for name, query := range map[string]string{
		"inbox": "&box=inbox", "search/common-word": "&q=word1", "search/word-in-hundreds": "&q=word100", "search/two-words": "&q=word30+word90",
	} {
		for _, connections := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/connections=%d", name, connections), func(b *testing.B) {
				benchTurns(b, connections, benchSide{name: "list", do: list(query, 50)})
			})
		}
	}
	var serial atomic.Int64
	serial.Store(benchMailbox)
	for _, connections := range []int{1, 16} {
		b.Run(fmt.Sprintf("send/connections=%d", connections), func(b *testing.B) {
			benchTurns(b, connections, benchSide{name: "send", do: func(ctx context.Context, _ int64) error {
				_, err := send(ctx, serial.Add(1))
				return err
			}})
		})
	}
}

// benchText is the body of a message, the same in every run.
func benchText(i int64) string {
	r := rand.New(rand.NewPCG(1, uint64(i))) //nolint:gosec // as said
	zipf := rand.NewZipf(r, 1.1, 3, benchVocabulary-1)
	words := make([]string, benchWords)
	for w := range words {
		words[w] = fmt.Sprint("word", zipf.Uint64())
	}
	return strings.Join(words, " ")
}

// fillMailbox sends what the mailbox is full of, and returns the position of one of the last.
func (t *benchTown) fillMailbox(b *testing.B, send func(context.Context, int64) (string, error)) string {
	b.Helper()
	var group errgroup.Group
	group.SetLimit(32)
	for i := range benchMailbox - 1 {
		group.Go(func() error { _, err := send(b.Context(), int64(i)); return err })
	}
	require.NoError(b, group.Wait())
	position, err := send(b.Context(), benchMailbox)
	require.NoError(b, err)
	return position
}
