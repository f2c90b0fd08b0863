package bench

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scripted returns a dialer to a service that gives its n-th request, from 0, the n-th answer.
func scripted(answer func(n int) (took time.Duration, response string)) dialer {
	n := 0
	return func(context.Context) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer far.Close()
			in := bufio.NewReader(far)
			for {
				request, err := http.ReadRequest(in)
				if err != nil {
					return
				}
				if _, err := io.Copy(io.Discard, request.Body); err != nil {
					return
				}
				took, response := answer(n)
				n++
				<-time.After(took)
				if _, err := io.WriteString(far, response); err != nil || strings.Contains(response, "Connection: close") {
					return
				}
			}
		}()
		return near, nil
	}
}

const created = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"

// stalling answers in a millisecond, but for one request that it takes longer for.
func stalling(at int, stall time.Duration) dialer {
	return scripted(func(n int) (time.Duration, string) {
		if n == at {
			return stall, created
		}
		return time.Millisecond, created
	})
}

func testRequests(t *testing.T) *requests {
	t.Helper()
	r, err := newRequests(Target{URL: "http://127.0.0.1", Token: "token", Ledger: "main"})
	require.NoError(t, err)
	return r
}

func testLoad(t *testing.T, d dialer) *load {
	t.Helper()
	r := testRequests(t)
	return newLoad(d, r.posts(r.among(Uniform, 10), 1), 1)
}

// A stall of 300 ms is one slow request of 701 to whoever waits for each answer before the next
// request; to those who come when they come, it is a third of all.
func TestOnlyTheOpenLoopShowsAStall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := testLoad(t, stalling(10, 300*time.Millisecond))
		defer l.close()
		closed := l.run(t.Context(), pace{duration: time.Second})
		assert.EqualValues(t, 701, closed.answered)
		assert.EqualValues(t, 701, closed.done)
		latency := latencyOf(closed.latency)
		assert.InDelta(t, 0.001, latency.P99, 0.00001)
		assert.InDelta(t, 0.300, latency.Max, 0.001)
	})
	synctest.Test(t, func(t *testing.T) {
		l := testLoad(t, stalling(10, 300*time.Millisecond))
		defer l.close()
		open := l.run(t.Context(), pace{rate: 100, duration: time.Second})
		assert.EqualValues(t, 100, open.answered)
		assert.Zero(t, open.unsent)
		latency := latencyOf(open.latency)
		assert.InDelta(t, 0.001, latency.P50, 0.00001)
		assert.InDelta(t, 0.255, latency.P95, 0.001, "of those that were due while it stalled, each waited 9 ms less than the one before")
		assert.InDelta(t, 0.300, latency.Max, 0.001)
		assert.Equal(t, 991*time.Millisecond, open.took)
	})
}

func TestWhatIsDueAndNeverSentIsCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := testLoad(t, stalling(10, 5*time.Second))
		defer l.close()
		open := l.run(t.Context(), pace{rate: 100, duration: time.Second})
		assert.EqualValues(t, 11, open.answered)
		assert.EqualValues(t, 89, open.unsent)
	})
}

func TestANumberOfRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := testLoad(t, stalling(-1, 0))
		defer l.close()
		done := l.run(t.Context(), pace{requests: 42})
		assert.EqualValues(t, 42, done.answered)
		assert.Equal(t, 42*time.Millisecond, done.took)
	})
}

func TestTheEndOfTheContextCutsRequestsUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := testLoad(t, stalling(0, time.Minute))
		defer l.close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		cut := l.run(ctx, pace{duration: time.Hour})
		assert.Equal(t, time.Second, cut.took)
		assert.Zero(t, cut.answered)
		<-time.After(time.Minute) // the other side notices when it answers
	})
}

// What is not 2xx is an error, what is 503 is told apart, and a batch is read to its end.
func TestWhatAnswersCountAs(t *testing.T) {
	t.Parallel()
	answers := []string{
		created,
		"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy",
		"HTTP/1.1 422 Unprocessable Entity\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nno\nno\r\n0\r\n\r\n",
		"nonsense\r\n\r\n",
		created,
	}
	synctest.Test(t, func(t *testing.T) {
		l := testLoad(t, scripted(func(n int) (time.Duration, string) { return time.Millisecond, answers[n] }))
		defer l.close()
		got := l.run(t.Context(), pace{requests: int64(len(answers))})
		assert.EqualValues(t, 2, got.answered)
		assert.EqualValues(t, 1, got.unavailable)
		assert.EqualValues(t, 2, got.failed)
		assert.Equal(t, "503 busy", got.firstFailure)
	})
	synctest.Test(t, func(t *testing.T) {
		body := `{"results":[{"index":0,"status":201},{"index":1,"status":422},{"index":2,"status":201}]}`
		r := testRequests(t)
		l := newLoad(scripted(func(int) (time.Duration, string) {
			return 0, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body // which ends with the connection
		}), r.posts(r.among(Uniform, 10), 3), 1)
		defer l.close()
		got := l.run(t.Context(), pace{requests: 2})
		assert.EqualValues(t, 2, got.answered)
		assert.EqualValues(t, 4, got.done)
		assert.EqualValues(t, 2, got.refused)
		assert.Equal(t, "of 3 transactions of a batch 1 were refused", got.firstFailure)
	})
}

func TestAServiceThatIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := testLoad(t, func(context.Context) (net.Conn, error) { return nil, errors.New("refused") })
		defer l.close()
		got := l.run(t.Context(), pace{duration: time.Second})
		assert.EqualValues(t, time.Second/redialPause, got.failed, "a connection that is refused is not tried in a circle")
		assert.Equal(t, "refused", got.firstFailure)
	})
}

func TestRequestsAreWhatTheServiceReads(t *testing.T) {
	t.Parallel()
	r := testRequests(t)
	for batch, path := range map[int]string{1: "/v1/ledgers/main/transactions", 3: "/v1/ledgers/main/transactions/batch"} {
		next := r.posts(r.among(Hot, 10), batch).maker()
		first, second := string(next(nil)), string(next(nil))
		assert.NotEqual(t, first, second)
		request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(first)))
		require.NoError(t, err)
		assert.Equal(t, path, request.URL.Path)
		assert.Equal(t, "Bearer token", request.Header.Get("Authorization"))
		assert.NotEmpty(t, request.Header.Get("Idempotency-Key"))
		body, err := io.ReadAll(request.Body)
		require.NoError(t, err)
		assert.Equal(t, batch, strings.Count(string(body), r.account(mainGroup, 0)+`","side":"credit"`))
	}
	body := string(appendTransaction(nil, "a:b", "a:c", 12_345))
	assert.JSONEq(t, `{"postings":[{"account":"a:b","side":"debit","amount":"1.00","asset":"USD"},
		{"account":"a:c","side":"credit","amount":"1.00","asset":"USD"}],
		"metadata":{"order":"order-00000000000000012345","channel":"benchmark"}}`, body)
	_, metadata, _ := strings.Cut(strings.TrimSuffix(body, "}"), `"metadata":`)
	assert.Len(t, metadata, 60)
}
