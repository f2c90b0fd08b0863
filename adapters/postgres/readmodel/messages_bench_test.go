package readmodel_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/messaging/query"
)

// A mailbox of 100,000 messages, of some sixty words each: what a page of it costs, and a search. A word's
// number says how seldom it is, as in a language: word 1 is in most messages, word 5,000 in a handful.
func BenchmarkMailbox(b *testing.B) {
	const messages, vocabulary = 100_000, 20_000
	p := openPost(b, 3)
	ann, bob, eve := personID(1), personID(2), personID(3)
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same texts in every run
	zipf := rand.NewZipf(r, 1.1, 3, vocabulary-1)
	text := func(n int) string {
		out := make([]string, n)
		for i := range out {
			out[i] = fmt.Sprint("word", zipf.Uint64())
		}
		return strings.Join(out, " ")
	}
	p.sendAll(messages, func(i int) (from, to, subject, body string) {
		from, to = bob, ann
		switch i % 10 {
		case 0:
			from, to = ann, bob
		case 1:
			from = eve
		case 2:
			from = ann
		}
		return from, to, text(4), text(30 + r.IntN(60))
	})
	p.project(4_000)
	_, err := p.pool.Exec(b.Context(), `VACUUM ANALYZE p_messages_1.mailbox, p_messages_1.mailbox_words, p_messages_1.message`)
	require.NoError(b, err)
	key, err := p.vault.Key(b.Context(), ann)
	require.NoError(b, err)
	var sizes string
	require.NoError(b, p.pool.QueryRow(b.Context(), `SELECT string_agg(format('%s %s', c, pg_size_pretty(pg_total_relation_size(('p_messages_1.' || c)::regclass))), ', ')
		FROM unnest(ARRAY['message', 'mailbox', 'mailbox_words', 'mailbox_words_found', 'mailbox_change']) c`).Scan(&sizes))
	b.Log(sizes)

	for name, f := range map[string]query.Filter{
		"inbox":             {Box: query.Inbox},
		"unread":            {Unread: true},
		"with":              {With: eve},
		"deep":              {Box: query.Inbox, After: messages / 2},
		"common word":       {Words: "word1"},
		"word in hundreds":  {Words: "word400"},
		"rare word":         {Words: "word12000"},
		"two words":         {Words: "word30 word90"},
		"phrase":            {Words: `"word3 word5"`},
		"rare phrase":       {Words: `"word300 word500"`},
		"common but not":    {Words: "word2 -word1"},
		"nothing but not":   {Words: "-word1 -word2"},
		"no such word":      {Words: "bicycle"},
		"with, word":        {With: eve, Words: "word400"},
		"or, without index": {Words: "bicycle or -word0"},
	} {
		b.Run(name, func(b *testing.B) {
			f.Owner, f.Key, f.Limit = ann, key, 50
			rows := 0
			for b.Loop() {
				page, err := p.reads.Messages(b.Context(), f)
				require.NoError(b, err)
				rows = len(page)
			}
			b.ReportMetric(float64(rows), "rows")
		})
	}
	b.Run("unread count", func(b *testing.B) {
		for b.Loop() {
			count, capped, err := p.reads.Unread(b.Context(), ann)
			require.NoError(b, err)
			require.True(b, capped)
			require.Equal(b, 1000, count)
		}
	})
	b.Run("message", func(b *testing.B) {
		page, err := p.reads.Messages(b.Context(), query.Filter{Owner: ann, Limit: 1})
		require.NoError(b, err)
		for b.Loop() {
			_, ok, err := p.reads.Message(b.Context(), ann, page[0].ID)
			require.NoError(b, err)
			require.True(b, ok)
		}
	})
}

// What it costs to project a message of sixty words to two mailboxes.
func BenchmarkProjectMessages(b *testing.B) {
	const messages = 4_000
	p := openPost(b, 2)
	ann, bob := personID(1), personID(2)
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same texts in every run
	zipf := rand.NewZipf(r, 1.1, 3, 19_999)
	p.sendAll(messages, func(int) (from, to, subject, body string) {
		words := make([]string, 60)
		for i := range words {
			words[i] = fmt.Sprint("word", zipf.Uint64())
		}
		return ann, bob, words[0], strings.Join(words, " ")
	})
	p.project(messages)
	for b.Loop() {
		p.rebuild("messages")
	}
	b.ReportMetric(float64(messages*b.N)/b.Elapsed().Seconds(), "messages/s")
}
