package natsbus

import (
	"fmt"
	"log/slog"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Options are the choices of a connection. The zero value means the defaults.
type Options struct {
	// Name is how the server's monitoring shows the connection; default "florin".
	Name string
	// Log gets losses and returns of the connection; default slog.Default().
	Log *slog.Logger
}

// Connect opens a connection to the servers of url, a comma-separated list that may carry
// credentials. It does not wait for a server: the service starts without NATS and finds it when it
// comes. It reconnects for ever, buffers nothing that is published meanwhile, and has to be closed.
//
// Errors: only of url and options.
func Connect(url string, o Options) (*nats.Conn, error) {
	if o.Name == "" {
		o.Name = "florin"
	}
	log := o.Log
	if log == nil {
		log = slog.Default()
	}
	conn, err := nats.Connect(url,
		nats.Name(o.Name),
		nats.RetryOnFailedConnect(true),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(reconnectWait),
		nats.ReconnectJitter(reconnectJitter, reconnectJitter),
		nats.ReconnectBufSize(-1),
		// A password that is being changed must not end the connection for good.
		nats.IgnoreAuthErrorAbort(),
		nats.Timeout(connectTimeout),
		nats.PingInterval(pingInterval),
		nats.MaxPingsOutstanding(2),
		nats.ConnectHandler(func(c *nats.Conn) {
			log.Info("nats connected", "server", c.ConnectedUrlRedacted())
		}),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			log.Warn("nats disconnected", "error", err)
		}),
		nats.ReconnectHandler(func(c *nats.Conn) {
			log.Info("nats reconnected", "server", c.ConnectedUrlRedacted())
		}),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			subject := ""
			if sub != nil {
				subject = sub.Subject
			}
			log.Warn("nats", "subject", subject, "error", err)
		}),
		nats.NoCallbacksAfterClientClose(),
	)
	if err != nil {
		return nil, fmt.Errorf("natsbus: connect: %w", err)
	}
	return conn, nil
}

// JetStream returns the handle that everything in this package is made from. One per connection is
// enough.
func JetStream(conn *nats.Conn) (jetstream.JetStream, error) {
	js, err := jetstream.New(conn,
		jetstream.WithPublishAsyncTimeout(ackTimeout),
		jetstream.WithDefaultTimeout(callTimeout))
	if err != nil {
		return nil, fmt.Errorf("natsbus: %w", err)
	}
	return js, nil
}
