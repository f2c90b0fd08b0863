package main

import (
	"github.com/florinledger/florin/adapters/httpapi"
	"github.com/florinledger/florin/adapters/natsbus"
)

// wakes makes the streams of messages look when something is heard.
func wakes(m *httpapi.Mailboxes) natsbus.Listener {
	return natsbus.Listener{
		OnMessage: func(from, to string, _ int64) { m.Wake(from, to) },
		OnUser:    func(userID, _ string, _ int64) { m.Wake(userID) },
		OnGap:     m.WakeAll,
	}
}
