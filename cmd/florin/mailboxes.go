package main

import (
	"github.com/florinledger/florin/adapters/httpapi/messages"
	"github.com/florinledger/florin/adapters/natsbus"
)

// wakes makes the streams of messages look when something is heard. What remembers sessions listens first, so
// that a stream which asks whether it may go on is told what has just changed.
func wakes(m *messages.Mailboxes) natsbus.Listener {
	return natsbus.Listener{
		OnMessage: func(from, to string, position int64) { m.Wake(position, from, to) },
		OnUser:    func(userID, _ string, position int64) { m.Wake(position, userID) },
		OnGap:     m.WakeAll,
	}
}
