package messaging

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/users/seal"
)

// form is the ledger's, with what messages are made of. Texts come sealed: the edge has checked what they
// say, and what is checked here is what the edge made.
type form struct{ ledger.Form }

func (f *form) sealed(pointer string, text seal.Text, limit int, required bool) {
	switch {
	case len(text) > limit+sealing:
		f.Addf(pointer, "want at most %d bytes", limit)
	case required && len(text) == 0:
		f.Addf(pointer, "want a sealed text")
	}
}

// Validate reports what is wrong with the form of c.
func (c SendMessage) Validate() []ledger.FieldError {
	var f form
	f.sealed("/subject", c.Subject, MaxSubject, false)
	f.sealed("/body", c.Body, MaxBody, true)
	f.sealed("/from_key", c.FromKey, maxKey, false)
	f.sealed("/to_key", c.ToKey, maxKey, true)
	f.Text("/topic", c.Topic, maxTopic)
	f.Text("/about", c.About, maxAbout)
	switch c.Kind {
	case KindNote:
		if c.From != c.To {
			f.Addf("/to", "a note goes to who writes it")
		}
	case KindMessage, KindNotice:
		if c.From == c.To {
			f.Addf("/to", "what goes to who writes it is a note")
		}
	default:
		f.Addf("/kind", "want message, note or notice")
	}
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c EditMessage) Validate() []ledger.FieldError {
	var f form
	f.sealed("/subject", c.Subject, MaxSubject, false)
	f.sealed("/body", c.Body, MaxBody, false)
	if len(c.Subject)+len(c.Body) == 0 {
		f.Addf("", "want a subject or a body to change")
	}
	return f.Errors()
}
