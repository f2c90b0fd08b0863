package bench

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkLoad is what the load itself spends: the service has the machine's other part.
func BenchmarkLoad(b *testing.B) {
	for _, connections := range []int{1, 64, 256} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			target := Target{URL: trivialServer(b), Token: "token", Ledger: "main"}
			r, err := newRequests(target)
			require.NoError(b, err)
			dial, err := dialTo(target.URL)
			require.NoError(b, err)
			l := newLoad(dial, r.posts(r.among(Uniform, 10_000), 1), connections)
			defer l.close()
			b.ResetTimer()
			before := selfCPU()
			t := l.run(b.Context(), pace{requests: int64(b.N)})
			require.EqualValues(b, b.N, t.answered, t.firstFailure)
			b.ReportMetric((selfCPU()-before).Seconds()*1e6/float64(b.N), "µs-cpu/request")
		})
	}
}
