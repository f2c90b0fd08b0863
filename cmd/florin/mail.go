package main

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/florinledger/florin/adapters/mail"
	"github.com/florinledger/florin/users/desk"
)

// mailSettings say how letters get to people: over SMTP, or into a folder.
type mailSettings struct {
	PublicURL   string `help:"Where links in letters lead: /confirm and /reset are below it. Without one, letters have the token alone." env:"FLORIN_PUBLIC_URL" placeholder:"URL"`
	ServiceName string `help:"What letters call this service." env:"FLORIN_SERVICE_NAME" default:"Florin"`
	MailFrom    string `help:"Whom letters are from, such as 'Florin <no-reply@example.com>'." env:"FLORIN_MAIL_FROM" placeholder:"ADDRESS"`
	MailFolder  string `help:"Folder that letters are put into instead of being sent." env:"FLORIN_MAIL_FOLDER" type:"path"`

	SMTPAddress      string `help:"Mail server, as host:port." env:"SMTP_ADDRESS" placeholder:"HOST:PORT"`
	SMTPEncryption   string `help:"Encryption of the connection: starttls, tls (from the first byte) or none." env:"SMTP_ENCRYPTION" enum:"starttls,tls,none" default:"starttls"`
	SMTPUser         string `help:"User at the mail server; empty for none." env:"SMTP_USER"`
	SMTPPasswordFile string `help:"File with that user's password." env:"SMTP_PASSWORD_FILE" type:"path"`
}

// mailer returns what letters are handed to.
func (s *mailSettings) mailer(log *slog.Logger) (desk.Mailer, error) {
	switch {
	case (s.SMTPAddress == "") == (s.MailFolder == ""):
		return nil, errors.New("letters to people: set SMTP_ADDRESS, or FLORIN_MAIL_FOLDER to have them put into a folder, and not both")
	case s.MailFrom == "":
		return nil, errors.New("letters to people: FLORIN_MAIL_FROM is not set: whom are they from?")
	case (s.SMTPUser == "") != (s.SMTPPasswordFile == ""):
		return nil, errors.New("letters to people: SMTP_USER and SMTP_PASSWORD_FILE are set together or not at all")
	case s.MailFolder != "":
		return mail.NewFolder(s.MailFolder, s.MailFrom, log)
	}
	cfg := mail.SMTPConfig{Encryption: mail.Encryption(s.SMTPEncryption), User: s.SMTPUser}
	if s.SMTPPasswordFile != "" {
		password, err := readSecretFile(s.SMTPPasswordFile)
		if err != nil {
			return nil, err
		}
		if len(password) == 0 {
			return nil, fmt.Errorf("%s: the password is empty", s.SMTPPasswordFile)
		}
		cfg.Password = string(password)
	}
	return mail.NewSMTP(s.SMTPAddress, s.MailFrom, cfg)
}
