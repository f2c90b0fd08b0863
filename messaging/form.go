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
	f.sealed("/to_key", c.ToKey, seal.KeySize, true)
	switch c.Kind {
	case KindNote:
		if c.From != c.To {
			f.Addf("/to", "a note goes to who writes it")
		}
	case KindMessage:
		switch c.From {
		case c.To:
			f.Addf("/to", "what goes to who writes it is a note")
		case "", Florin:
			f.Addf("/from", "want who writes; what Florin says is a notice")
		}
	case KindNotice:
		if c.From != Florin {
			f.Addf("/from", "a notice comes from Florin")
		}
	default:
		f.Addf("/kind", "want message, note or notice")
	}
	f.fromKey(c)
	f.topic(c)
	return f.Errors()
}

// fromKey checks that who writes to somebody else can read it too. A note has one key, and who is no
// person has none.
func (f *form) fromKey(c SendMessage) {
	own := c.Kind == KindMessage && isPerson(c.From)
	f.sealed("/from_key", c.FromKey, seal.KeySize, own)
	if !own && len(c.FromKey) > 0 {
		f.Addf("/from_key", "only a person who writes to somebody else has a key of their own")
	}
}

// topic checks what a notice is about. People's messages say it in their texts.
func (f *form) topic(c SendMessage) {
	switch {
	case c.Kind == KindNotice:
		if c.Topic == "" {
			f.Addf("/topic", "want what the notice is about")
		}
		f.Text("/topic", c.Topic, maxTopic)
		f.Text("/about", c.About, maxAbout)
	case c.Topic+c.About != "":
		f.Addf("/topic", "only a notice has a topic")
	}
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
