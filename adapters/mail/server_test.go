package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// server is a mail server in this process. What it refuses is set before it is used.
type server struct {
	address string
	// onMail, onRcpt and onData are what it says to those; nil for yes.
	onMail, onRcpt, onData error
	user, password         string

	mu   sync.Mutex
	took []taken
}

// taken is a letter that the server has taken.
type taken struct {
	from, to, data string
	encrypted      bool
	utf8           bool
	user           string
}

func (s *server) letters() []taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]taken(nil), s.took...)
}

// start makes the server listen. tlsConfig is nil for one that has no encryption; implicit encrypts from
// the first byte.
func (s *server) start(t *testing.T, tlsConfig *tls.Config, implicit bool) {
	t.Helper()
	inner := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &conversation{server: s, conn: c}, nil
	}))
	inner.Domain = "localhost"
	inner.TLSConfig = tlsConfig
	inner.EnableSMTPUTF8 = true
	inner.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.address = listener.Addr().String()
	if implicit {
		listener = tls.NewListener(listener, tlsConfig)
	}
	ended := make(chan error, 1)
	go func() { ended <- inner.Serve(listener) }()
	t.Cleanup(func() {
		assert.NoError(t, inner.Close())
		if err := <-ended; !errors.Is(err, smtp.ErrServerClosed) {
			assert.NoError(t, err)
		}
	})
}

// certificate returns a server's configuration, and a client's that trusts it as 127.0.0.1.
func certificate(t *testing.T) (ofServer, ofClient *tls.Config) {
	t.Helper()
	known := httptest.NewTLSServer(nil)
	t.Cleanup(known.Close)
	pool := x509.NewCertPool()
	pool.AddCert(known.Certificate())
	return &tls.Config{Certificates: known.TLS.Certificates, MinVersion: tls.VersionTLS12},
		&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// conversation is one connection.
type conversation struct {
	server *server
	conn   *smtp.Conn
	letter taken
	user   string
}

func (c *conversation) Mail(from string, options *smtp.MailOptions) error {
	_, encrypted := c.conn.TLSConnectionState()
	c.letter = taken{from: from, encrypted: encrypted, utf8: options.UTF8, user: c.user}
	if c.server.user != "" && c.user == "" {
		return smtp.ErrAuthRequired
	}
	return c.server.onMail
}

func (c *conversation) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.letter.to = to
	return c.server.onRcpt
}

func (c *conversation) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if c.server.onData != nil {
		return c.server.onData
	}
	c.letter.data = string(data)
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.server.took = append(c.server.took, c.letter)
	return nil
}

func (*conversation) Reset()        {}
func (*conversation) Logout() error { return nil }

func (c *conversation) AuthMechanisms() []string {
	if c.server.user == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (c *conversation) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != c.server.user || password != c.server.password {
			return smtp.ErrAuthFailed
		}
		c.user = user
		return nil
	}), nil
}

// withName returns a client's configuration that expects a server of that name.
func withName(c *tls.Config, name string) *tls.Config {
	c.ServerName = name
	return c
}
