package webhooks

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"syscall"

	"code.dny.dev/ssrf"
)

// Guard says which addresses may be called: those of the public internet, by https.
type Guard struct {
	// allowPrivate lets everything through.
	allowPrivate bool
	guardian     *ssrf.Guardian
}

// NewGuard returns a guard. With allowPrivate, which is for development and tests, every address may be called, and by
// http too.
func NewGuard(allowPrivate bool) *Guard {
	return &Guard{allowPrivate: allowPrivate, guardian: ssrf.New(ssrf.WithAnyPort())}
}

// CheckURL says what stands against an address, in words for who gave it; "" for nothing. It is for the moment at which
// somebody gives it: where a name leads is looked at when it is dialled.
func (g *Guard) CheckURL(text string) string {
	u, err := url.Parse(text)
	switch {
	case g.allowPrivate:
		return ""
	case err != nil || u.Scheme != "https":
		return "want an address that begins with https://"
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil && g.check(addr) != nil {
		return "want an address of the public internet"
	}
	return ""
}

// errPrivate says that an address is not of the public internet.
var errPrivate = errors.New("webhooks: the address is not of the public internet")

// errScheme says that an address is not called by https.
var errScheme = errors.New("webhooks: the address is not called by https")

func (g *Guard) check(addr netip.Addr) error {
	if g.allowPrivate {
		return nil
	}
	// An IPv4 address in an IPv6 one is the IPv4 address, wherever it goes.
	if err := g.guardian.SafeAddr(addr.Unmap()); err != nil {
		return fmt.Errorf("%w: %w", errPrivate, err)
	}
	return nil
}

// control refuses to dial what is not allowed. It is called with what a name was resolved to, each time, after which
// nothing is resolved any more.
func (g *Guard) control(network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%w: %s", errPrivate, network)
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", errPrivate, err)
	}
	return g.check(to.Addr())
}

// dialer returns what connections are made with.
func (g *Guard) dialer() *net.Dialer { return &net.Dialer{Timeout: Timeout, Control: g.control} }
