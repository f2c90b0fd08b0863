package readmodel_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/messaging/query"
	"github.com/florinledger/florin/users"
)

const shop = "service:shop"

// post is a library with people who write to each other.
type post struct {
	*library
	sealer *messaging.Sealer
}

func openPost(t testing.TB, people int) *post {
	t.Helper()
	l := openLibrary(t)
	users.Register(l.registry)
	messaging.Register(l.registry)
	for n := 1; n <= people; n++ {
		_, err := l.vault.Create(t.Context(), personID(n))
		require.NoError(t, err)
		l.person(n, fmt.Sprint("token-", n))
	}
	return &post{l, messaging.NewSealer(l.vault)}
}

// register registers somebody whose key is there.
func (p *post) register(id string) {
	p.t.Helper()
	p.do(users.CommandRegister, users.RegisterUser{UserID: id, EmailToken: "of-" + id, Email: sealed("email"), Credential: sealed("hash")})
}

// send sends a message and returns its id.
func (p *post) send(from, to, subject, body, inReplyTo string) string {
	p.t.Helper()
	sealed, err := p.sealer.Seal(p.t.Context(), from, to, subject, body)
	require.NoError(p.t, err)
	c := messaging.SendMessage{
		From: from, To: to, Kind: messaging.KindMessage, InReplyTo: inReplyTo,
		Subject: sealed.Subject, Body: sealed.Body, FromKey: sealed.FromKey, ToKey: sealed.ToKey,
	}
	switch from {
	case to:
		c.Kind = messaging.KindNote
	case messaging.Florin:
		c.Kind, c.Topic, c.About = messaging.KindNotice, "top-up-received", "pay_1"
	}
	return p.do(messaging.CommandSendMessage, c)[0].Body.(messaging.Sent).MessageID
}

// edit changes what a message says, with the key that its author has of it.
func (p *post) edit(by, id string, subject, body *string) *journal.Event {
	p.t.Helper()
	p.project(100)
	m, ok, err := p.reads.Message(p.t.Context(), by, id)
	require.NoError(p.t, err)
	require.True(p.t, ok)
	newSubject, newBody, err := p.sealer.Reseal(p.t.Context(), by, m.Key, subject, body)
	require.NoError(p.t, err)
	return p.do(messaging.CommandEditMessage, messaging.EditMessage{By: by, MessageID: id, Subject: newSubject, Body: newBody})[0]
}

func (p *post) read(by, id string) *journal.Event {
	p.t.Helper()
	return p.do(messaging.CommandReadMessage, messaging.ReadMessage{By: by, MessageID: id})[0]
}

func (p *post) hide(by, id string) {
	p.t.Helper()
	p.do(messaging.CommandDeleteMessage, messaging.DeleteMessage{By: by, MessageID: id})
}

// erase forgets somebody, as a handler does: the key goes before anything else hears of it.
func (p *post) erase(id string) {
	p.t.Helper()
	p.do(users.CommandEraseUser, users.EraseUser{UserID: id})
	require.NoError(p.t, p.vault.Destroy(p.t.Context(), id))
}

// said opens what somebody reads, each as "subject|body".
func (p *post) said(owner string, messages ...query.Message) (out []string) {
	p.t.Helper()
	for _, m := range messages {
		subject, body, err := p.sealer.Open(p.t.Context(), owner, m.Key, m.Subject, m.Body)
		require.NoError(p.t, err)
		out = append(out, subject+"|"+body)
	}
	return out
}

// list opens what a filter selects, all pages of it.
func (p *post) list(t require.TestingT, f query.Filter) (out []string) {
	if f.Words != "" {
		key, err := p.vault.Key(p.t.Context(), f.Owner)
		require.NoError(t, err)
		f.Key = key
	}
	for {
		page, err := p.reads.Messages(p.t.Context(), f)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page), f.Limit)
		out = append(out, p.said(f.Owner, page...)...)
		if len(page) < f.Limit {
			return out
		}
		f.After = page[len(page)-1].Position
	}
}

func (p *post) get(owner, id string) (query.Message, bool) {
	p.t.Helper()
	m, ok, err := p.reads.Message(p.t.Context(), owner, id)
	require.NoError(p.t, err)
	return m, ok
}

// A message reads as its event showed it, to each side with its own key, and to nobody else.
func TestMessageAsItsSidesHaveIt(t *testing.T) {
	t.Parallel()
	p := openPost(t, 3)
	ann, bob, eve := personID(1), personID(2), personID(3)
	first := p.send(ann, bob, "Rent", "It is due.", "")
	ids := map[string][]string{ // by who has them
		first:                                             {ann, bob},
		p.send(bob, ann, "", "Done", first):               {ann, bob},
		p.send(ann, ann, "", "a note", ""):                {ann},
		p.send(shop, ann, "", "a bill", ""):               {ann},
		p.send(messaging.Florin, ann, "", "a notice", ""): {ann},
	}
	sent := map[string]*journal.Event{}
	for _, e := range p.bench.Events() {
		if body, ok := e.Body.(messaging.Sent); ok {
			sent[body.MessageID] = e
		}
	}
	p.project(2)
	for id, owners := range ids {
		for _, owner := range []string{ann, bob, eve, shop, messaging.Florin} {
			m, ok := p.get(owner, id)
			has := owner == owners[0] || owner == owners[len(owners)-1]
			require.Equal(t, has, ok, "%s of %s", id, owner)
			if !has {
				continue
			}
			want, err := query.Show(sent[id], owner)
			require.NoError(t, err)
			if want.Subject == nil {
				want.Subject = []byte{}
			}
			require.Equal(t, want, m)
			require.NotEmpty(t, p.said(owner, m))
		}
	}
	m, _ := p.get(bob, first)
	require.Equal(t, []string{"Rent|It is due."}, p.said(bob, m))
	for _, id := range []string{"", "msg_\x00", "msg_01kkn6wx9dg000g00400000001", bob} {
		_, ok := p.get(ann, id)
		require.False(t, ok, id)
	}
	_, err := query.Show(p.bench.Events()[0], ann)
	require.ErrorContains(t, err, "event 1 is a user-registered")
}

func TestMailboxFilters(t *testing.T) {
	t.Parallel()
	p := openPost(t, 3)
	ann, bob, eve := personID(1), personID(2), personID(3)
	var at []time.Time
	send := func(from, to, body, inReplyTo string) string {
		p.now = p.now.Add(time.Minute)
		at = append(at, p.now.Add(time.Microsecond))
		return p.send(from, to, "", body, inReplyTo)
	}
	first := send(ann, bob, "1", "")
	second := send(bob, ann, "2", first)
	send(eve, ann, "3", "")
	note := send(ann, ann, "4", "")
	send(shop, ann, "5", "")
	sixth := send(messaging.Florin, ann, "6", "")
	send(ann, bob, "7", second)
	send(bob, eve, "not Ann's", "")
	p.read(ann, second)
	p.project(3)
	sixthMessage, _ := p.get(ann, sixth)
	for name, c := range map[string]struct {
		filter query.Filter
		want   []string
	}{
		"all":               {query.Filter{}, []string{"|7", "|6", "|5", "|4", "|3", "|2", "|1"}},
		"inbox":             {query.Filter{Box: query.Inbox}, []string{"|6", "|5", "|3", "|2"}},
		"sent":              {query.Filter{Box: query.Sent}, []string{"|7", "|1"}},
		"notes":             {query.Filter{Box: query.Notes}, []string{"|4"}},
		"unread":            {query.Filter{Unread: true}, []string{"|6", "|5", "|3"}},
		"unread, sent":      {query.Filter{Unread: true, Box: query.Sent}, nil},
		"with a person":     {query.Filter{With: bob}, []string{"|7", "|2", "|1"}},
		"with, inbox":       {query.Filter{With: bob, Box: query.Inbox}, []string{"|2"}},
		"with a service":    {query.Filter{With: shop}, []string{"|5"}},
		"with Florin":       {query.Filter{With: messaging.Florin}, []string{"|6"}},
		"with oneself":      {query.Filter{With: ann}, []string{"|4"}},
		"with nobody":       {query.Filter{With: personID(9)}, nil},
		"a thread":          {query.Filter{ThreadID: first}, []string{"|7", "|2", "|1"}},
		"a thread of one":   {query.Filter{ThreadID: note}, []string{"|4"}},
		"no thread's begin": {query.Filter{ThreadID: second}, nil},
		"no id":             {query.Filter{ThreadID: "msg_\x00"}, nil},
		"from":              {query.Filter{From: at[4]}, []string{"|7", "|6", "|5"}},
		"until":             {query.Filter{Until: at[2]}, []string{"|2", "|1"}},
		"between":           {query.Filter{From: at[1], Until: at[4], Box: query.Inbox}, []string{"|3", "|2"}},
		"up to":             {query.Filter{UpTo: sixthMessage.Position}, []string{"|6", "|5", "|4", "|3", "|2", "|1"}},
		"of somebody else":  {query.Filter{Owner: eve}, []string{"|not Ann's", "|3"}},
		"of a service":      {query.Filter{Owner: shop}, nil},
		"of nobody":         {query.Filter{Owner: personID(9)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := c.filter
			if f.Owner == "" {
				f.Owner = ann
			}
			for _, f.Limit = range []int{1, 2, 10} {
				require.Equal(t, c.want, p.list(t, f), "pages of %d", f.Limit)
			}
		})
	}
}

func TestReadMarksAndUnread(t *testing.T) {
	t.Parallel()
	p := openPost(t, 2)
	ann, bob := personID(1), personID(2)
	unread := func(owner string, want int) {
		t.Helper()
		p.project(10)
		count, capped, err := p.reads.Unread(t.Context(), owner)
		require.NoError(t, err)
		require.False(t, capped)
		require.Equal(t, want, count)
	}
	first, second := p.send(ann, bob, "", "1", ""), p.send(ann, bob, "", "2", "")
	p.send(bob, bob, "", "a note", "")
	unread(ann, 0)
	unread(bob, 2)
	e := p.read(bob, first)
	unread(bob, 1)
	for _, owner := range []string{ann, bob} {
		m, _ := p.get(owner, first)
		require.Equal(t, e.RecordedAt, m.ReadAt)
		require.Equal(t, e.Position, m.Version)
	}
	p.hide(bob, second)
	unread(bob, 0)

	_, err := p.pool.Exec(t.Context(), `INSERT INTO p_messages_1.mailbox SELECT $1, n, 'inbox', $2, n, true, '' FROM generate_series(1001, 2000) n`, bob, ann)
	require.NoError(t, err)
	unread(bob, 1000)
	_, err = p.pool.Exec(t.Context(), `INSERT INTO p_messages_1.mailbox VALUES ($1, 3000, 'inbox', $2, 3000, true, '')`, bob, ann)
	require.NoError(t, err)
	count, capped, err := p.reads.Unread(t.Context(), bob)
	require.NoError(t, err)
	require.Equal(t, 1000, count)
	require.True(t, capped)
}

func TestEditsAreKept(t *testing.T) {
	t.Parallel()
	p := openPost(t, 3)
	ann, bob := personID(1), personID(2)
	id := p.send(ann, bob, "Rent", "one", "")
	m, _ := p.get(ann, id)
	require.Zero(t, m.CreatedAt, "not projected yet")
	text := func(s string) *string { return &s }
	second := p.edit(ann, id, nil, text("two"))
	third := p.edit(ann, id, text(""), nil)
	p.project(10)
	for _, owner := range []string{ann, bob} {
		m, ok := p.get(owner, id)
		require.True(t, ok)
		require.Equal(t, []string{"|two"}, p.said(owner, m))
		require.Equal(t, 2, m.Edits)
		require.Equal(t, third.RecordedAt, m.EditedAt)
		require.Equal(t, third.Position, m.Version)
		history, err := p.reads.History(t.Context(), owner, id)
		require.NoError(t, err)
		require.Len(t, history, 2)
		var said []string
		for _, r := range history {
			said = append(said, p.said(owner, query.Message{Key: r.Key, Subject: r.Subject, Body: r.Body})...)
		}
		require.Equal(t, []string{"Rent|two", "Rent|one"}, said)
		require.Equal(t, m.CreatedAt, history[1].WrittenAt)
		require.Equal(t, second.RecordedAt, history[1].ReplacedAt)
		require.Equal(t, second.RecordedAt, history[0].WrittenAt)
		require.Equal(t, third.RecordedAt, history[0].ReplacedAt)
	}
	for _, c := range [][2]string{{personID(3), id}, {ann, "msg_\x00"}} {
		history, err := p.reads.History(t.Context(), c[0], c[1])
		require.NoError(t, err)
		require.Empty(t, history)
	}
}

// Who follows a mailbox sees each change once, in order, wherever they begin and however much they take at
// once.
func TestChangesOfAMailbox(t *testing.T) {
	t.Parallel()
	p := openPost(t, 3)
	ann, bob, eve := personID(1), personID(2), personID(3)
	text := "another"
	first := p.send(ann, bob, "", "first", "")
	note := p.send(ann, ann, "", "note", "")
	p.send(bob, eve, "", "not Ann's", "")
	p.edit(ann, first, nil, &text)
	p.read(bob, first)
	p.hide(bob, first)
	p.edit(ann, first, nil, &text) // Bob hears no more of it
	bill := p.send(shop, ann, "", "bill", "")
	p.hide(ann, note)
	p.project(2)
	changes := func(owner string, after int64, limit int) (out []string) {
		t.Helper()
		for {
			page, err := p.reads.Since(t.Context(), owner, after, limit)
			require.NoError(t, err)
			for _, c := range page {
				line := fmt.Sprint(c.Position, " ", c.Type, " ", c.MessageID)
				if c.Message != nil {
					require.Equal(t, c.MessageID, c.Message.ID)
					line += " " + p.said(owner, *c.Message)[0]
				}
				out, after = append(out, line), c.Position
			}
			if len(page) < limit {
				return out
			}
		}
	}
	wantAnn := []string{
		"4 sent " + first + " |another", "5 sent " + note, "7 edited " + first + " |another", "8 read " + first + " |another",
		"10 edited " + first + " |another", "11 received " + bill + " |bill", "12 deleted " + note,
	}
	wantBob := []string{"4 received " + first, "6 sent ", "7 edited " + first, "8 read " + first, "9 deleted " + first}
	for _, limit := range []int{1, 2, 100} {
		require.Equal(t, wantAnn, changes(ann, 0, limit))
		require.Equal(t, wantAnn[3:], changes(ann, 7, limit))
		require.Empty(t, changes(ann, 12, limit))
		got := changes(bob, 0, limit)
		got[1] = got[1][:len(wantBob[1])]
		require.Equal(t, wantBob, got)
	}
	page, err := p.reads.Since(t.Context(), ann, 0, 1)
	require.NoError(t, err)
	require.Equal(t, p.bench.Events()[3].RecordedAt, page[0].At)
}

// While the vault is away the projection of messages stands still, and it alone; then it goes on.
func TestProjectionWaitsForTheVault(t *testing.T) {
	t.Parallel()
	p := openPost(t, 2)
	ann, bob := personID(1), personID(2)
	p.project(10)
	p.send(ann, bob, "", "rent", "")
	events, err := p.store.Events(t.Context(), 0, p.head.Position-1, 10)
	require.NoError(t, err)
	away := errors.New("the vault is away")
	p.vault.Fail(away)
	for _, g := range p.gens {
		err := g.Apply(t.Context(), p.head.Position-1, events)
		if g.Name() == query.Messages {
			require.ErrorIs(t, err, away)
		} else {
			require.NoError(t, err, g.Name())
		}
	}
	p.vault.Fail(nil)
	require.Empty(t, p.list(t, query.Filter{Owner: bob, Limit: 10}))
	p.project(10)
	require.Equal(t, []string{"|rent"}, p.list(t, query.Filter{Owner: bob, Words: "rents", Limit: 10}))
}
