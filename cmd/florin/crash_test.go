package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// cluster is the service in processes of their own over one Postgres and one JetStream.
type cluster struct {
	*service
	args []string
}

// startCluster prepares what processes need; none is started.
func startCluster(t *testing.T) *cluster {
	t.Helper()
	s := prepareService(t)
	return &cluster{service: s, args: []string{"serve", "--database-url", s.settings.DatabaseURL, "--nats-url", s.nats.URL(),
		"--token-keys", s.settings.TokenKeys, "--secret-file", s.settings.SecretFile,
		"--keys-database-url", s.settings.KeysDatabaseURL, "--master-keys", s.settings.MasterKeys,
		"--mail-from", s.settings.MailFrom, "--mail-folder", s.settings.MailFolder, "--admin-listen", "", "--log-format", "text", "--log-level", "info"}}
}

// node starts a process with all roles on a port, and returns its address.
func (c *cluster) node(port int) (*process, string) {
	c.t.Helper()
	address := fmt.Sprintf("127.0.0.1:%d", port)
	p := florin(c.t, c.t.TempDir(), append(append([]string(nil), c.args...), "--listen", address)...)
	return p, "http://" + address
}

// freePort is a port that nothing listened on a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	var config net.ListenConfig
	ln, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

// load sends transfers of 1 JPY from workers until it is stopped, each retried under its key until
// it is answered, and keeps what was answered.
type load struct {
	mu    sync.Mutex
	acked map[string]string // key → transaction id
	stop  chan struct{}
	wait  sync.WaitGroup
	sent  atomic.Int64
}

// startLoad sends to the addresses in turn.
func (c *cluster) startLoad(workers int, addresses ...string) *load {
	l := &load{acked: map[string]string{}, stop: make(chan struct{})}
	client := &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	token := c.token("svc_load", "service")
	for w := range workers {
		l.wait.Go(func() {
			for i := 0; ; i++ {
				k := fmt.Sprintf("load-%d-%d", w, i)
				if !l.send(client, token, addresses, w+i, k) {
					return
				}
			}
		})
	}
	return l
}

// send sends one transfer until it is answered; false when the load was stopped before.
func (l *load) send(client *http.Client, token string, addresses []string, turn int, k string) bool {
	body := transaction(pays("equity:opening", "liabilities:user:a", "1", "JPY"))
	for try := turn; ; try++ {
		select {
		case <-l.stop:
			return false
		default:
		}
		l.sent.Add(1)
		c := &caller{token: token, s: &service{url: addresses[try%len(addresses)], client: client}}
		a, err := c.try(http.MethodPost, "/v1/ledgers/main/transactions", body, key(k))
		if err != nil || a.Status >= 500 {
			continue // not answered: again, with the same key
		}
		var t struct {
			ID   string `json:"id"`
			Code string `json:"code"`
		}
		if json.Unmarshal(a.Body, &t) != nil {
			continue
		}
		if a.Status == http.StatusUnprocessableEntity && t.Code == "command-expired" {
			return true // given up by the service, and it says so
		}
		l.mu.Lock()
		l.acked[k] = fmt.Sprintf("%d %s", a.Status, t.ID)
		l.mu.Unlock()
		return true
	}
}

func (l *load) end() map[string]string {
	close(l.stop)
	l.wait.Wait()
	return l.acked
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acked)
}

// audit holds what was answered against the books: every answered transfer is there, under the id
// that was given, and replayed under its key it says the same.
func (c *cluster) audit(address string, acked map[string]string) {
	c.t.Helper()
	c.verify()
	c.s().url, c.s().client = address, http.DefaultClient
	caller := c.as("svc_load", "service")
	ids := map[string]bool{}
	for k, answered := range acked {
		a := caller.post("/v1/ledgers/main/transactions", k, transaction(pays("equity:opening", "liabilities:user:a", "1", "JPY"))).is(http.StatusCreated)
		require.Equal(c.t, answered, "201 "+a.str("id"))
		require.Equal(c.t, "true", a.Header.Get("Idempotent-Replayed"), k)
		require.False(c.t, ids[answered], "%s was given twice", answered)
		ids[answered] = true
	}
	http.DefaultClient.CloseIdleConnections()
}

func (c *cluster) s() *service { return c.service }

// Case 36, in its short form: kill -9 under load.
func TestKilledUnderLoad(t *testing.T) {
	c := startCluster(t)
	port := freePort(t)
	p, address := c.node(port)
	answers(t, address+"/readyz")
	l := c.startLoad(16, address)
	for range 5 {
		before := l.count()
		require.Eventually(t, func() bool { return l.count() > before+50 }, 60*time.Second, time.Millisecond, "no progress; the service says:\n%s", p.output())
		p.kill()
		p, _ = c.node(port)
	}
	before := l.count()
	require.Eventually(t, func() bool { return l.count() > before+50 }, 60*time.Second, time.Millisecond, p.output())
	acked := l.end()
	t.Logf("%d sent, %d answered over 5 kills", l.sent.Load(), len(acked))
	c.audit(address, acked)
	p.signal(syscall.SIGTERM)
	require.Equal(t, 0, p.ends(), p.output())
}

// Case 37: a writer that is stopped, replaced and woken up commits nothing more.
func TestStoppedWriterIsReplaced(t *testing.T) {
	c := startCluster(t)
	first, one := c.node(freePort(t))
	answers(t, one+"/readyz")
	first.says("role=leader")
	second, two := c.node(freePort(t))
	answers(t, two+"/readyz")
	const workers = 8
	l := c.startLoad(workers, two)
	require.Eventually(t, func() bool { return l.count() > 50 }, 60*time.Second, time.Millisecond, second.output())
	first.signal(syscall.SIGSTOP)
	stopped := time.Now()
	// Eight workers have at most eight answers on their way: the ninth is the new writer's.
	before := l.count()
	require.Eventually(t, func() bool { return l.count() > before+workers }, 60*time.Second, time.Millisecond, second.output())
	require.Less(t, time.Since(stopped), 5*time.Second, "a take-over lasts under 5 s")
	second.says("role=leader")
	first.signal(syscall.SIGCONT)
	before = l.count()
	require.Eventually(t, func() bool { return l.count() > before+50 }, 60*time.Second, time.Millisecond, second.output())
	acked := l.end()
	c.audit(two, acked) // epochs never run backwards in the journal: verify says so
	for _, p := range []*process{first, second} {
		p.signal(syscall.SIGTERM)
		require.Equal(t, 0, p.ends(), p.output())
	}
}
