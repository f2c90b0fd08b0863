package webhooks

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/messaging/webhook"
)

func TestWhatIsNotOfThePublicInternetIsNotDialled(t *testing.T) {
	t.Parallel()
	strict, lax := NewGuard(false), NewGuard(true)
	for _, address := range []string{
		"127.0.0.1:443", "127.255.255.254:443", "0.0.0.0:443", "0.1.2.3:443", "10.0.0.1:443", "10.255.255.255:443", "172.16.0.1:443", "172.31.255.255:443",
		"192.168.1.1:443", "169.254.169.254:80", "169.254.0.1:443", "100.64.0.1:443", "100.127.255.255:443", "100.100.100.200:80",
		"192.0.0.1:443", "192.0.2.1:443", "198.18.0.1:443", "198.51.100.1:443", "203.0.113.1:443", "224.0.0.1:443", "239.255.255.250:443", "240.0.0.1:443",
		"255.255.255.255:443",
		"[::1]:443", "[::]:443", "[fe80::1]:443", "[fe80::1%eth0]:443", "[fc00::1]:443", "[fd00:ec2::254]:80", "[ff02::1]:443", "[2001:db8::1]:443",
		"[::ffff:127.0.0.1]:443", "[::ffff:10.0.0.1]:443", "[::ffff:169.254.169.254]:80", "[::127.0.0.1]:443", "[64:ff9b::7f00:1]:443", "[64:ff9b::a00:1]:443",
		"[2002:7f00:1::]:443", "[2001::1]:443", "[100::1]:443",
	} {
		require.ErrorIs(t, strict.control("tcp4", address, nil), errPrivate, address)
		require.NoError(t, lax.control("tcp4", address, nil), address)
	}
	for _, address := range []string{"1.1.1.1:443", "8.8.8.8:8443", "93.184.216.34:80", "[2606:4700:4700::1111]:443", "[::ffff:1.1.1.1]:443", "172.32.0.1:443", "100.128.0.1:443", "172.15.255.255:443"} {
		require.NoError(t, strict.control("tcp4", address, nil), address)
	}
	for _, network := range []string{"unix", "udp4", "ip4"} {
		require.ErrorIs(t, strict.control(network, "1.1.1.1:443", nil), errPrivate)
	}
	require.ErrorIs(t, strict.control("tcp4", "somewhere", nil), errPrivate)
}

func TestAddressesAreCheckedWhenTheyAreGiven(t *testing.T) {
	t.Parallel()
	strict := NewGuard(false)
	for address, want := range map[string]string{
		"https://shop.example/hooks":  "",
		"https://1.1.1.1/":            "",
		"http://shop.example/hooks":   "want an address that begins with https://",
		"https://127.0.0.1/":          "want an address of the public internet",
		"https://[::ffff:10.0.0.1]/":  "want an address of the public internet",
		"https://[fe80::1%25eth0]/":   "want an address of the public internet",
		"https://169.254.169.254/x":   "want an address of the public internet",
		"https://localhost/is-a-name": "", // which is looked at when it is dialled
	} {
		assert.Equal(t, want, strict.CheckURL(address), address)
		assert.Empty(t, NewGuard(true).CheckURL(address))
	}
}

// A name is looked at when it has been resolved, each time: that it led somewhere else before is of no use to anybody.
func TestANameThatLeadsHomeIsNotCalled(t *testing.T) {
	t.Parallel()
	called := false
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	t.Cleanup(server.Close)
	client := NewClient(NewGuard(false))
	t.Cleanup(client.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	for _, host := range []string{"localhost", "127.0.0.1", "[::ffff:127.0.0.1]"} {
		result := client.Post(t.Context(), Request{URL: "https://" + host + ":" + port + "/", ID: "evt_1"})
		require.Equal(t, Result{Failure: webhook.FailureAddress}, result, host)
	}
	require.Equal(t, Result{Failure: webhook.FailureAddress}, client.Post(t.Context(), Request{URL: "http://shop.example/", ID: "evt_1"}), "no TLS")
	require.False(t, called)
}

// A proxy of the environment would be the one that dials.
func TestNoProxyIsAsked(t *testing.T) {
	asked := false
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(proxy.Close)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"} {
		t.Setenv(name, proxy.URL)
	}
	client := NewClient(NewGuard(true))
	t.Cleanup(client.Close)
	transport, ok := client.http.Transport.(*http.Transport)
	require.True(t, ok)
	require.Nil(t, transport.Proxy)
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(target.Close)
	require.Equal(t, Result{Code: http.StatusNoContent}, client.Post(t.Context(), Request{URL: target.URL, ID: "evt_1"}))
	require.False(t, asked)
}
