package main

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// packet is how much passes a proxy at once.
const packet = 32 << 10

// proxy hands connections on to a server, and lets what passes wait, in both directions; while it is stalled, until it is
// resumed.
type proxy struct {
	listener net.Listener
	server   string
	delay    time.Duration
	ctx      context.Context //nolint:containedctx // it ends connections that were accepted long after start
	stop     context.CancelFunc
	wait     sync.WaitGroup
	passed   atomic.Int64 // bytes

	mu   sync.Mutex
	held chan struct{} // closed when what is held may pass; nil when nothing is
}

// startProxy listens on a free port of loopback.
func startProxy(ctx context.Context, server string, delay time.Duration) (*proxy, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: listener, server: server, delay: delay}
	p.ctx, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	p.wait.Go(p.accept)
	return p, nil
}

func (p *proxy) address() string { return p.listener.Addr().String() }

// close ends all connections, and returns once nothing is left of them.
func (p *proxy) close() error {
	p.stop()
	err := p.listener.Close()
	p.wait.Wait()
	return err
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.wait.Go(func() { p.carry(client) })
	}
}

// carry ends a connection as soon as one side of it has ended, or the proxy has.
func (p *proxy) carry(client net.Conn) {
	var dialer net.Dialer
	server, err := dialer.DialContext(p.ctx, "tcp", p.server)
	if err != nil {
		_ = client.Close()
		return
	}
	ctx, over := context.WithCancel(p.ctx)
	var both sync.WaitGroup
	both.Go(func() { defer over(); p.slowly(server, client) })
	both.Go(func() { defer over(); p.slowly(client, server) })
	<-ctx.Done()
	_, _ = client.Close(), server.Close()
	both.Wait()
}

// stall has nothing pass until resume, while connections stay open and new ones are taken.
func (p *proxy) stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held == nil {
		p.held = make(chan struct{})
	}
}

func (p *proxy) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held != nil {
		close(p.held)
		p.held = nil
	}
}

// pass waits as long as what has arrived has to, and reports whether it may go on.
func (p *proxy) pass() bool {
	select {
	case <-p.ctx.Done():
		return false
	case <-time.After(p.delay):
	}
	p.mu.Lock()
	held := p.held
	p.mu.Unlock()
	if held == nil {
		return true
	}
	select {
	case <-p.ctx.Done():
		return false
	case <-held:
		return true
	}
}

// slowly copies until one of both ends.
func (p *proxy) slowly(to io.Writer, from io.Reader) {
	buffer := make([]byte, packet)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if !p.pass() {
				return
			}
			p.passed.Add(int64(n))
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
