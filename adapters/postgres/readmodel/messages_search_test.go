package readmodel_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/messaging/query"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	p := openPost(t, 2)
	ann, bob := personID(1), personID(2)
	p.send(ann, bob, "Rent", "The rent for March is due on Monday.", "")
	p.send(bob, ann, "", "I paid the rent. It's O'Brien's C:\\rent\\march.txt that is wrong", "")
	p.send(ann, ann, "Car", "The blue car needs new tyres, says ann@example.com", "")
	p.send(bob, ann, "Tyres", "Blue tyres? Cars have black ones.", "")
	p.project(2)
	for name, c := range map[string]struct {
		words string
		want  string // the first words of the bodies
	}{
		"a word":                  {"rent", "I,The"},
		"another form of it":      {"renting", "I,The"},
		"in capitals":             {"BLUE", "Blue,The"},
		"of the subject":          {"car", "Blue,The"},
		"all words":               {"blue tyres", "Blue,The"},
		"all, one of them absent": {"blue tyres bicycle", ""},
		"either":                  {"bicycle or monday", "The"},
		"either, both there":      {"black or monday", "Blue,The"},
		"not":                     {"tyres -black", "The"},
		"nothing but not":         {"-rent", "Blue,The"},
		"either or not":           {"monday or -tyres", "I,The"},
		"a phrase":                {`"blue tyres"`, "Blue"},
		"a phrase, turned":        {`"tyres blue"`, "Blue"}, // the subject, then the body
		"a phrase with a gap":     {`"rent for March"`, "The"},
		"not a phrase":            {`tyres -"blue car"`, "Blue"},
		"an address":              {"ann@example.com", "The"},
		"a file":                  {`C:\rent\march.txt`, "I"},
		"an apostrophe":           {"O'Brien", "I"},
		"a word that is not":      {"bicycle", ""},
		"the beginning of a word": {"mon", ""},
		"in every text":           {"the", ""},
		"nothing":                 {"-", ""},
		"signs":                   {`' \ ! & | <-> :* ("`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, text := range p.list(t, query.Filter{Owner: ann, Words: c.words, Limit: 1}) {
				_, body, _ := strings.Cut(text, "|")
				got = append(got, strings.FieldsFunc(body, func(r rune) bool { return r == ' ' || r == '?' })[0])
			}
			require.Equal(t, c.want, strings.Join(got, ","))
		})
	}
	// With the other filters.
	count := func(f query.Filter) int { f.Limit = 10; return len(p.list(t, f)) }
	require.Equal(t, 1, count(query.Filter{Owner: ann, Words: "rent", Box: query.Sent}))
	require.Equal(t, 1, count(query.Filter{Owner: ann, Words: "blue", With: bob}))
	require.Equal(t, 2, count(query.Filter{Owner: bob, Words: "rent"}))
	require.Equal(t, 1, count(query.Filter{Owner: bob, Words: "blue"}), "another's note is not his")
	_, err := p.reads.Messages(t.Context(), query.Filter{Owner: ann, Words: "rent", Limit: 1})
	require.ErrorContains(t, err, "needs the key of the owner")

	// Nobody finds with another's key.
	key, err := p.vault.Key(t.Context(), bob)
	require.NoError(t, err)
	found, err := p.reads.Messages(t.Context(), query.Filter{Owner: ann, Words: "rent", Key: key, Limit: 10})
	require.NoError(t, err)
	require.Empty(t, found)
}

// An edit is found by what it says, and no more by what it said; what is deleted is not found.
func TestSearchFollowsChanges(t *testing.T) {
	t.Parallel()
	p := openPost(t, 2)
	ann, bob := personID(1), personID(2)
	id := p.send(ann, bob, "Rent", "Monday", "")
	text := func(s string) *string { return &s }
	finds := func(words string, want int) {
		t.Helper()
		p.project(100)
		for _, owner := range []string{ann, bob} {
			require.Len(t, p.list(t, query.Filter{Owner: owner, Words: words, Limit: 10}), want, "%s for %s", words, owner)
		}
	}
	finds("rent monday", 1)
	p.edit(ann, id, nil, text("Tuesday"))
	finds("rent tuesday", 1)
	finds("monday", 0)
	p.edit(ann, id, text("House"), nil)
	finds("house tuesday", 1)
	finds("rent", 0)
	p.edit(ann, id, text(""), text("Friday"))
	finds("friday", 1)
	finds("house or tuesday", 0)

	// Sent and changed in one batch.
	sealed, err := p.sealer.Seal(t.Context(), ann, bob, "", "Saturday")
	require.NoError(t, err)
	sent := p.do(messaging.CommandSendMessage, messaging.SendMessage{
		From: ann, To: bob, Kind: messaging.KindMessage, Body: sealed.Body, FromKey: sealed.FromKey, ToKey: sealed.ToKey,
	})[0].Body.(messaging.Sent)
	_, body, err := p.sealer.Reseal(t.Context(), ann, sent.FromKey, nil, text("Sunday"))
	require.NoError(t, err)
	p.do(messaging.CommandEditMessage, messaging.EditMessage{By: ann, MessageID: sent.MessageID, Body: body})
	finds("sunday", 1)
	finds("saturday", 0)

	p.hide(bob, sent.MessageID)
	p.project(100)
	require.Len(t, p.list(t, query.Filter{Owner: ann, Words: "sunday", Limit: 10}), 1)
	require.Empty(t, p.list(t, query.Filter{Owner: bob, Words: "sunday", Limit: 10}))
}

// A message that does not open, or that holds what no text holds, stands in nobody's way.
func TestWhatCannotBeOpenedHasNoWords(t *testing.T) {
	t.Parallel()
	p := openPost(t, 2)
	ann, bob := personID(1), personID(2)
	sealed, err := p.sealer.Seal(t.Context(), ann, bob, "", "U+0000 \x00 and \xff")
	require.NoError(t, err)
	other, err := p.sealer.Seal(t.Context(), bob, ann, "", "rent")
	require.NoError(t, err)
	c := messaging.SendMessage{From: ann, To: bob, Kind: messaging.KindMessage, Body: sealed.Body, FromKey: sealed.FromKey, ToKey: sealed.ToKey}
	p.do(messaging.CommandSendMessage, c)
	c.FromKey, c.ToKey = other.FromKey, other.ToKey
	p.do(messaging.CommandSendMessage, c)
	p.project(10)
	page, err := p.reads.Messages(t.Context(), query.Filter{Owner: bob, Limit: 10})
	require.NoError(t, err)
	require.Len(t, page, 2)
	require.Empty(t, p.list(t, query.Filter{Owner: ann, Words: "rent", Limit: 10}))
}

// The longest body with the most different words there can be is found like any other.
func TestTheLongestMessageIsFound(t *testing.T) {
	t.Parallel()
	p := openPost(t, 2)
	ann, bob := personID(1), personID(2)
	fill := func(word func(i int) string) string {
		var b strings.Builder
		for i := 0; ; i++ {
			next := word(i)
			if b.Len()+len(next)+1 > messaging.MaxBody {
				return b.String()
			}
			b.WriteString(next + " ")
		}
	}
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	short := func(i int) string { return string([]byte{digits[i/1296%36], digits[i/36%36], digits[i%36]}) }
	p.send(ann, bob, "", fill(short), "")
	p.send(ann, bob, "", fill(func(i int) string { return "a" + short(i) + "." + short(i) + "/" + short(i) }), "")
	p.send(ann, bob, "", fill(func(i int) string { return short(i) + "-" + short(i*7) }), "")
	p.project(10)
	require.Len(t, p.list(t, query.Filter{Owner: bob, Words: "03q", Limit: 10}), 2)
	require.Len(t, p.list(t, query.Filter{Owner: bob, Words: `"03q 03r"`, Limit: 10}), 1)
}

// sendAll sends many messages, some thousand to a commit.
func (p *post) sendAll(n int, letter func(i int) (from, to, subject, body string)) {
	p.t.Helper()
	for sent := 0; sent < n; {
		batch := journal.Batch{Before: p.head, Sent: time.Now()}
		for ; sent < n && len(batch.Events) < 2_000; sent++ {
			from, to, subject, body := letter(sent)
			sealed, err := p.sealer.Seal(p.t.Context(), from, to, subject, body)
			require.NoError(p.t, err)
			c := messaging.SendMessage{From: from, To: to, Kind: messaging.KindMessage,
				Subject: sealed.Subject, Body: sealed.Body, FromKey: sealed.FromKey, ToKey: sealed.ToKey}
			if from == to {
				c.Kind = messaging.KindNote
			}
			data, err := json.Marshal(c)
			require.NoError(p.t, err)
			p.asked++
			p.now = p.now.Add(time.Microsecond)
			command := journal.Command{ID: journal.NewCommandID("test", fmt.Sprint(p.asked)), Type: messaging.CommandSendMessage, Data: data, Actor: from}
			events, _, err := p.bench.Decide(command, p.now)
			require.NoError(p.t, err)
			e := events[0]
			e.Epoch = p.head.Epoch
			p.head.Chain = e.Seal(p.head.Chain)
			p.head.Position, p.head.RecordedAt = e.Position, e.RecordedAt
			batch.Events = append(batch.Events, e)
			batch.Outcomes = append(batch.Outcomes, journal.Outcome{Command: command.ID, Type: command.Type, Caller: from, Status: journal.Done,
				First: e.Position, Count: 1, Position: e.Position, At: p.now})
		}
		batch.After = p.head
		require.NoError(p.t, p.term.Append(p.t.Context(), &batch))
	}
}

// A search among sealed words finds what one among plain words would, whatever is searched for: through the
// newest, through the index, and step by step where the index has nothing to say.
func TestSealedSearchFindsWhatAPlainOneFinds(t *testing.T) {
	t.Parallel()
	p := openPost(t, 2)
	ann, bob := personID(1), personID(2)
	// The first words are in nearly every message, the last ones in few of them.
	words := []string{"rent", "paying", "cars", "blue-green", "O'Neill", "a\\b", "the", "florin.example/pay?x='1'", "été", "12.50", "house", "houses", "家賃"}
	const messages = 6_000
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same texts in every run
	text := func() string {
		var out []string
		for range 1 + r.IntN(6) {
			out = append(out, words[min(int(r.ExpFloat64()*2), len(words)-1)])
		}
		return strings.Join(out, " ")
	}
	_, err := p.pool.Exec(t.Context(), `CREATE TABLE plain (n bigint PRIMARY KEY, owner text, words tsvector)`)
	require.NoError(t, err)
	var subjects, bodies, owners []string
	var numbers []int64
	p.sendAll(messages, func(i int) (from, to, subject, body string) {
		subject, body = text(), fmt.Sprint("n", i, " ", text())
		if i%20 == 0 {
			body += " rare"
		}
		if i%4 == 0 {
			from, to = bob, bob
		} else {
			from, to = ann, bob
		}
		numbers, subjects, bodies, owners = append(numbers, int64(i)), append(subjects, subject), append(bodies, body), append(owners, from)
		return from, to, subject, body
	})
	_, err = p.pool.Exec(t.Context(), `INSERT INTO plain SELECT n, owner, to_tsvector('english', s) || to_tsvector('english', b)
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS x (n, owner, s, b)`, numbers, owners, subjects, bodies)
	require.NoError(t, err)
	p.project(4_000)
	key, err := p.vault.Key(t.Context(), bob)
	require.NoError(t, err)
	_, err = p.pool.Exec(t.Context(), `ANALYZE p_messages_1.mailbox, p_messages_1.mailbox_words`)
	require.NoError(t, err)

	rapid.Check(t, func(r *rapid.T) {
		var parts []string
		for range rapid.IntRange(1, 3).Draw(r, "parts") {
			word := rapid.SampledFrom(append(slices.Clone(words), "rare", "n77", "bicycle"))
			part := word.Draw(r, "word")
			if rapid.IntRange(0, 3).Draw(r, "phrase") == 0 {
				part = `"` + part + " " + word.Draw(r, "next") + `"`
			}
			if rapid.IntRange(0, 3).Draw(r, "not") == 0 {
				part = "-" + part
			}
			parts = append(parts, part)
		}
		asked := strings.Join(parts, rapid.SampledFrom([]string{" ", " ", " or "}).Draw(r, "between"))
		f := query.Filter{Owner: bob, Words: asked, Key: key, Limit: rapid.IntRange(1, 60).Draw(r, "limit")}
		from := "%"
		switch rapid.IntRange(0, 2).Draw(r, "filter") {
		case 0:
			f.Box, from = query.Notes, bob
		case 1:
			f.With, from = ann, ann
		}
		rows, err := p.pool.Query(t.Context(), `SELECT 'n' || n FROM plain WHERE words @@ websearch_to_tsquery('english', $1) AND owner LIKE $2
			AND n < $3 ORDER BY n DESC LIMIT $4`, asked, from, messages, 3*f.Limit)
		require.NoError(r, err)
		want := []string{}
		for rows.Next() {
			var n string
			require.NoError(r, rows.Scan(&n))
			want = append(want, n)
		}
		require.NoError(r, rows.Err())
		got := []string{}
		for len(got) < 3*f.Limit { // three pages
			page, err := p.reads.Messages(t.Context(), f)
			require.NoError(r, err)
			for i, said := range p.said(bob, page...) {
				_, body, _ := strings.Cut(said, "|")
				number, _, _ := strings.Cut(body, " ")
				got, f.After = append(got, number), page[i].Position
			}
			if len(page) < f.Limit {
				break
			}
		}
		require.Equal(r, want, got, asked)
	})
}
