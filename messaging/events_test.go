package messaging_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users/seal"
)

// Every version of every event that was ever written decodes into what it meant, for ever. The
// files are frozen: a new shape is a new version with a file of its own.
func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	const one, two = "msg_01kkn6wx9dg000g00400000001", "msg_01kkn6wx9dg000g00400000002"
	want := map[string]any{
		"message-sent.v1": messaging.Sent{
			MessageID: two, From: person(1), To: person(2), Kind: messaging.KindMessage, ThreadID: one, InReplyTo: one,
			Subject: seal.Text("a sealed subject"), Body: seal.Text("a sealed body"), FromKey: seal.Text("a key"), ToKey: seal.Text("another"),
			Topic: "top-up-received", About: "pay_1",
		},
		"message-edited.v1": messaging.Edited{
			MessageID: two, From: person(1), To: person(2), Subject: seal.Text("a sealed subject"), Body: seal.Text("a sealed body"),
		},
		"message-deleted.v1": messaging.Deleted{MessageID: two, By: person(2)},
		"message-read.v1":    messaging.Read{MessageID: two, From: person(1), To: person(2)},
	}
	for _, name := range decidetest.Frozen(t, messaging.Register, want) {
		assert.True(t, messaging.IsType(name), name)
	}
	assert.False(t, messaging.IsType("user-registered"))
}
