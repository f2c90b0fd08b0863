package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// booked is an answer that is given again.
type booked struct {
	position int
	body     string
}

// books are a service of which a test says what it forgets and does twice. It answers as Florin does.
type books struct {
	forget, double string // a key

	mu       sync.Mutex
	answers  map[string]booked
	position int
	payments []string // descriptions
	balances [2]int
}

func (b *books) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case r.Method == http.MethodPost:
		b.pay(w, r.Header.Get("Idempotency-Key"))
	case strings.HasPrefix(r.URL.Path, "/v1/wallets/"):
		wallet := strings.TrimPrefix(r.URL.Path, "/v1/wallets/")
		available := funds // of those that nobody pays from
		if wallet == "wal_0_0" || wallet == "wal_0_1" {
			available = b.balances[int(wallet[6]-'0')]
		}
		w.Header().Set("Florin-Position", fmt.Sprintf("0-%d", b.position))
		fmt.Fprintf(w, `{"balances":[{"asset":"JPY","available":"%d","held":"0"}]}`, available)
	case r.URL.Path == "/v1/transfers" && r.URL.Query().Get("wallet_id") == "wal_0_0":
		var items []string
		for _, d := range b.payments {
			items = append(items, fmt.Sprintf(`{"description":%q}`, d))
		}
		fmt.Fprintf(w, `{"data":[%s],"has_more":false}`, strings.Join(items, ","))
	default:
		fmt.Fprint(w, `{"data":[],"has_more":false}`)
	}
}

// pay moves 100 from the first wallet to the second.
func (b *books) pay(w http.ResponseWriter, key string) {
	a, replayed := b.answers[key]
	if replayed {
		w.Header().Set("Idempotent-Replayed", "true")
	} else {
		b.book(key)
		a = booked{b.position, fmt.Sprintf(`{"postings":[{"side":"debit","balance_after":"%d"},{"side":"credit","balance_after":"%d"}]}`, b.balances[0], b.balances[1])}
		if key == b.double {
			b.book(key)
		}
		b.answers[key] = a
	}
	w.Header().Set("Florin-Position", fmt.Sprintf("0-%d", a.position))
	w.WriteHeader(http.StatusCreated)
	fmt.Fprint(w, a.body)
	if key == b.forget { // as if it had never been
		b.forget = ""
		delete(b.answers, key)
		b.payments = b.payments[:len(b.payments)-1]
		b.balances[0], b.balances[1] = b.balances[0]+100, b.balances[1]-100
	}
}

func (b *books) book(key string) {
	b.position++
	b.payments = append(b.payments, key)
	b.balances[0], b.balances[1] = b.balances[0]-100, b.balances[1]+100
}

// played is a history of three payments, the second of which was left open.
func played(t *testing.T, forget, double string) *load {
	t.Helper()
	b := &books{forget: forget, double: double, answers: map[string]booked{}, balances: [2]int{funds, funds}}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	l := &load{history: newHistory(), caller: newCaller(server.URL, "token")}
	t.Cleanup(l.caller.http.CloseIdleConnections)
	for p := range l.wallets {
		l.wallets[p] = [2]string{fmt.Sprintf("wal_%d_0", p), fmt.Sprintf("wal_%d_1", p)}
	}
	for i := range 3 {
		r := &request{kind: transfer, amount: 100, key: fmt.Sprint("pay-", i), path: "/v1/transfers", sent: l.now(), outcome: unknown}
		a, err := l.caller.call(t.Context(), http.MethodPost, r.path, r.key, "{}")
		require.NoError(t, err)
		if i != 1 {
			r.settle(a, l.now())
		}
		l.add(r)
	}
	return l
}

func TestAnAuditOfSoundBooks(t *testing.T) {
	t.Parallel()
	l := played(t, "", "")
	a, err := auditLoad(t.Context(), l)
	require.NoError(t, err)
	assert.Empty(t, a.findings)
	r := a.row()
	assert.Equal(t, [5]int{2, 1, 1, 0, 0}, [5]int{r.acknowledged, r.open, r.happened, r.lost, r.doubled})
}

// What was answered and is gone is lost: its repetition does it anew.
func TestAnAuditFindsWhatIsLost(t *testing.T) {
	t.Parallel()
	l := played(t, "pay-2", "")
	a, err := auditLoad(t.Context(), l)
	require.NoError(t, err)
	assert.Equal(t, 1, a.lost)
	assert.Contains(t, strings.Join(a.findings, "\n"), "pay-2 was answered")
}

// What was left open and was done is found by its repetition; done once more, it is doubled, and the sums say so too.
func TestAnAuditFindsWhatIsDoubled(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"pay-0", "pay-1"} {
		l := played(t, "", key)
		a, err := auditLoad(t.Context(), l)
		require.NoError(t, err)
		assert.Equal(t, 1, a.doubled)
		all := strings.Join(a.findings, "\n")
		assert.Contains(t, all, key+" is in the books 2 times, and was done")
		assert.Contains(t, all, "wallet 0 of pair 0 has {available:600")
	}
}
