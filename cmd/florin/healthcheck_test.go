package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHealthcheck(t *testing.T) {
	t.Parallel()
	ready := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" && !ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(server.Close)
	address := strings.TrimPrefix(server.URL, "http://")
	_, port, _ := strings.Cut(address, ":")
	check := func(args ...string) (int, string) {
		code, _, errs := invoke(t, append([]string{"healthcheck"}, args...)...)
		return code, errs
	}
	for _, listen := range []string{address, "0.0.0.0:" + port, ":" + port, "[::]:" + port} {
		code, errs := check("--listen", listen)
		require.Equal(t, 0, code, "%s: %s", listen, errs)
	}
	ready = false
	code, errs := check("--listen", address, "--roles", "payments")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "/readyz answers 503")
	code, errs = check("--listen", "127.0.0.1:1", "--admin-listen", address, "--roles", "writer,relay")
	require.Equal(t, 0, code, errs)
	code, _ = check("--listen", "127.0.0.1:1")
	require.Equal(t, 1, code)
	code, errs = check("--listen", "nowhere")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "no address")
}
