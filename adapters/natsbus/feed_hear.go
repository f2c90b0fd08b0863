package natsbus

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users"
)

// about is whom an event is about: what the events of people, keys and messages have in common.
type about struct {
	UserID string `json:"user_id"`
	Digest string `json:"digest"`
	From   string `json:"from"`
	To     string `json:"to"`
	By     string `json:"by"`
}

// event tells of a message of EVENTS.
func (f *Feed) event(m jetstream.Msg) error {
	p, err := placeOf(m.Headers())
	if err != nil {
		return err
	}
	e, err := journal.ParseEvent(m.Data())
	if err != nil {
		return fmt.Errorf("natsbus: published event %s: %w", p, err)
	}
	isMessage := messaging.IsType(e.Type)
	if !isMessage && !users.IsType(e.Type) {
		return nil
	}
	var whom about
	if err := json.Unmarshal(e.Data, &whom); err != nil {
		return fmt.Errorf("natsbus: published event %s: %w", p, err)
	}
	if whom.From == "" {
		whom.From, whom.To = whom.By, whom.By
	}
	for _, l := range f.listeners {
		switch {
		case isMessage && l.OnMessage != nil:
			l.OnMessage(whom.From, whom.To, e.Position)
		case whom.UserID != "" && l.OnUser != nil:
			l.OnUser(whom.UserID, e.Type, e.Position)
		case whom.Digest != "" && l.OnAPIKey != nil:
			l.OnAPIKey(whom.Digest)
		}
	}
	return nil
}

// ended tells of a message of SESSIONS. A beat tells nothing: that it came is enough.
func (f *Feed) ended(m jetstream.Msg) error {
	id, ok := strings.CutPrefix(m.Subject(), endedSubject)
	for _, l := range f.listeners {
		if ok && l.OnSessionEnded != nil {
			l.OnSessionEnded(id)
		}
	}
	return nil
}

func (f *Feed) gap() {
	for _, l := range f.listeners {
		if l.OnGap != nil {
			l.OnGap()
		}
	}
}
