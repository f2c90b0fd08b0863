package httpapi

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientSite is what of an IPv6 address names a client: a household has all the addresses of a /64, and
// who may use any of them must not be counted anew for each.
const clientSite = 64

// client says where a request comes from, for counting: an IPv4 address, or the /64 of an IPv6 one. It
// is the peer of the connection, unless that is a proxy that is trusted; then it is the last hop of
// X-Forwarded-For that is none. What stands before that in the header was written by the client, who
// may write anything.
func client(r *http.Request, proxies []netip.Prefix) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr // a socket that is no IP's: all of its clients are one
	}
	at := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !trusted(at, proxies) {
			break
		}
		before, ok := parseHop(hop)
		if !ok {
			break
		}
		at = before
	}
	return site(at)
}

func trusted(at netip.Addr, proxies []netip.Prefix) bool {
	return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(at) })
}

// parseHop reads an item of X-Forwarded-For, to which some proxies add the port.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if addr, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return addr.Unmap().WithZone(""), true
	}
	both, err := netip.ParseAddrPort(text)
	return both.Addr().Unmap().WithZone(""), err == nil
}

func site(at netip.Addr) string {
	if at.Is4() {
		return at.String()
	}
	prefix, err := at.WithZone("").Prefix(clientSite)
	if err != nil {
		return at.String()
	}
	return prefix.String()
}
