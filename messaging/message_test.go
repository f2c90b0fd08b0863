package messaging_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

func TestSend(t *testing.T) {
	t.Parallel()
	for _, cold := range []bool{false, true} {
		b := open(t, cold)
		for name, c := range map[string]messaging.SendMessage{
			"to another":   letter(b.ann, b.bob),
			"to oneself":   letter(b.ann, b.ann),
			"of a service": letter(shop, b.ann),
			"of Florin":    notice(b.ann),
		} {
			events := b.Do(messaging.CommandSendMessage, c)
			require.Len(t, events, 1, name)
			e := events[0]
			id := e.ID().Format("msg")
			assert.Equal(t, messaging.Sent{
				MessageID: id, From: c.From, To: c.To, Kind: c.Kind, ThreadID: id, Subject: c.Subject, Body: c.Body,
				FromKey: c.FromKey, ToKey: c.ToKey, Topic: c.Topic, About: c.About,
			}, e.Body, name)
			assert.Equal(t, "message/"+id, e.Stream, name)
			assert.Empty(t, e.Ledger, name)
			read := ""
			if c.Kind == messaging.KindNote {
				read = `"read":true,`
			}
			assert.JSONEq(t, fmt.Sprintf(`{"from":%q,"to":%q,"thread":%q,%s"version":%d}`, c.From, c.To, id, read, e.Position),
				b.State()["message/"+id], name)
		}
		assert.Equal(t, b.State(), b.Replay(cores()...).State())
	}
}

func TestWhoCanBeWrittenTo(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	b.erase(b.eve)
	for name, to := range map[string]string{
		"nobody": person(9), "somebody erased": b.eve, "no id": "ann", "a service": shop, "Florin": messaging.Florin, "U+0000": "usr_\x00", "empty": "",
	} {
		t.Run(name, func(*testing.T) {
			b.refused(messaging.CommandSendMessage, letter(b.ann, to), messaging.ErrRecipientNotFound, "/to")
		})
	}
	// A token lives on for a moment after its owner.
	b.refused(messaging.CommandSendMessage, letter(b.eve, b.ann), users.ErrUserNotFound, "")
	b.refused(messaging.CommandSendMessage, letter(b.eve, b.eve), users.ErrUserNotFound, "")
	b.refused(messaging.CommandSendMessage, letter(person(9), b.ann), users.ErrUserNotFound, "")
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	first := b.send(letter(b.ann, b.bob))
	thread := func(id string) string { return b.State()["message/"+id] }

	back := b.send(answer(letter(b.bob, b.ann), first))
	again := b.send(answer(letter(b.ann, b.bob), first))
	third := b.send(answer(letter(b.ann, b.bob), back))
	for _, id := range []string{back, again, third} {
		assert.Contains(t, thread(id), fmt.Sprintf("%q:%q", "thread", first))
	}
	note := b.send(letter(b.ann, b.ann))
	assert.Contains(t, thread(b.send(answer(letter(b.ann, b.ann), note))), note)
	sold := b.send(letter(shop, b.ann))
	assert.Contains(t, thread(b.send(answer(letter(shop, b.ann), sold))), sold, "a service goes on with what it said")
	told := b.send(notice(b.ann))
	assert.Contains(t, thread(b.send(answer(notice(b.ann), told))), told)

	hidden := b.send(letter(b.ann, b.bob))
	b.delete(b.ann, hidden)
	b.send(answer(letter(b.bob, b.ann), hidden)) // who has it still answers it
	b.delete(b.bob, hidden)
	for name, c := range map[string]struct {
		command messaging.SendMessage
		want    *journal.Refusal
		pointer string
	}{
		"to somebody else":           {answer(letter(b.ann, b.eve), first), messaging.ErrThreadParties, "/to"},
		"by somebody else":           {answer(letter(b.eve, b.ann), first), messaging.ErrMessageNotFound, "/in_reply_to"},
		"to oneself":                 {answer(letter(b.ann, b.ann), first), messaging.ErrThreadParties, "/to"},
		"to oneself, by who got it":  {answer(letter(b.bob, b.bob), first), messaging.ErrThreadParties, "/to"},
		"a note, to somebody":        {answer(letter(b.ann, b.bob), note), messaging.ErrThreadParties, "/to"},
		"of a service, to oneself":   {answer(letter(b.ann, b.ann), sold), messaging.ErrThreadParties, "/to"},
		"a note to a notice":         {answer(letter(b.ann, b.ann), told), messaging.ErrThreadParties, "/to"},
		"to a service":               {answer(letter(b.ann, shop), sold), messaging.ErrRecipientNotFound, "/to"},
		"to Florin":                  {answer(letter(b.ann, messaging.Florin), told), messaging.ErrRecipientNotFound, "/to"},
		"a service to another's":     {answer(letter(shop, b.bob), first), messaging.ErrMessageNotFound, "/in_reply_to"},
		"what oneself deleted":       {answer(letter(b.ann, b.bob), hidden), messaging.ErrMessageNotFound, "/in_reply_to"},
		"what both deleted":          {answer(letter(b.bob, b.ann), hidden), messaging.ErrMessageNotFound, "/in_reply_to"},
		"what is not there":          {answer(letter(b.ann, b.bob), "msg_01kkn6wx9dg000g00400000001"), messaging.ErrMessageNotFound, "/in_reply_to"},
		"what is no message's id":    {answer(letter(b.ann, b.bob), "\x00"), messaging.ErrMessageNotFound, "/in_reply_to"},
		"what is another thing's id": {answer(letter(b.ann, b.bob), b.ann), messaging.ErrMessageNotFound, "/in_reply_to"},
	} {
		t.Run(name, func(*testing.T) { b.refused(messaging.CommandSendMessage, c.command, c.want, c.pointer) })
	}
	// The thread goes on although both deleted a part of it.
	b.send(answer(letter(b.ann, b.bob), third))
}

func TestForms(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	long := func(n int) seal.Text { return bytes.Repeat([]byte{'x'}, n) }
	from := func(from string, c messaging.SendMessage) messaging.SendMessage { c.From = from; return c }
	for name, c := range map[string]struct {
		command string
		body    interface{ Validate() []ledger.FieldError }
		pointer string
	}{
		"no body":               {messaging.CommandSendMessage, with(letter(b.ann, b.bob), func(c *messaging.SendMessage) { c.Body = nil }), "/body"},
		"a long body":           {messaging.CommandSendMessage, with(letter(b.ann, b.bob), func(c *messaging.SendMessage) { c.Body = long(64<<10 + 65) }), "/body"},
		"a long subject":        {messaging.CommandSendMessage, with(letter(b.ann, b.bob), func(c *messaging.SendMessage) { c.Subject = long(512 + 65) }), "/subject"},
		"no key":                {messaging.CommandSendMessage, with(letter(b.ann, b.bob), func(c *messaging.SendMessage) { c.ToKey = nil }), "/to_key"},
		"a long key":            {messaging.CommandSendMessage, with(letter(b.ann, b.bob), func(c *messaging.SendMessage) { c.ToKey = long(97) }), "/to_key"},
		"no key of one's own":   {messaging.CommandSendMessage, with(letter(b.ann, b.bob), func(c *messaging.SendMessage) { c.FromKey = nil }), "/from_key"},
		"two keys of a note":    {messaging.CommandSendMessage, with(letter(b.ann, b.ann), func(c *messaging.SendMessage) { c.FromKey = long(60) }), "/from_key"},
		"a key of a service":    {messaging.CommandSendMessage, with(letter(shop, b.ann), func(c *messaging.SendMessage) { c.FromKey = long(60) }), "/from_key"},
		"a key of Florin":       {messaging.CommandSendMessage, with(notice(b.ann), func(c *messaging.SendMessage) { c.FromKey = long(60) }), "/from_key"},
		"no kind":               {messaging.CommandSendMessage, with(notice(b.ann), func(c *messaging.SendMessage) { c.Kind, c.Topic, c.About = "", "", "" }), "/kind"},
		"a note to another":     {messaging.CommandSendMessage, with(letter(b.ann, b.ann), func(c *messaging.SendMessage) { c.To = b.bob }), "/to"},
		"a message to oneself":  {messaging.CommandSendMessage, with(letter(b.ann, b.bob), func(c *messaging.SendMessage) { c.To = b.ann }), "/to"},
		"a message of Florin":   {messaging.CommandSendMessage, from(messaging.Florin, letter(shop, b.ann)), "/from"},
		"a message of nobody":   {messaging.CommandSendMessage, from("", letter(shop, b.ann)), "/from"},
		"a notice of a service": {messaging.CommandSendMessage, from(shop, notice(b.ann)), "/from"},
		"a notice of a person":  {messaging.CommandSendMessage, from(b.bob, notice(b.ann)), "/from"},
		"a notice of nothing":   {messaging.CommandSendMessage, with(notice(b.ann), func(c *messaging.SendMessage) { c.Topic = "" }), "/topic"},
		"U+0000":                {messaging.CommandSendMessage, with(notice(b.ann), func(c *messaging.SendMessage) { c.About = "\x00" }), "/about"},
		"a long topic":          {messaging.CommandSendMessage, with(notice(b.ann), func(c *messaging.SendMessage) { c.Topic = string(long(65)) }), "/topic"},
		"a topic of a person":   {messaging.CommandSendMessage, with(letter(b.ann, b.bob), func(c *messaging.SendMessage) { c.Topic = "rent" }), "/topic"},
		"about of a person":     {messaging.CommandSendMessage, with(letter(b.ann, b.bob), func(c *messaging.SendMessage) { c.About = "rent" }), "/topic"},
		"nothing to change":     {messaging.CommandEditMessage, messaging.EditMessage{By: b.ann, MessageID: "msg_x"}, ""},
		"a change too long":     {messaging.CommandEditMessage, messaging.EditMessage{By: b.ann, MessageID: "msg_x", Body: long(64<<10 + 65)}, "/body"},
		"a subject too long":    {messaging.CommandEditMessage, messaging.EditMessage{By: b.ann, MessageID: "msg_x", Subject: long(577)}, "/subject"},
	} {
		t.Run(name, func(t *testing.T) {
			errs := c.body.Validate()
			require.Len(t, errs, 1)
			assert.Equal(t, c.pointer, errs[0].Pointer)
			// The decider does not rely on the edge.
			b.refused(c.command, c.body, ledger.ErrInvalidField, c.pointer)
		})
	}
	longest := with(letter(b.ann, b.bob), func(c *messaging.SendMessage) { c.Subject, c.Body = long(512+64), long(64<<10+64) })
	for _, c := range []messaging.SendMessage{longest, letter(b.ann, b.ann), letter(shop, b.ann), notice(b.ann)} {
		assert.Empty(t, c.Validate())
	}
}

func with[C any](c C, change func(*C)) C {
	change(&c)
	return c
}

func TestEdit(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	id := b.send(letter(b.ann, b.bob))
	sent := int64(len(b.Events()))
	change := messaging.EditMessage{By: b.ann, MessageID: id, Version: sent, Subject: seal.Text("s"), Body: seal.Text("b")}
	e := b.Do(messaging.CommandEditMessage, change)[0]
	assert.Equal(t, messaging.Edited{MessageID: id, From: b.ann, To: b.bob, Subject: seal.Text("s"), Body: seal.Text("b")}, e.Body)
	assert.Equal(t, "message/"+id, e.Stream)

	b.refused(messaging.CommandEditMessage, change, ledger.ErrVersionMismatch, "")
	stale := b.When(messaging.CommandEditMessage, change).Refusal
	assert.JSONEq(t, fmt.Sprintf(`{"version":%d}`, e.Position), string(stale.Members))
	b.refused(messaging.CommandEditMessage, edit(b.bob, id), messaging.ErrNotAuthor, "")
	b.refused(messaging.CommandEditMessage, edit(b.eve, id), messaging.ErrMessageNotFound, "")
	b.refused(messaging.CommandEditMessage, edit(b.ann, "\x00"), messaging.ErrMessageNotFound, "")
	b.refused(messaging.CommandEditMessage, edit(b.ann, b.send(notice(b.ann))), messaging.ErrNotAuthor, "")

	// What one side deletes is nobody else's loss; what its author deletes is not changed any more.
	b.delete(b.bob, id)
	require.Len(t, b.Do(messaging.CommandEditMessage, edit(b.ann, id)), 1)
	b.refused(messaging.CommandEditMessage, edit(b.bob, id), messaging.ErrMessageNotFound, "")
	b.delete(b.ann, id)
	b.refused(messaging.CommandEditMessage, edit(b.ann, id), messaging.ErrMessageNotFound, "")

	kept := b.send(letter(b.ann, b.bob))
	b.erase(b.ann)
	b.refused(messaging.CommandEditMessage, edit(b.ann, kept), messaging.ErrMessageNotFound, "")
}

func TestDelete(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	id := b.send(letter(b.ann, b.bob))
	remove := func(by, id string) messaging.DeleteMessage { return messaging.DeleteMessage{By: by, MessageID: id} }
	b.refused(messaging.CommandDeleteMessage, remove(b.eve, id), messaging.ErrMessageNotFound, "")
	b.refused(messaging.CommandDeleteMessage, remove(b.ann, "msg_\x00"), messaging.ErrMessageNotFound, "")

	for _, by := range []string{b.ann, b.bob} {
		events := b.delete(by, id)
		require.Len(t, events, 1)
		assert.Equal(t, messaging.Deleted{MessageID: id, By: by}, events[0].Body)
		assert.Empty(t, b.delete(by, id), "it is hidden already")
	}
	note := b.send(letter(b.ann, b.ann))
	require.Len(t, b.delete(b.ann, note), 1)
	assert.Contains(t, b.State()["message/"+note], `"from_gone":true,"to_gone":true`)

	kept := b.send(letter(b.ann, b.bob))
	b.erase(b.bob)
	b.refused(messaging.CommandDeleteMessage, remove(b.bob, kept), messaging.ErrMessageNotFound, "")
	require.Len(t, b.delete(b.ann, kept), 1)
}

func TestRead(t *testing.T) {
	t.Parallel()
	b := open(t, false)
	id := b.send(letter(b.ann, b.bob))
	mark := func(by, id string) messaging.ReadMessage { return messaging.ReadMessage{By: by, MessageID: id} }
	b.refused(messaging.CommandReadMessage, mark(b.ann, id), messaging.ErrNotRecipient, "")
	b.refused(messaging.CommandReadMessage, mark(b.eve, id), messaging.ErrMessageNotFound, "")
	b.refused(messaging.CommandReadMessage, mark(b.bob, ""), messaging.ErrMessageNotFound, "")

	events := b.read(b.bob, id)
	require.Len(t, events, 1)
	assert.Equal(t, messaging.Read{MessageID: id, From: b.ann, To: b.bob}, events[0].Body)
	assert.Empty(t, b.read(b.bob, id))
	// Both sides see the mark, so it moves the version.
	b.refused(messaging.CommandEditMessage, with(edit(b.ann, id), func(c *messaging.EditMessage) { c.Version = events[0].Position - 1 }),
		ledger.ErrVersionMismatch, "")

	assert.Empty(t, b.read(b.ann, b.send(letter(b.ann, b.ann))), "a note was read by who wrote it")
	require.Len(t, b.read(b.ann, b.send(notice(b.ann))), 1)
	require.Len(t, b.read(b.ann, b.send(letter(shop, b.ann))), 1)

	unread := b.send(letter(b.ann, b.bob))
	b.delete(b.bob, unread)
	b.refused(messaging.CommandReadMessage, mark(b.bob, unread), messaging.ErrMessageNotFound, "")
	gone := b.send(letter(b.ann, b.bob))
	b.erase(b.bob)
	b.refused(messaging.CommandReadMessage, mark(b.bob, gone), messaging.ErrMessageNotFound, "")
}
