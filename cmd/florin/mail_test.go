package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/mail"
)

func TestMailer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	password, empty := filepath.Join(dir, "password"), filepath.Join(dir, "empty")
	require.NoError(t, os.WriteFile(password, []byte("s3cret\n"), 0o600))
	require.NoError(t, os.WriteFile(empty, []byte("\n"), 0o600))
	const from = "Florin <no-reply@example.com>"
	for _, c := range []struct {
		name string
		s    mailSettings
		want any
		says string
	}{
		{name: "folder", s: mailSettings{MailFolder: filepath.Join(dir, "mail"), MailFrom: from}, want: &mail.Folder{}},
		{name: "server", s: mailSettings{SMTPAddress: "mail.example.com:587", SMTPEncryption: "starttls", MailFrom: from}, want: &mail.SMTP{}},
		{
			name: "server with a user", want: &mail.SMTP{},
			s: mailSettings{SMTPAddress: "mail.example.com:465", SMTPEncryption: "tls", SMTPUser: "florin", SMTPPasswordFile: password, MailFrom: from},
		},
		{name: "neither", s: mailSettings{MailFrom: from}, says: "set SMTP_ADDRESS, or FLORIN_MAIL_FOLDER"},
		{name: "both", s: mailSettings{SMTPAddress: "mail.example.com:587", MailFolder: dir, MailFrom: from}, says: "not both"},
		{name: "from nobody", s: mailSettings{MailFolder: dir}, says: "FLORIN_MAIL_FROM"},
		{name: "user without a password", s: mailSettings{SMTPAddress: "mail.example.com:587", SMTPUser: "florin", MailFrom: from}, says: "SMTP_PASSWORD_FILE"},
		{name: "no password there", s: mailSettings{SMTPAddress: "mail.example.com:587", SMTPUser: "florin", SMTPPasswordFile: filepath.Join(dir, "none"), MailFrom: from}, says: "no such file"},
		{name: "empty password", s: mailSettings{SMTPAddress: "mail.example.com:587", SMTPUser: "florin", SMTPPasswordFile: empty, MailFrom: from}, says: "the password is empty"},
		{name: "a password in the open", s: mailSettings{SMTPAddress: "mail.example.com:25", SMTPEncryption: "none", SMTPUser: "florin", SMTPPasswordFile: password, MailFrom: from}, says: "not encrypted"},
	} {
		mailer, err := c.s.mailer(slog.New(slog.DiscardHandler))
		if c.says != "" {
			require.ErrorContains(t, err, c.says, c.name)
			continue
		}
		require.NoError(t, err, c.name)
		require.IsType(t, c.want, mailer, c.name)
	}
}
