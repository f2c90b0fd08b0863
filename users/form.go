package users

import (
	"encoding/hex"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/seal"
)

// CheckEmail reports what is wrong with the form of an email address: it is one address without a name,
// of MaxEmail bytes at most, with a domain. Whether mail arrives is for a confirmation to show.
func CheckEmail(email string) string {
	parsed, err := mail.ParseAddress(email)
	switch {
	case len(email) > MaxEmail:
		return "an email address has at most 254 bytes"
	case err != nil || parsed.Name != "" || parsed.Address != email || strings.ContainsAny(email, "\"\\[ \r\n"):
		return "want an email address, such as ann@example.com"
	}
	return ""
}

// FoldEmail returns the form in which addresses are compared: lower case.
func FoldEmail(email string) string { return strings.ToLower(email) }

// CheckPassword reports what is wrong with a new password.
func CheckPassword(password string) string {
	switch {
	case utf8.RuneCountInString(password) < MinPassword:
		return "a password has at least 8 characters"
	case len(password) > MaxPassword:
		return "a password has at most 256 bytes"
	case strings.ContainsRune(password, 0):
		return "a password has no NUL"
	}
	return ""
}

// form is the ledger's, with what people and keys are made of. The commands come from the edge, which
// has checked what was in them before it was sealed; what is checked here is what the edge made.
type form struct{ ledger.Form }

func (f *form) sealed(pointer string, text seal.Text, required bool) {
	switch {
	case len(text) > maxSealed:
		f.Addf(pointer, "a sealed text has at most %d bytes", maxSealed)
	case required && len(text) == 0:
		f.Addf(pointer, "want a sealed text")
	}
}

func (f *form) userID(pointer, id string) {
	if _, err := journal.ParseID(userPrefix, id); err != nil {
		f.Addf(pointer, "want a user's id, usr_ and 26 characters")
	}
}

func (f *form) token(pointer, token string) {
	if token == "" || len(token) > maxToken || strings.ContainsFunc(token, notPrintable) {
		f.Addf(pointer, "want the token of an address")
	}
}

// notPrintable reports whether a character is none of printable ASCII, which tokens are made of.
func notPrintable(r rune) bool { return r <= ' ' || r > '~' }

func (f *form) roles(pointer string, roles []string) {
	if len(roles) == 0 {
		f.Addf(pointer, "want at least one of %s", strings.Join(AllRoles(), ", "))
	}
	for _, role := range roles {
		if !slices.Contains(AllRoles(), role) {
			f.Addf(pointer, "there is no such role; want some of %s", strings.Join(AllRoles(), ", "))
		}
	}
}

// Validate reports what is wrong with the form of c.
func (c RegisterUser) Validate() []ledger.FieldError {
	var f form
	f.userID("/user_id", c.UserID)
	f.token("/email_token", c.EmailToken)
	f.sealed("/email", c.Email, true)
	f.sealed("/display_name", c.Name, false)
	f.sealed("/credential", c.Credential, true)
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c ChangeUser) Validate() []ledger.FieldError {
	var f form
	f.sealed("/display_name", c.Name, false)
	f.sealed("/credential", c.Credential, false)
	if c.EmailToken != "" || len(c.Email) > 0 {
		f.token("/email_token", c.EmailToken)
		f.sealed("/email", c.Email, true)
	}
	if c.NoName && len(c.Name) > 0 {
		f.Addf("/display_name", "want a name or none, not both")
	}
	if c.Roles != nil {
		f.roles("/roles", c.Roles)
	}
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c ResetPassword) Validate() []ledger.FieldError {
	var f form
	f.sealed("/credential", c.Credential, true)
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c Rehash) Validate() []ledger.FieldError {
	var f form
	f.sealed("/credential", c.Credential, true)
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c CreateAPIKey) Validate() []ledger.FieldError {
	var f form
	if strings.TrimSpace(c.Name) == "" {
		f.Addf("/name", "want the name of the service")
	}
	f.Text("/name", c.Name, MaxName)
	f.roles("/roles", c.Roles)
	if _, err := hex.DecodeString(c.Digest); err != nil || len(c.Digest) != digestLength || strings.ToLower(c.Digest) != c.Digest {
		f.Addf("/digest", "want a SHA-256 in hexadecimal digits, in lower case")
	}
	return f.Errors()
}
