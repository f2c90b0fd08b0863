package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	netmail "net/mail"
	"strings"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"github.com/florinledger/florin/users/desk"
)

// sender is whom letters are from.
type sender struct{ address *netmail.Address }

// newSender reads an address such as "Florin <no-reply@example.com>".
func newSender(from string) (sender, error) {
	address, err := netmail.ParseAddress(from)
	if err != nil || strings.ContainsFunc(address.Name, unicode.IsControl) {
		return sender{}, fmt.Errorf("mail: sender: want an address such as \"Florin <no-reply@example.com>\", not %q", from)
	}
	return sender{address: address}, nil
}

// compose returns a letter as it is sent. Errors: desk.ErrUndeliverable, when it has no address, or a line
// too many in its head.
func (s sender) compose(m desk.Mail, encoding gomail.Encoding) (*gomail.Msg, error) {
	to, err := netmail.ParseAddress(m.To)
	if err != nil || to.Name != "" || to.Address != m.To {
		return nil, fmt.Errorf("mail: %w: the address is none", desk.ErrUndeliverable)
	}
	if strings.ContainsFunc(m.To, unicode.IsControl) || strings.ContainsFunc(m.Subject, unicode.IsControl) {
		return nil, fmt.Errorf("mail: %w: a control character in its head", desk.ErrUndeliverable)
	}
	msg := gomail.NewMsg(gomail.WithEncoding(encoding), gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(s.address)
	msg.ToMailAddress(to)
	msg.Subject(m.Subject)
	msg.SetDate()
	// The same letter has the same id however often it is sent, so that a mailbox can tell.
	_, domain, _ := strings.Cut(s.address.Address, "@")
	msg.SetMessageIDWithValue(letterID(m.Key) + "@" + domain)
	// No absence note is to answer it (RFC 3834).
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	return msg, nil
}

// letterID names a letter by its key.
func letterID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:idBytes])
}
