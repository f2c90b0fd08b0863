package bench

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// asServer makes this test binary be a server that answers everything alike, in a process of its own, so
// that the processor time of a test is the client's alone.
const asServer = "FLORIN_TEST_AS_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		serveTrivially()
	}
	goleak.VerifyTestMain(m)
}

// trivialServer starts it and returns its address.
func trivialServer(tb testing.TB) string {
	tb.Helper()
	self, err := os.Executable()
	require.NoError(tb, err)
	cmd := exec.CommandContext(tb.Context(), self)
	cmd.Env = append(os.Environ(), asServer+"=1")
	out, err := cmd.StdoutPipe()
	require.NoError(tb, err)
	require.NoError(tb, cmd.Start())
	tb.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(tb, err)
	return strings.TrimSpace(line)
}

func serveTrivially() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("http://" + ln.Addr().String())
	answer := []byte("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nFlorin-Position: 0-123456\r\n" +
		"X-Request-Id: 0123456789abcdef\r\nDate: Sun, 22 Nov 2026 09:00:00 GMT\r\nContent-Length: 600\r\n\r\n" + strings.Repeat("x", 600))
	for {
		conn, err := ln.Accept()
		if err != nil {
			panic(err)
		}
		go func() {
			in := bufio.NewReader(conn)
			for {
				request, err := http.ReadRequest(in)
				if err != nil {
					return
				}
				_, _ = bufio.NewReader(request.Body).WriteTo(discard{})
				if _, err := conn.Write(answer); err != nil {
					return
				}
			}
		}()
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
