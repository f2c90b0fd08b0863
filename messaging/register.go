package messaging

import (
	"fmt"

	"github.com/florinledger/florin/ledger/journal"
)

// Register tells r what this package decides, evolves, records and refuses. It needs the registration of
// users beside it.
func Register(r *journal.Registry) {
	journal.Decides(r, CommandSendMessage, decideSendMessage)
	journal.Decides(r, CommandEditMessage, decideEditMessage)
	journal.Decides(r, CommandDeleteMessage, decideDeleteMessage)
	journal.Decides(r, CommandReadMessage, decideReadMessage)

	journal.Records[Sent](r, TypeSent, 1, nil)
	journal.Records[Edited](r, TypeEdited, 1, nil)
	journal.Records[Deleted](r, TypeDeleted, 1, nil)
	journal.Records[Read](r, TypeRead, 1, nil)

	journal.Holds(r, Messages())

	r.Evolves(evolve)
	r.Refuses(refusals()...)
}

// IsType reports whether an event is one of this package.
func IsType(eventType string) bool {
	switch eventType {
	case TypeSent, TypeEdited, TypeDeleted, TypeRead:
		return true
	}
	return false
}

// evolve keeps what the writer must know of messages.
func evolve(s *journal.Scope, e *journal.Event) {
	if !IsType(e.Type) {
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("messaging: evolve: %v", err))
	}
	switch body := e.Body.(type) {
	case Sent:
		Messages().Put(s, body.MessageID, State{
			From: body.From, To: body.To, Thread: body.ThreadID, Version: e.Position, Read: body.Kind == KindNote,
		})
	case Edited:
		change(s, body.MessageID, func(m *State) { m.Version = e.Position })
	case Deleted:
		change(s, body.MessageID, func(m *State) {
			m.FromGone = m.FromGone || m.From == body.By
			m.ToGone = m.ToGone || m.To == body.By
		})
	case Read:
		change(s, body.MessageID, func(m *State) { m.Read, m.Version = true, e.Position })
	}
}

// change puts a changed copy of a message's state.
func change(s *journal.Scope, messageID string, f func(*State)) {
	m, _ := Messages().Get(s, messageID)
	f(&m)
	Messages().Put(s, messageID, m)
}
