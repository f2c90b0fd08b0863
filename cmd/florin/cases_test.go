package main

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// numbered is a case of the list that a ledger which is nearly right fails, by its number there.
type numbered struct {
	number string
	run    func(t *testing.T, s *service)
}

// runCases runs cases one after another against one service, and then checks the books. Files of
// cases run beside each other; cases of one file do not, so that no more services run at once than
// the machine has cores.
func runCases(t *testing.T, list ...numbered) {
	t.Helper()
	s := startService(t)
	for _, c := range list {
		t.Run(c.number, func(t *testing.T) { c.run(t, s) })
	}
	s.verify()
}

// together calls f(0) to f(n-1) at once and returns their answers in that order.
func together(t *testing.T, n int, f func(i int) (*answer, error)) []*answer {
	t.Helper()
	answers, errs := make([]*answer, n), make([]error, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			answers[i], errs[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	return answers
}

// statuses counts answers by their status, and those that are problems by their code as well.
func statuses(answers []*answer) map[string]int {
	counts := map[string]int{}
	for _, a := range answers {
		name := http.StatusText(a.Status)
		if a.Status >= http.StatusBadRequest {
			name = a.str("code")
		}
		counts[name]++
	}
	return counts
}

// tryPost is post for goroutines other than the test's.
func (c *caller) tryPost(path, k string, body any) (*answer, error) {
	return c.try(http.MethodPost, path, body, key(k))
}

// txn is a transaction as the service shows it.
type txn struct {
	ID       string `json:"id"`
	Ledger   string `json:"ledger"`
	Number   int64  `json:"number"`
	Position string `json:"position"`
	Type     string `json:"type"`
	Postings []struct {
		posting
		BalanceAfter string `json:"balance_after"`
	} `json:"postings"`
	EffectiveAt time.Time         `json:"effective_at"`
	RecordedAt  time.Time         `json:"recorded_at"`
	Reference   string            `json:"reference"`
	Description string            `json:"description"`
	Metadata    map[string]string `json:"metadata"`
	Reverses    string            `json:"reverses"`
	ReversedBy  string            `json:"reversed_by"`
	Actor       string            `json:"actor"`
	CommandID   string            `json:"command_id"`
}

// txn decodes a transaction.
func (a *answer) txn() (x txn) {
	a.t.Helper()
	a.into(&x)
	return x
}

// replayed asserts whether the answer says that it was given before.
func (a *answer) replayed(want bool) *answer {
	a.t.Helper()
	text := ""
	if want {
		text = "true"
	}
	require.Equal(a.t, text, a.Header.Get("Idempotent-Replayed"))
	return a
}

// problem returns the members of a problem that are the same whenever it is told.
func (a *answer) problem() map[string]any {
	a.t.Helper()
	var members map[string]any
	a.into(&members)
	delete(members, "request_id")
	return members
}

// book is a ledger as finance sees it. A case has one of its own, so that cases do not disturb each
// other. Keys of its requests are those of this book alone.
type book struct {
	*caller
	name string
}

// opening is where the money of cases comes from: it has no floor.
const opening = "equity:opening"

// book opens a ledger. At the end of the test its numbers are checked: they have no gap.
func (s *service) book(t *testing.T) *book {
	t.Helper()
	b := &book{caller: s.finance().in(t), name: "case-" + strings.ToLower(rand.Text())[:16]}
	b.post("/v1/ledgers", "open "+b.name, map[string]any{"name": b.name}).is(http.StatusCreated)
	t.Cleanup(func() {
		if !t.Failed() {
			b.gapless()
		}
	})
	return b
}

// mainBook returns the ledger main.
func (s *service) mainBook(t *testing.T) *book {
	return &book{caller: s.finance().in(t), name: "main"}
}

// by returns the same book as another principal sees it.
func (b *book) by(c *caller) *book { return &book{caller: c.in(b.t), name: b.name} }

// path returns the address of something in the ledger.
func (b *book) path(rest string) string { return "/v1/ledgers/" + b.name + rest }

// key returns a key of this book alone.
func (b *book) key(k string) string { return b.name + " " + k }

// transact posts a transaction.
func (b *book) transact(k string, body any) *answer {
	b.t.Helper()
	return b.post(b.path("/transactions"), b.key(k), body)
}

// tryTransact is transact for goroutines other than the test's.
func (b *book) tryTransact(k string, body any) (*answer, error) {
	return b.tryPost(b.path("/transactions"), b.key(k), body)
}

// pay posts "from pays to".
func (b *book) pay(k, from, to, amount, asset string) *answer {
	b.t.Helper()
	return b.transact(k, transaction(pays(from, to, amount, asset)))
}

// fund gives an account money out of nothing.
func (b *book) fund(account, amount, asset string) txn {
	b.t.Helper()
	return b.pay("fund "+account+" "+amount+" "+asset, opening, account, amount, asset).is(http.StatusCreated).txn()
}

// reverse reverses a transaction.
func (b *book) reverse(id, k string, body map[string]any) *answer {
	b.t.Helper()
	return b.post(b.path("/transactions/"+id+"/reverse"), b.key(k), body)
}

// floors gives accounts a least balance of 0.
func (b *book) floors(asset string, accounts ...string) {
	b.t.Helper()
	for _, account := range accounts {
		b.floorIn(b.name, account, asset)
	}
}

// has asserts the balance of an account.
func (b *book) has(account, balance, asset string) {
	b.t.Helper()
	require.Equal(b.t, balance, b.balanceIn(b.name, account, asset), "%s in %s", account, asset)
}

// transaction returns a transaction by its id.
func (b *book) transaction(id string) txn {
	b.t.Helper()
	return b.get(b.path("/transactions/" + id)).is(http.StatusOK).txn()
}

// transactions returns all transactions, oldest first.
func (b *book) transactions() []txn {
	b.t.Helper()
	var all []txn
	next := ""
	for {
		var page struct {
			Data    []txn  `json:"data"`
			HasMore bool   `json:"has_more"`
			Next    string `json:"next_cursor"`
		}
		b.read(b.path("/transactions?limit=1000" + next)).is(http.StatusOK).into(&page)
		all = append(all, page.Data...)
		if !page.HasMore {
			break
		}
		next = "&cursor=" + page.Next
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all
}

// gapless asserts that the numbers of the ledger's transactions are 1, 2, 3… and returns how many
// there are.
func (b *book) gapless() int {
	b.t.Helper()
	all := b.transactions()
	for i, x := range all {
		require.EqualValues(b.t, i+1, x.Number)
	}
	return len(all)
}

// events counts the events of the ledger in the journal itself.
func (b *book) events() (n int) {
	b.t.Helper()
	b.s.query(b.t, &n, "SELECT count(*) FROM events WHERE ledger = $1", b.name)
	return n
}

// sums returns the rows of the ledger's trial balance.
func (b *book) sums() (rows []map[string]any) {
	b.t.Helper()
	var trial struct {
		Data []map[string]any `json:"data"`
	}
	b.read(b.path("/trial-balance")).is(http.StatusOK).into(&trial)
	return trial.Data
}

// untouched runs f and asserts that it left nothing in the ledger: no event, and every account with
// the sums that it had.
func (b *book) untouched(f func()) {
	b.t.Helper()
	events, sums := b.events(), b.sums()
	f()
	require.Equal(b.t, events, b.events(), "events in the journal")
	require.Equal(b.t, sums, b.sums())
}

// query reads one value from the database itself: what a caller is told may be wrong in the same
// way twice.
func (s *service) query(t *testing.T, into any, sql string, args ...any) {
	t.Helper()
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, s.settings.DatabaseURL)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(ctx)) }()
	require.NoError(t, conn.QueryRow(ctx, sql, args...).Scan(into))
}

// jsonOf returns a value as JSON.
func jsonOf(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return string(data)
}
