package bench

import (
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseMetrics(t *testing.T) {
	t.Parallel()
	r := parseMetrics(`# HELP florin_commands_total Commands decided and committed.
florin_commands_total 1234
florin_projection_position{projection="balances"} 1.2e+06
florin_projection_position{projection="entries"} 1.1e+06
florin_writer_position 1.25e+06
process_cpu_seconds_total 12.34
process_resident_memory_bytes 1.048576e+08
go_info{version="go1.26.8"} 1
florin_commit_seconds_bucket{le="+Inf"} 5
`)
	assert.Equal(t, serviceReading{cpu: 12_340 * time.Millisecond, resident: 100 << 20, head: 1_250_000, behind: 1_100_000,
		goVer: "go1.26.8"}, r)
	assert.EqualValues(t, 150_000, r.lag())
	assert.Zero(t, parseMetrics("florin_writer_position 7\n").lag(), "without projections nothing is behind")
}

// The journal grows by 1,000 events a second, and the projections stand at 500 for two of them.
func TestLag(t *testing.T) {
	t.Parallel()
	at := func(seconds float64, head, behind int64) serviceReading {
		return serviceReading{at: time.Unix(100, 0).Add(time.Duration(seconds * float64(time.Second))), head: head, behind: behind}
	}
	samples := []serviceReading{at(0, 0, 0), at(1, 1000, 500), at(2, 2000, 500), at(3, 3000, 3000)}
	events, seconds := lagOf(samples)
	assert.EqualValues(t, 1500, events)
	assert.InDelta(t, 1.5, seconds, 0.001, "what they had was committed at 0.5 s, and they still had no more at 2 s")
	events, seconds = lagOf(nil)
	assert.Zero(t, events)
	assert.Zero(t, seconds)
}

func TestProcessorTimeOfATree(t *testing.T) {
	t.Parallel()
	stat, err := readStat(os.Getpid())
	require.NoError(t, err)
	assert.Equal(t, os.Getppid(), stat.parent)
	sum, err := treeCPU(os.Getpid())
	require.NoError(t, err)
	assert.GreaterOrEqual(t, sum, stat.own)
	assert.LessOrEqual(t, stat.own, selfCPU()+tick)
	_, err = postmasterOf(os.Getpid())
	require.Error(t, err, "the parent of a test is no Postgres")
	_, err = readStat(-1)
	require.Error(t, err)
}

func TestOthers(t *testing.T) {
	t.Parallel()
	read := func(machine, service, postgres, load, at float64) reading {
		seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
		all := seconds(machine)
		return reading{machine: &all, service: &serviceReading{cpu: seconds(service)}, load: seconds(load),
			database: &databaseReading{cpu: seconds(postgres), cpuKnown: true}, at: time.Unix(100, 0).Add(seconds(at))}
	}
	before, after := read(100, 10, 20, 5, 0), read(110, 14, 22, 6, 10)
	share := others(before, after)
	require.NotNil(t, share)
	assert.InDelta(t, 0.3, *share*float64(runtime.NumCPU()), 0.0001, "of 10 s of the machine 4 + 2 + 1 are ours, in 10 s")
	after.database.cpuKnown = false
	assert.Nil(t, others(before, after))
	busy, err := machineCPU()
	require.NoError(t, err)
	assert.GreaterOrEqual(t, busy, selfCPU())
}

func TestSyncTime(t *testing.T) {
	t.Parallel()
	seconds, err := syncTime(t.TempDir())
	require.NoError(t, err)
	assert.Positive(t, seconds)
}
