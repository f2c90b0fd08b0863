package desk

import (
	_ "embed"
	"strings"
	"unicode"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/users"
)

// commonPasswords are those that are tried first, a line each, in lower case.
//
//go:embed common_passwords.txt
var commonPasswords string

// paper is a form that somebody has filled in. What is wrong with it never repeats what was written.
type paper struct{ ledger.Form }

func (p *paper) err() error {
	if errs := p.Errors(); len(errs) > 0 {
		return FormError(errs)
	}
	return nil
}

func (p *paper) email(pointer, email string) {
	if wrong := users.CheckEmail(email); wrong != "" {
		p.Addf(pointer, "%s", wrong)
		return
	}
	p.Text(pointer, email, users.MaxEmail)
}

// password checks a new password: its length, and that it is not among the first that anybody would try.
// Nothing is asked about its letters and digits (NIST SP 800-63B, section 5.1.1.2).
func (p *paper) password(pointer, password, email string) {
	folded := strings.ToLower(password)
	if wrong := users.CheckPassword(password); wrong != "" {
		p.Addf(pointer, "%s", wrong)
		return
	}
	switch {
	case folded == users.FoldEmail(email):
		p.Addf(pointer, "the password is the email address")
	case isCommon(folded):
		p.Addf(pointer, "the password is one of the first that are tried: choose another one")
	default:
		p.Text(pointer, password, users.MaxPassword)
	}
}

func isCommon(folded string) bool {
	for line := range strings.Lines(commonPasswords) {
		if strings.TrimSpace(line) == folded {
			return true
		}
	}
	return false
}

func (p *paper) name(pointer, name string) {
	switch {
	case strings.ContainsFunc(name, unicode.IsControl):
		p.Addf(pointer, "a display name is one line without control characters")
	case name != strings.TrimSpace(name):
		p.Addf(pointer, "a display name neither begins nor ends with a space")
	default:
		p.Text(pointer, name, users.MaxName)
	}
}
