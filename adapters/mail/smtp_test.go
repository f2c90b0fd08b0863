package mail

import (
	"context"
	"errors"
	"io"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"syscall"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/users/desk"
)

const from = "Florin <no-reply@florin.example>"

func aLetter() desk.Mail {
	return desk.Mail{
		To: "ann@example.com", Subject: "Confirm your email address", Key: "mail/evt_1/0",
		Text: "Grüße.\n\n  " + strings.Repeat("token", 40) + "\n\n.\nThe end.\n",
	}
}

// read returns the head and the text of a letter as a mailbox shows it.
func read(t *testing.T, data string) (netmail.Header, string) {
	t.Helper()
	parsed, err := netmail.ReadMessage(strings.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, "quoted-printable", parsed.Header.Get("Content-Transfer-Encoding"))
	text, err := io.ReadAll(quotedprintable.NewReader(parsed.Body))
	require.NoError(t, err)
	return parsed.Header, strings.ReplaceAll(string(text), "\r\n", "\n")
}

func TestSMTPSends(t *testing.T) {
	t.Parallel()
	ofServer, ofClient := certificate(t)
	for _, c := range []struct {
		name      string
		encrypted bool
		implicit  bool
		cfg       SMTPConfig
	}{
		{name: "starttls", encrypted: true, cfg: SMTPConfig{TLS: ofClient}},
		{name: "starttls, signed in", encrypted: true, cfg: SMTPConfig{TLS: ofClient, User: "florin", Password: "s3cret"}},
		{name: "tls, signed in", encrypted: true, implicit: true, cfg: SMTPConfig{Encryption: ImplicitTLS, TLS: ofClient, User: "florin", Password: "s3cret"}},
		{name: "none", cfg: SMTPConfig{Encryption: NoEncryption}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &server{user: c.cfg.User, password: c.cfg.Password}
			if c.encrypted {
				s.start(t, ofServer, c.implicit)
			} else {
				s.start(t, nil, false)
			}
			mailer, err := NewSMTP(s.address, from, c.cfg)
			require.NoError(t, err)
			require.NoError(t, mailer.Send(t.Context(), aLetter()))

			require.Len(t, s.letters(), 1)
			got := s.letters()[0]
			assert.Equal(t, c.encrypted, got.encrypted)
			assert.Equal(t, c.cfg.User, got.user)
			assert.False(t, got.utf8, "no server on the way is asked for what is not needed")
			assert.Equal(t, "no-reply@florin.example", got.from)
			assert.Equal(t, "ann@example.com", got.to)
			head, text := read(t, got.data)
			assert.Equal(t, `"Florin" <no-reply@florin.example>`, head.Get("From"))
			assert.Equal(t, "<ann@example.com>", head.Get("To"))
			assert.Equal(t, "Confirm your email address", head.Get("Subject"))
			assert.Equal(t, "auto-generated", head.Get("Auto-Submitted"))
			assert.NotEmpty(t, head.Get("Date"))
			assert.Equal(t, aLetter().Text, text)
		})
	}
}

func TestSMTPNamesALetterByItsKey(t *testing.T) {
	t.Parallel()
	s := &server{}
	s.start(t, nil, false)
	mailer, err := NewSMTP(s.address, from, SMTPConfig{Encryption: NoEncryption})
	require.NoError(t, err)
	other := aLetter()
	other.Key = "mail/evt_1/1"
	for _, m := range []desk.Mail{aLetter(), aLetter(), other} {
		require.NoError(t, mailer.Send(t.Context(), m))
	}
	var ids []string
	for _, letter := range s.letters() {
		head, _ := read(t, letter.data)
		ids = append(ids, head.Get("Message-ID"))
	}
	require.Len(t, ids, 3)
	assert.Regexp(t, `^<[0-9a-f]{32}@florin\.example>$`, ids[0])
	assert.Equal(t, ids[0], ids[1])
	assert.NotEqual(t, ids[0], ids[2])
}

func TestSMTPAsksForUTF8WhereItIsNeeded(t *testing.T) {
	t.Parallel()
	s := &server{}
	s.start(t, nil, false)
	mailer, err := NewSMTP(s.address, from, SMTPConfig{Encryption: NoEncryption})
	require.NoError(t, err)
	m := aLetter()
	m.To = "jörg@example.com"
	require.NoError(t, mailer.Send(t.Context(), m))
	require.Len(t, s.letters(), 1)
	assert.True(t, s.letters()[0].utf8)
	assert.Equal(t, "jörg@example.com", s.letters()[0].to)
}

// What a server says no to: for ever, for now, or for reasons that no other letter would change. Never is
// the address in the error, though the server repeats it.
func TestSMTPIsRefused(t *testing.T) {
	t.Parallel()
	no := func(code int) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "<ann@example.com> is not liked"}
	}
	for _, c := range []struct {
		name         string
		server       *server
		never, later bool // of this letter; neither when it is the server's
		says         string
	}{
		{name: "unknown recipient", server: &server{onRcpt: no(550)}, never: true, says: "550 5.1.1"},
		{name: "text refused", server: &server{onData: no(554)}, never: true, says: "554 5.1.1"},
		{name: "greylisted", server: &server{onRcpt: no(450)}, later: true, says: "450 4.1.1"},
		{name: "mailbox full", server: &server{onData: no(452)}, later: true, says: "452 4.1.1"},
		{name: "closing", server: &server{onRcpt: no(421)}, says: "421 4.1.1"},
		{name: "sender refused", server: &server{onMail: no(553)}, says: "553 5.1.1"},
		{name: "sender put off", server: &server{onMail: no(451)}, says: "451 4.1.1"},
		{name: "not signed in", server: &server{user: "florin"}, says: "502 5.7.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.server.start(t, nil, false)
			mailer, err := NewSMTP(c.server.address, from, SMTPConfig{Encryption: NoEncryption})
			require.NoError(t, err)
			err = mailer.Send(t.Context(), aLetter())
			require.ErrorContains(t, err, c.says)
			assert.NotContains(t, err.Error(), "example.com")
			assert.Equal(t, c.never, errors.Is(err, desk.ErrUndeliverable))
			assert.Equal(t, c.later, errors.Is(err, desk.ErrPutOff))
			assert.Empty(t, c.server.letters())
		})
	}
}

func TestSMTPSaysNothingUnencrypted(t *testing.T) {
	t.Parallel()
	ofServer, ofClient := certificate(t)
	for _, c := range []struct {
		name     string
		offers   bool
		implicit bool
		cfg      SMTPConfig
		says     string
	}{
		{name: "starttls is not offered", cfg: SMTPConfig{TLS: ofClient}, says: "does not support STARTTLS"},
		{name: "nobody knows the certificate", offers: true, says: "certificate"},
		{name: "another name's certificate", offers: true, cfg: SMTPConfig{TLS: withName(ofClient.Clone(), "mail.florin.example")}, says: "certificate"},
		{name: "tls, nobody knows the certificate", offers: true, implicit: true, cfg: SMTPConfig{Encryption: ImplicitTLS}, says: "certificate"},
		{name: "wrong password", offers: true, cfg: SMTPConfig{TLS: ofClient, User: "florin", Password: "wrong"}, says: "535"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &server{user: c.cfg.User, password: "s3cret"}
			if c.offers {
				s.start(t, ofServer, c.implicit)
			} else {
				s.start(t, nil, false)
			}
			mailer, err := NewSMTP(s.address, from, c.cfg)
			require.NoError(t, err)
			err = mailer.Send(t.Context(), aLetter())
			require.ErrorContains(t, err, c.says)
			require.NotErrorIs(t, err, desk.ErrUndeliverable)
			require.NotErrorIs(t, err, desk.ErrPutOff)
			assert.Empty(t, s.letters())
		})
	}
}

func TestSMTPAway(t *testing.T) {
	t.Parallel()
	gone, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, gone.Close())
	mailer, err := NewSMTP(gone.Addr().String(), from, SMTPConfig{Encryption: NoEncryption})
	require.NoError(t, err)
	err = mailer.Send(t.Context(), aLetter())
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	require.NotErrorIs(t, err, desk.ErrUndeliverable)
	require.NotErrorIs(t, err, desk.ErrPutOff)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, mailer.Send(ctx, aLetter()), context.Canceled)
}

func TestNewSMTPRefuses(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func() (*SMTP, error){
		"host:port":     func() (*SMTP, error) { return NewSMTP("mail.example.com", from, SMTPConfig{}) },
		"not \"a:0\"":   func() (*SMTP, error) { return NewSMTP("a:0", from, SMTPConfig{}) },
		"not \":25\"":   func() (*SMTP, error) { return NewSMTP(":25", from, SMTPConfig{}) },
		"sender":        func() (*SMTP, error) { return NewSMTP("a:25", "nobody", SMTPConfig{}) },
		"not \"ssl\"":   func() (*SMTP, error) { return NewSMTP("a:25", from, SMTPConfig{Encryption: "ssl"}) },
		"not encrypted": func() (*SMTP, error) { return NewSMTP("a:25", from, SMTPConfig{Encryption: NoEncryption, User: "a"}) },
	} {
		_, err := make()
		require.ErrorContains(t, err, name)
	}
}
