package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/florinledger/florin/users/desk"
)

// Encryption says how a connection to a mail server is kept private.
type Encryption string

// How connections are kept private.
const (
	// StartTLS asks the server for encryption before anything is said, and says nothing without it.
	StartTLS Encryption = "starttls"
	// ImplicitTLS is encrypted from the first byte, as on port 465.
	ImplicitTLS Encryption = "tls"
	// NoEncryption is for a server on the same machine.
	NoEncryption Encryption = "none"
)

// SMTPConfig is what may be left out.
type SMTPConfig struct {
	// Encryption of the connection. Default: StartTLS.
	Encryption Encryption
	// User and Password sign in to the server. Default: nobody signs in. They are sent over an encrypted
	// connection only.
	User, Password string
	// TLS is for a server whose certificate a private authority has signed. Default: the system's
	// authorities, TLS 1.2 or newer.
	TLS *tls.Config
}

// SMTP hands letters to a mail server, which delivers them.
type SMTP struct {
	host    string
	from    sender
	options []gomail.Option
}

// NewSMTP returns a mailer over the server at host:port. from is whom letters are from, with or without a
// name. It does not connect yet.
func NewSMTP(address, from string, cfg SMTPConfig) (*SMTP, error) {
	s := &SMTP{}
	var err error
	if s.from, err = newSender(from); err != nil {
		return nil, err
	}
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("mail: server: want host:port, not %q", address)
	}
	port, err := strconv.Atoi(portText)
	if err != nil || port < 1 || port > 65535 || host == "" {
		return nil, fmt.Errorf("mail: server: want host:port, not %q", address)
	}
	s.host = host
	s.options = append(s.options, gomail.WithPort(port), gomail.WithTimeout(sendTimeout))
	switch cfg.Encryption {
	case StartTLS, "":
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case ImplicitTLS:
		s.options = append(s.options, gomail.WithSSL())
	case NoEncryption:
		if cfg.User != "" {
			return nil, errors.New("mail: a password is not sent over a connection that is not encrypted")
		}
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("mail: encryption: want %s, %s or %s, not %q", StartTLS, ImplicitTLS, NoEncryption, cfg.Encryption)
	}
	if cfg.TLS != nil {
		own := cfg.TLS.Clone()
		if own.ServerName == "" {
			own.ServerName = host
		}
		own.MinVersion = max(own.MinVersion, tls.VersionTLS12)
		s.options = append(s.options, gomail.WithTLSConfig(own))
	}
	if cfg.User != "" {
		s.options = append(s.options, gomail.WithUsername(cfg.User), gomail.WithPassword(cfg.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256PLUS, gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return s, nil
}

// Send hands a letter over. Errors: desk.ErrUndeliverable when the server will never take it,
// desk.ErrPutOff when it does not take it now for its recipient; any other when the server is away, or
// takes no letters at all.
func (s *SMTP) Send(ctx context.Context, m desk.Mail) error {
	msg, err := s.from.compose(m, gomail.EncodingQP)
	if err != nil {
		return err
	}
	options := s.options
	if isASCII(m.To) && isASCII(s.from.address.Address) {
		// Servers on the way may not know SMTPUTF8, and are only asked for it where it is needed.
		options = append(options[:len(options):len(options)], gomail.WithoutSMTPUTF8())
	}
	client, err := gomail.NewClient(s.host, options...)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if msg.IsDelivered() {
		return nil // what went wrong came after the server had taken it
	}
	return verdict(err)
}

// Check signs in at the server, and sends nothing.
func (s *SMTP) Check(ctx context.Context) error {
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if err := client.DialWithContext(ctx); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if err := client.Close(); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	return nil
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > '~' })
}

// verdict says what an error means for a letter.
func verdict(err error) error {
	var said *gomail.SendError
	if !errors.As(err, &said) {
		return fmt.Errorf("mail: %w", err) // no letter was mentioned yet
	}
	code := said.ErrorCode()
	reply := fmt.Sprintf("%s: %d %s", said.Reason, code, said.EnhancedStatusCode())
	aboutTheLetter := false
	switch said.Reason {
	case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrWriteContent, gomail.ErrSMTPDataClose:
		aboutTheLetter = true
	}
	const closing = 421 // the server is going away (RFC 5321, section 3.8)
	switch {
	case aboutTheLetter && code >= 500:
		return fmt.Errorf("mail: %w: %s", desk.ErrUndeliverable, reply)
	case aboutTheLetter && code >= 400 && code != closing:
		return fmt.Errorf("mail: %w: %s", desk.ErrPutOff, reply)
	default:
		return fmt.Errorf("mail: the server takes no letters: %s", reply)
	}
}
