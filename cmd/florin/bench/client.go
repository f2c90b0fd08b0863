package bench

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// client is one connection that is kept. Requests are bytes that are ready to send, because the load
// shares its machine with what it measures: net/http's client spends several times as much on a request.
type client struct {
	dial dialer
	in   *bufio.Reader
	body bytes.Buffer

	mu   sync.Mutex // held to change conn, and to use it from elsewhere
	conn net.Conn
}

// dialer makes a connection to the service.
type dialer func(context.Context) (net.Conn, error)

// dialTo returns the dialer for an address (http or https).
func dialTo(address string) (dialer, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("--url: %w", err)
	}
	if u.Scheme != "https" {
		return func(ctx context.Context) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", withPort(u, "80"))
		}, nil
	}
	config := &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	return func(ctx context.Context) (net.Conn, error) {
		d := tls.Dialer{Config: config}
		return d.DialContext(ctx, "tcp", withPort(u, "443"))
	}, nil
}

func withPort(u *url.URL, port string) string {
	if u.Port() == "" {
		return net.JoinHostPort(u.Hostname(), port)
	}
	return u.Host
}

// send sends a request and reads the whole answer, which is good until the next one. After an error the
// connection is closed; the next request makes another.
func (c *client) send(ctx context.Context, request []byte) (status int, body []byte, err error) {
	if err := c.connect(ctx); err != nil {
		return 0, nil, err
	}
	status, stays, err := c.exchange(request)
	if err != nil || !stays {
		c.close()
	}
	return status, c.body.Bytes(), err
}

func (c *client) exchange(request []byte) (status int, stays bool, err error) {
	if err := c.conn.SetDeadline(time.Now().Add(requestPatience)); err != nil {
		return 0, false, err
	}
	if _, err := c.conn.Write(request); err != nil {
		return 0, false, err
	}
	response, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, false, err
	}
	defer response.Body.Close()
	c.body.Reset()
	_, err = c.body.ReadFrom(response.Body)
	return response.StatusCode, !response.Close, err
}

func (c *client) connect(ctx context.Context) error {
	if c.conn != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	conn, err := c.dial(ctx)
	if err != nil {
		return err
	}
	c.in = bufio.NewReader(conn)
	c.set(conn)
	return nil
}

func (c *client) set(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn = conn
}

// abort ends the request that is under way, from another goroutine.
func (c *client) abort() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != nil {
		_ = c.conn.SetDeadline(time.Unix(1, 0)) // fails only for a connection that is closed
	}
}

func (c *client) close() {
	if c.conn != nil {
		_ = c.conn.Close() // whatever it has to say, the connection is not used again
		c.set(nil)
	}
}
