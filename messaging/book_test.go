package messaging_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

const shop = "service:shop"

// person is the id of somebody whom a number stands for.
func person(n byte) string { return journal.FormatID("usr", [16]byte{6: 0x70, 8: 0x80, 15: n}) }

// book is a journal with people who write to each other.
type book struct {
	*decidetest.Book
	t             testing.TB
	ann, bob, eve string
}

func cores() []func(*journal.Registry) {
	return []func(*journal.Registry){ledger.Register, users.Register, messaging.Register}
}

func open(t testing.TB, cold bool) *book {
	t.Helper()
	b := &book{decidetest.Open(t, cold, cores()...), t, person(1), person(2), person(3)}
	for _, id := range []string{b.ann, b.bob, b.eve} {
		b.Do(users.CommandRegister, users.RegisterUser{
			UserID: id, EmailToken: strings.TrimPrefix(id, "usr_"), Email: seal.Text("sealed"), Credential: seal.Text("sealed"),
		})
	}
	return b
}

// letter is a message from somebody to somebody else, or a note. What is in it matters to nobody here.
func letter(from, to string) messaging.SendMessage {
	c := messaging.SendMessage{
		From: from, To: to, Kind: messaging.KindMessage,
		Subject: seal.Text("subject"), Body: seal.Text("body"), ToKey: seal.Text("key for " + to),
	}
	switch from {
	case to:
		c.Kind = messaging.KindNote
	case shop:
	default:
		c.FromKey = seal.Text("key for " + from)
	}
	return c
}

func notice(to string) messaging.SendMessage {
	return messaging.SendMessage{
		From: messaging.Florin, To: to, Kind: messaging.KindNotice, Body: seal.Text("body"), ToKey: seal.Text("key"),
		Topic: "top-up-received", About: "pay_1",
	}
}

// send sends a message that has to go, and returns its id.
func (b *book) send(c messaging.SendMessage) string {
	b.t.Helper()
	return b.Do(messaging.CommandSendMessage, c)[0].Body.(messaging.Sent).MessageID
}

func (b *book) delete(by, id string) []*journal.Event {
	b.t.Helper()
	return b.Do(messaging.CommandDeleteMessage, messaging.DeleteMessage{By: by, MessageID: id})
}

func (b *book) read(by, id string) []*journal.Event {
	b.t.Helper()
	return b.Do(messaging.CommandReadMessage, messaging.ReadMessage{By: by, MessageID: id})
}

func (b *book) erase(id string) {
	b.t.Helper()
	b.Do(users.CommandEraseUser, users.EraseUser{UserID: id})
}

func edit(by, id string) messaging.EditMessage {
	return messaging.EditMessage{By: by, MessageID: id, Body: seal.Text("another body")}
}

func answer(c messaging.SendMessage, id string) messaging.SendMessage {
	c.InReplyTo = id
	return c
}

// refused asserts that a command was refused with a code, at a pointer, and that nothing was written.
func (b *book) refused(commandType string, body any, want *journal.Refusal, pointer string) {
	b.t.Helper()
	before := len(b.Events())
	a := b.When(commandType, body)
	require.NotNilf(b.t, a.Refusal, "want %s", want.Code)
	require.Equal(b.t, want.Code, a.Refusal.Code, a.Refusal.Detail)
	assert.Equal(b.t, pointer, a.Refusal.Pointer)
	assert.Len(b.t, b.Events(), before)
}
