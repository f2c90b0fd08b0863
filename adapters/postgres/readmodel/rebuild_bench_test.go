package readmodel_test

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/postgres/readmodel"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/wallet"
	wallets "github.com/florinledger/florin/wallet/query"
)

// rebuildAccounts is among how many accounts the transactions of the benchmark are spread.
const rebuildAccounts = 100_000

// What it takes to build all projections of money anew together. FLORIN_REBUILD_EVENTS is from how many events;
// 200,000 if it is not set. On a machine that does other things too, the processor's time, of this process and of
// Postgres, says more than the rate.
func BenchmarkRebuild(b *testing.B) {
	events := 200_000
	if text := os.Getenv("FLORIN_REBUILD_EVENTS"); text != "" {
		var err error
		events, err = strconv.Atoi(text)
		require.NoError(b, err)
	}
	l := openLibrary(b)
	wallet.Register(l.registry)
	t := ledger.NewTransaction{Reference: "reference-0000000", Description: "An invoice of some length", Metadata: map[string]string{"order": "0000000"}}
	l.post(t, "assets:bank:main", "liabilities:user:0000000", "10.25", "USD")
	// The journal is the one transaction over and over, between other accounts.
	_, err := l.pool.Exec(b.Context(), `SELECT journal_ensure_partition(0)`)
	require.NoError(b, err)
	_, err = l.pool.Exec(b.Context(), `INSERT INTO events (shard, position, number, recorded_at, epoch, schema, command_id, ledger, stream, type, actor, nonce, prev_hash, leaf_hash, data, postings)
		SELECT e.shard, n, n, e.recorded_at + n * interval '1 ms', e.epoch, e.schema, gen_random_uuid(), e.ledger, e.stream, e.type, e.actor, e.nonce, e.prev_hash, e.leaf_hash,
		       replace(e.data::text, '0000000', lpad(n::text, 7, '0'))::json,
		       replace(replace(e.postings::text, '0000000', lpad((n % $2)::text, 7, '0')), 'assets:bank:main', 'liabilities:user:' || lpad((n * 7919 % $2)::text, 7, '0'))::json
		  FROM events e CROSS JOIN generate_series(2, $1::bigint) n
		 WHERE e.shard = 0 AND e.position = 1`, events, rebuildAccounts)
	require.NoError(b, err)
	_, err = l.pool.Exec(b.Context(), `UPDATE shard_head SET position = $1`, events)
	require.NoError(b, err)
	_, err = l.pool.Exec(b.Context(), `VACUUM ANALYZE events`)
	require.NoError(b, err)
	names := []string{query.Accounts, query.Entries, query.Transactions, wallets.Wallets, wallets.Payments}
	before, serverBefore := processor(b), serverProcessor(b, l)
	for b.Loop() {
		for _, name := range names {
			require.NoError(b, l.control().Rebuild(b.Context(), name, false, "bench"))
		}
		stop := l.rebuilderIn(l.store, 0, names...)
		for _, name := range names { // however long it takes
			for p := (query.Projection{}); !rebuilt(p); {
				var err error
				p, err = l.control().Projection(b.Context(), name)
				require.NoError(b, err)
				select {
				case <-time.After(100 * time.Millisecond):
				case <-b.Context().Done():
				}
			}
		}
		stop()
		b.StopTimer()
		_, err := readmodel.DropUnread(b.Context(), l.pool, 0, time.Hour)
		require.NoError(b, err)
		b.StartTimer()
	}
	b.ReportMetric(float64(events*b.N)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(1e6*(processor(b)-before).Seconds()/float64(events*b.N), "µs-cpu/event")
	b.ReportMetric(1e6*(serverProcessor(b, l)-serverBefore).Seconds()/float64(events*b.N), "µs-cpu-server/event")
	b.ReportMetric(float64(peak(b))/(1<<20), "MiB-peak")
}

// processor is the time that this process has had.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// serverProcessor is the time that the server and all that it ever started have had; 0 where the system does not say.
func serverProcessor(b *testing.B, l *library) (spent time.Duration) {
	b.Helper()
	const tick = 10 * time.Millisecond // USER_HZ is 100 wherever Linux is
	var pid int
	require.NoError(b, l.pool.QueryRow(b.Context(), `SELECT pg_backend_pid()`).Scan(&pid))
	stat := func(pid string) []string { // from the state on
		data, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			return nil
		}
		_, rest, _ := strings.Cut(string(data), ") ")
		return strings.Fields(rest)
	}
	own := stat(strconv.Itoa(pid))
	if own == nil {
		return 0
	}
	server := own[1]
	all, err := os.ReadDir("/proc")
	require.NoError(b, err)
	for _, entry := range all {
		fields := stat(entry.Name())
		if len(fields) < 15 || entry.Name() != server && fields[1] != server {
			continue
		}
		for _, of := range fields[11:15] { // user and system time, and those of children that have ended
			ticks, err := strconv.ParseInt(of, 10, 64)
			require.NoError(b, err)
			spent += time.Duration(ticks) * tick
		}
	}
	return spent
}

// peak is the most memory that this process has had, in bytes; 0 where the system does not say.
func peak(b *testing.B) int64 {
	b.Helper()
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			require.NoError(b, err)
			return kib << 10
		}
	}
	return 0
}
