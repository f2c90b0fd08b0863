package readmodel_test

import (
	"crypto/md5"  //nolint:gosec // what somebody else might have kept of a word
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/query"
)

// dump returns every row of every table of a schema as text, by table. An empty schema is all of them.
func (l *library) dump(t require.TestingT, schema string) map[string][]string {
	rows, err := l.pool.Query(l.t.Context(), `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
		WHERE schemaname = $1 OR $1 = '' AND schemaname NOT IN ('pg_catalog', 'information_schema')`, schema)
	require.NoError(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.NotEmpty(t, tables)
	out := map[string][]string{}
	for _, table := range tables {
		rows, err := l.pool.Query(l.t.Context(), "SELECT t::text FROM "+table+" t ORDER BY 1")
		require.NoError(t, err)
		out[table], err = pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
	}
	return out
}

// Nothing of what people write is in any table, in whichever form somebody might have kept it.
func TestTablesTellNothing(t *testing.T) {
	t.Parallel()
	p := openPost(t, 2)
	ann, bob := personID(1), personID(2)
	texts := []string{"Bewildering hippopotamus", "Whispering archaeologists misplaced seventeen umbrellas yesterday", "Nevertheless everybody applauded"}
	id := p.send(ann, bob, texts[0], texts[1], "")
	p.edit(ann, id, nil, &texts[2])
	p.read(bob, id)
	p.project(10)
	require.Len(t, p.list(t, query.Filter{Owner: bob, Words: "applauding", Limit: 10}), 1)

	secrets := map[string]string{}
	for _, text := range texts {
		words := append(strings.Fields(strings.ToLower(text)), strings.Fields(text)...)
		rows, err := p.pool.Query(t.Context(), `SELECT lexeme FROM unnest(to_tsvector('english', $1))`, text)
		require.NoError(t, err)
		lexemes, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		for _, s := range slices.Concat(words, lexemes, []string{text}) {
			bytes := []byte(s)
			sum256, sum1, sum5 := sha256.Sum256(bytes), sha1.Sum(bytes), md5.Sum(bytes) //nolint:gosec // see above
			for form, kept := range map[string]string{
				"plain": s, "hex": hex.EncodeToString(bytes), "base64": strings.TrimRight(base64.StdEncoding.EncodeToString(bytes), "="),
				"sha256": hex.EncodeToString(sum256[:]), "sha256 in base64": base64.RawStdEncoding.EncodeToString(sum256[:]),
				"sha1": hex.EncodeToString(sum1[:]), "md5": hex.EncodeToString(sum5[:]), "md5 in base64": base64.RawStdEncoding.EncodeToString(sum5[:]),
			} {
				secrets[kept] = form + " of " + s
			}
		}
	}
	dump := p.dump(t, "")
	for _, table := range []string{"p_messages_1.mailbox_words", "p_messages_1.message", "p_messages_1.message_edit", "public.events"} {
		require.NotEmpty(t, dump[table], table)
	}
	require.Contains(t, strings.Join(dump["p_messages_1.mailbox"], "\n"), ann, "what is there is seen")
	for table, rows := range dump {
		for _, row := range rows {
			for secret, what := range secrets {
				require.NotContains(t, row, secret, "%s in %s", what, table)
			}
		}
	}
}

// What is left of somebody erased is what others have.
func TestErasure(t *testing.T) {
	t.Parallel()
	for _, batch := range []int{1, 100} {
		t.Run(fmt.Sprint(batch), func(t *testing.T) {
			t.Parallel()
			p := openPost(t, 3)
			ann, bob, eve := personID(1), personID(2), personID(3)
			toBob := p.send(ann, bob, "", "Ann to Bob", "")
			toAnn := p.send(bob, ann, "", "Bob to Ann", toBob)
			note := p.send(ann, ann, "", "a note of Ann's", "")
			bill := p.send(shop, ann, "", "a bill to Ann", "")
			hidden := p.send(eve, ann, "", "Eve to Ann", "")
			p.send(bob, eve, "", "Bob to Eve", "")
			text := "Ann to Bob, again"
			p.edit(ann, toBob, nil, &text)
			p.hide(eve, hidden)
			p.edit(bob, toAnn, nil, &text)
			p.project(batch)
			before := p.dump(t, "p_messages_1")
			require.Len(t, before["p_messages_1.message"], 6)
			require.Len(t, before["p_messages_1.message_edit"], 2)

			p.erase(ann)
			p.project(batch)
			after := p.dump(t, "p_messages_1")
			for table, rows := range after {
				for _, row := range rows {
					if table != "p_messages_1.message" { // that she was the other side is known
						require.NotRegexp(t, `^\("?`+ann, row, table)
					}
				}
			}
			require.Len(t, after["p_messages_1.message"], 3)
			require.Len(t, after["p_messages_1.message_edit"], 2)
			for _, id := range []string{note, bill, hidden} {
				require.NotContains(t, strings.Join(after["p_messages_1.message"], "\n"), id)
			}
			require.Empty(t, p.listSealed(ann))
			changes, err := p.reads.Since(t.Context(), ann, 0, 10)
			require.NoError(t, err)
			require.Empty(t, changes)
			require.Equal(t, []string{"|Bob to Eve", "|Ann to Bob, again", "|Ann to Bob, again"}, p.list(t, query.Filter{Owner: bob, Limit: 10}))
			require.Equal(t, []string{"|Ann to Bob, again", "|Ann to Bob, again"}, p.list(t, query.Filter{Owner: bob, Words: "ann again", Limit: 10}))
			require.Equal(t, []string{"|Bob to Eve"}, p.list(t, query.Filter{Owner: eve, Limit: 10}))

			p.rebuild("messages")
			require.Equal(t, inSchema(after, "p_messages_2"), p.dump(t, "p_messages_2"))
		})
	}
}

// listSealed returns the messages of somebody who has no key any more.
func (p *post) listSealed(owner string) []query.Message {
	p.t.Helper()
	messages, err := p.reads.Messages(p.t.Context(), query.Filter{Owner: owner, Limit: 100})
	require.NoError(p.t, err)
	return messages
}

// written is a message as the model knows it.
type written struct {
	id, from, to, thread, body string
	read                       bool
	gone                       map[string]bool
}

func (w *written) box(owner string) query.Box {
	switch {
	case w.gone[owner] || (w.from != owner && w.to != owner):
		return ""
	case w.from == w.to:
		return query.Notes
	case w.to == owner:
		return query.Inbox
	}
	return query.Sent
}

// Whatever people do, in whatever batches it is projected and whoever is erased on the way: each has what
// the model says, and tables made anew are the same to the last row.
func TestMailboxesAgreeWithTheFacts(t *testing.T) {
	t.Parallel()
	p := openPost(t, 0)
	words := []string{"rent", "car", "house", "blue", "green"}
	count := 0
	rapid.Check(t, func(r *rapid.T) {
		var people []string
		for range 3 { // of this history alone
			count++
			id := journal.FormatID("usr", [16]byte{6: 0x70, 8: 0x80, 14: byte(count >> 8), 15: byte(count)})
			_, err := p.vault.Create(t.Context(), id)
			require.NoError(r, err)
			p.register(id)
			people = append(people, id)
		}
		erased := map[string]bool{}
		var all []*written
		text := func() string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 3).Draw(r, "text"), " ")
		}
		mine := func(fits func(w *written, who string) bool) (who string, w *written) {
			who = rapid.SampledFrom(people).Draw(r, "who")
			var some []*written
			for _, w := range all {
				if !erased[who] && w.box(who) != "" && fits(w, who) {
					some = append(some, w)
				}
			}
			if len(some) == 0 {
				return who, nil
			}
			return who, rapid.SampledFrom(some).Draw(r, "which")
		}
		for range rapid.IntRange(1, 20).Draw(r, "steps") {
			switch rapid.SampledFrom([]string{"send", "send", "send", "answer", "edit", "read", "delete", "erase", "project"}).Draw(r, "step") {
			case "send":
				w := &written{from: rapid.SampledFrom(people).Draw(r, "from"), to: rapid.SampledFrom(people).Draw(r, "to"), body: text(), gone: map[string]bool{}}
				if !erased[w.from] && !erased[w.to] {
					w.id = p.send(w.from, w.to, "", w.body, "")
					w.thread, w.read = w.id, w.from == w.to
					all = append(all, w)
				}
			case "answer":
				who, answered := mine(func(w *written, who string) bool { return !erased[w.from] && !erased[w.to] })
				if answered != nil {
					other := answered.from
					if other == who {
						other = answered.to
					}
					w := &written{from: who, to: other, body: text(), thread: answered.thread, read: who == other, gone: map[string]bool{}}
					w.id = p.send(who, other, "", w.body, answered.id)
					all = append(all, w)
				}
			case "edit":
				if who, w := mine(func(w *written, who string) bool { return w.from == who }); w != nil {
					w.body = text()
					p.edit(who, w.id, nil, &w.body)
				}
			case "read":
				if who, w := mine(func(w *written, who string) bool { return w.to == who && !w.read }); w != nil {
					p.read(who, w.id)
					w.read = true
				}
			case "delete":
				if who, w := mine(func(*written, string) bool { return true }); w != nil {
					p.hide(who, w.id)
					w.gone[who] = true
				}
			case "erase":
				who := rapid.SampledFrom(people).Draw(r, "who")
				if !erased[who] && rapid.Bool().Draw(r, "really") {
					p.erase(who)
					erased[who] = true
				}
			case "project":
				p.project(rapid.IntRange(1, 5).Draw(r, "batch"))
			}
		}
		p.project(rapid.IntRange(1, 5).Draw(r, "last batch"))
		box := rapid.SampledFrom([]query.Box{"", query.Inbox, query.Sent, query.Notes}).Draw(r, "box")
		word := rapid.SampledFrom(append([]string{""}, words...)).Draw(r, "word")
		for _, owner := range people {
			var want []string
			unread := 0
			for _, w := range slices.Backward(all) {
				at := w.box(owner)
				if erased[owner] || at == "" {
					continue
				}
				if at == query.Inbox && !w.read {
					unread++
				}
				if (box == "" || box == at) && (word == "" || slices.Contains(strings.Fields(w.body), word)) {
					want = append(want, "|"+w.body)
				}
			}
			n, _, err := p.reads.Unread(t.Context(), owner)
			require.NoError(r, err)
			require.Equal(r, unread, n)
			if erased[owner] {
				require.Empty(r, p.listSealed(owner))
				continue
			}
			require.Equal(r, want, p.list(r, query.Filter{Owner: owner, Box: box, Words: word, Limit: rapid.IntRange(1, 5).Draw(r, "limit")}))
		}
	})
	live := p.dump(t, "p_messages_1")
	require.NotEmpty(t, live["p_messages_1.message_edit"])
	p.rebuild("messages")
	require.Equal(t, inSchema(live, "p_messages_2"), p.dump(t, "p_messages_2"))
	// Nothing is left that nobody has.
	for _, orphans := range []string{
		`SELECT count(*) FROM p_messages_1.message m WHERE NOT EXISTS (SELECT FROM p_messages_1.mailbox b WHERE b.position = m.position)`,
		`SELECT count(*) FROM p_messages_1.mailbox_words w WHERE NOT EXISTS (SELECT FROM p_messages_1.mailbox b WHERE b.position = w.position AND b.owner = w.owner)`,
		`SELECT count(*) FROM p_messages_1.mailbox b WHERE NOT EXISTS (SELECT FROM p_messages_1.message m WHERE b.position = m.position)`,
	} {
		var n int
		require.NoError(t, p.pool.QueryRow(t.Context(), orphans).Scan(&n))
		require.Zero(t, n, orphans)
	}
}
