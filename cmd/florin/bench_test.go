package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/cmd/florin/bench"
)

// benchFlorin runs florin bench in this process.
func benchFlorin(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), append([]string{"bench"}, args...), &stdout, &stderr)
	http.DefaultClient.CloseIdleConnections()
	return code, stdout.String(), stderr.String()
}

func readReport(t *testing.T, path string) *bench.Report {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var r bench.Report
	require.NoError(t, json.Unmarshal(data, &r))
	return &r
}

// Every workload against a running service, of which metrics are not to be seen: nothing is refused, and
// what was answered is in the books.
func TestBenchAgainstAService(t *testing.T) {
	s := startService(t)
	path := filepath.Join(t.TempDir(), "report.json")
	code, out, errs := benchFlorin(t, "--url", s.url, "--token", s.token("svc_bench", "service", "finance", "user"),
		"--admin-url=", "--database-url", s.settings.DatabaseURL, "--secret", s.stripe, "--accounts", "20", "--page", "5",
		"--workload", "balance,uniform,hot,zipfian,entries,transactions,webhook,user,message,transfer,hold,expiring-hold,capture,wallet", "--connections", "1,4", "--batch", "1,10",
		"--duration", "100ms", "--json", path)
	require.Equal(t, 0, code, errs)
	require.Contains(t, out, "the books are sound")
	r := readReport(t, path)
	var legs []string
	for _, leg := range r.Legs {
		legs = append(legs, leg.Workload)
		require.Positive(t, leg.Answered, leg.Workload)
		require.Equal(t, int64(max(leg.Batch, 1))*leg.Answered, leg.Done, leg.Workload)
		require.Zero(t, leg.Unavailable+leg.Failed+leg.Refused+leg.Unsent, "%s: %s", leg.Workload, leg.FirstFailure)
		require.Positive(t, leg.Latency.P50)
		require.LessOrEqual(t, leg.Latency.P99, leg.Latency.Max)
		require.Nil(t, leg.ServiceCPU, "it is not to be seen")
		require.NotNil(t, leg.PostgresCPU)
		require.NotNil(t, leg.LoadCPU)
		require.Equal(t, leg.Batch > 0, leg.WALBytes != nil)
		require.Nil(t, leg.LagSeconds)
	}
	require.Equal(t, []string{"balance", "balance", "uniform", "uniform", "uniform", "uniform", "hot", "hot", "hot", "hot",
		"zipfian", "zipfian", "zipfian", "zipfian", "entries", "entries", "transactions", "transactions", "webhook", "webhook",
		"user", "user", "message", "message", "transfer", "transfer", "hold", "hold", "expiring-hold", "expiring-hold", "capture", "capture", "wallet", "wallet"}, legs)
	require.Empty(t, r.Books.Wrong)
	require.Equal(t, r.Books.Answered, r.Books.Written)
	require.Zero(t, r.Books.Unknown)
	require.Len(t, r.Books.Totals, 1)
	require.Equal(t, r.Books.Totals[0].Debits, r.Books.Totals[0].Credits)
}

// Somebody else's transaction, or one that is lost, does not go unnoticed.
func TestBenchCountsWhatIsWritten(t *testing.T) {
	s := startService(t)
	b, err := bench.Open(t.Context(), bench.Target{URL: s.url, Token: s.token("svc_bench", "service", "finance"), Ledger: "main"}, bench.Config{})
	require.NoError(t, err)
	defer b.Close()
	s.finance().post("/v1/ledgers/main/transactions", "other", transaction(pays("assets:a", "assets:b", "1.00", "USD"))).is(http.StatusCreated)
	books, err := b.Check(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, books.Written)
	require.Len(t, books.Wrong, 1)
	require.Contains(t, books.Wrong[0], "1 transactions are in the ledger, and 0 were posted")
	http.DefaultClient.CloseIdleConnections()
}

func TestBenchSaysWhatIsMissing(t *testing.T) {
	s := startService(t)
	user := s.token("usr_bench", "user")
	for want, args := range map[string][]string{
		"no service answers at http://127.0.0.1:1": {"--url", "http://127.0.0.1:1", "--token", "x"},
		"the token is refused (401":                {"--url", s.url, "--token", "x"},
		"the token is refused (403":                {"--url", s.url, "--token", user},
		"no token: source .florin/dev.env":         {"--url", s.url, "--token="},
		"is another machine: --yes":                {"--url", "http://ledger.example.com", "--token", "x"},
		`is there a ledger "nowhere"?`:             {"--url", s.url, "--token", s.token("svc_bench", "service", "finance"), "--ledger", "nowhere"},
		"metrics cannot be read":                   {"--url", s.url, "--token", s.token("svc_bench", "service", "finance"), "--admin-url", "http://127.0.0.1:1"},
		`there is no "unifrom"`:                    {"--workload", "unifrom"},
		"--connections: want 1 to 10000":           {"--connections", "0"},
		"--rate goes with --workload":              {"--rate", "10"},
	} {
		if !slices.Contains(args, "--admin-url") {
			args = append(args, "--admin-url=")
		}
		code, _, errs := benchFlorin(t, args...)
		require.NotEqual(t, 0, code, want)
		require.Contains(t, errs, want)
	}
}

// The figures in small, with a service, a Postgres and pgbench of its own, of which nothing is left.
func TestBenchStartsAndRemovesAService(t *testing.T) {
	dir := t.TempDir()
	p := florin(t, dir, "bench", "--start", "--figures", "--runs", "1", "--duration", "300ms", "--accounts", "100", "--scale", "1",
		"--webhooks", "200", "--catch-up", "3000", "--history", "1000", "--events", "3000", "--journal", "6000", "--many-accounts", "500", "--json", "report.json")
	require.Equal(t, 0, p.ends(), p.output())
	require.NoDirExists(t, folderOf(t, p))
	r := readReport(t, filepath.Join(dir, "report.json"))
	require.Len(t, r.TPCB, 1)
	require.Len(t, r.Figures, 34)
	for _, f := range r.Figures {
		require.Len(t, f.Values, 1, f.Name)
		require.Positive(t, f.Floor, f.Name)
		require.GreaterOrEqual(t, f.Median, 0.0, f.Name)
	}
	for _, leg := range r.Legs {
		require.NotNil(t, leg.ServiceCPU, leg.Workload)
		require.NotNil(t, leg.PostgresCPU, leg.Workload)
		require.NotNil(t, leg.CatchUpSeconds, leg.Workload)
		require.NotNil(t, leg.OthersShare, leg.Workload)
	}
	require.NotNil(t, r.Surroundings.SyncSeconds)
	require.Empty(t, r.Missing)
	require.Empty(t, r.Books.Wrong)
	require.Equal(t, r.Books.Answered, r.Books.Written)
	require.Contains(t, r.Books.Verify, "the books are sound")
}

// Ctrl-C ends the service and Postgres, and removes what they had.
func TestBenchIsInterrupted(t *testing.T) {
	p := florin(t, t.TempDir(), "bench", "--start", "--workload", "uniform", "--duration", "10m")
	p.says("postgres started")
	p.says("service started")
	p.signal(syscall.SIGINT)
	require.Equal(t, 1, p.ends(), p.output())
	require.Contains(t, p.output(), "interrupted")
	require.NoDirExists(t, folderOf(t, p))
	pid := regexp.MustCompile(`msg="service started" pid=(\d+)`).FindStringSubmatch(p.output())
	require.NotNil(t, pid, p.output())
	require.Eventually(t, func() bool {
		_, err := os.Stat("/proc/" + pid[1])
		return os.IsNotExist(err)
	}, 10*time.Second, 10*time.Millisecond)
}

// folderOf is the temporary folder of a bench.
func folderOf(t *testing.T, p *process) string {
	t.Helper()
	folder := regexp.MustCompile(`dir=(\S+)/postgres `).FindStringSubmatch(p.output())
	require.NotNil(t, folder, p.output())
	return folder[1]
}
