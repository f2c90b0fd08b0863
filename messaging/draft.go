package messaging

import (
	"strings"

	"github.com/florinledger/florin/ledger"
)

// CheckDraft reports what is wrong with the form of what somebody wants to send, before it is sealed. A
// subject may be empty, a body has more in it than white space. Pointers are "/subject" and "/body".
func CheckDraft(subject, body string) []ledger.FieldError { return CheckChange(&subject, &body) }

// CheckChange does so for a change of a message, of which nil stays what it is.
func CheckChange(subject, body *string) []ledger.FieldError {
	var f form
	if subject == nil && body == nil {
		f.Addf("", "want a subject or a body to change")
	}
	if subject != nil {
		f.Text("/subject", *subject, MaxSubject)
	}
	if body != nil {
		if strings.TrimSpace(*body) == "" {
			f.Addf("/body", "want a text that says something")
		}
		f.Text("/body", *body, MaxBody)
	}
	return f.Errors()
}
