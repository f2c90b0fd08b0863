package main

import (
	"bufio"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What passes arrives whole, and waits on its way there and on its way back.
func TestProxy(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	echo, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = echo.Close() })
	go func() {
		conn, err := echo.Accept()
		if err != nil {
			return
		}
		_, _ = io.Copy(conn, conn)
		_ = conn.Close()
	}()
	const delay = 5 * time.Millisecond
	p, err := startProxy(t.Context(), echo.Addr().String(), delay)
	require.NoError(t, err)
	var dialer net.Dialer
	conn, err := dialer.DialContext(t.Context(), "tcp", p.address())
	require.NoError(t, err)
	defer conn.Close()
	sent := time.Now()
	_, err = io.WriteString(conn, "there and back\n")
	require.NoError(t, err)
	line, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "there and back\n", line)
	assert.GreaterOrEqual(t, time.Since(sent), 2*delay)
	assert.Equal(t, int64(2*len(line)), p.passed.Load())
	p.stall()
	_, err = io.WriteString(conn, "later\n")
	require.NoError(t, err)
	came := make(chan string)
	go func() {
		line, _ := bufio.NewReader(conn).ReadString('\n')
		came <- line
	}()
	select {
	case line := <-came:
		require.Fail(t, "something has passed a stalled proxy", line)
	case <-time.After(4 * delay):
	}
	p.resume()
	assert.Equal(t, "later\n", <-came)
	p.stall()
	_, err = io.WriteString(conn, "never\n")
	require.NoError(t, err)
	require.NoError(t, p.close(), "with a connection that is still open, and something held")
}
