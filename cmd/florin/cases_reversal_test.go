package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCasesOfReversal(t *testing.T) {
	t.Parallel()
	runCases(t,
		numbered{"27", reverseWhatIsSpent},
		numbered{"28", reverseAtEffectiveTime},
		numbered{"29", reversedTwiceAtOnce},
	)
}

// Case 27: a reversal keeps to floors, unless finance insists, and is done once.
func reverseWhatIsSpent(t *testing.T, s *service) {
	b := s.book(t)
	b.floors("JPY", accountA)
	got := b.fund(accountA, "100", "JPY")
	b.pay("spent", accountA, accountB, "100", "JPY").is(http.StatusCreated)
	b.untouched(func() {
		p := b.reverse(got.ID, "1", map[string]any{"reason": "booked twice"}).refused(http.StatusUnprocessableEntity, "insufficient-funds")
		require.Equal(t, accountA, p.str("account"))
		require.Empty(t, b.transaction(got.ID).ReversedBy)
	})
	x := b.reverse(got.ID, "2", map[string]any{"reason": "booked twice", "force": true}).is(http.StatusCreated).txn()
	require.Equal(t, "transaction-reversed", x.Type)
	require.Equal(t, got.ID, x.Reverses)
	require.Equal(t, "booked twice", x.Description)
	require.Equal(t, x.RecordedAt, x.EffectiveAt)
	require.EqualValues(t, 3, x.Number)
	b.has(accountA, "-100", "JPY")
	b.has(opening, "0", "JPY")
	require.Equal(t, x.ID, b.transaction(got.ID).ReversedBy)
	b.untouched(func() {
		for _, force := range []bool{false, true} {
			p := b.reverse(got.ID, fmt.Sprint("again ", force), map[string]any{"reason": "again", "force": force}).
				refused(http.StatusConflict, "already-reversed")
			require.Equal(t, x.ID, p.str("reversed_by"))
		}
		b.reverse("txn_00000000000000000000000000", "nothing", map[string]any{"reason": "nothing"}).
			refused(http.StatusNotFound, "transaction-not-found")
		b.reverse(got.ID, "no reason", map[string]any{}).refused(http.StatusBadRequest, "invalid-field")
		s.book(t).reverse(got.ID, "elsewhere", map[string]any{"reason": "of another ledger"}).
			refused(http.StatusNotFound, "transaction-not-found")
	})
	// A reversal is a transaction, and can be undone like one.
	b.reverse(x.ID, "back", map[string]any{"reason": "it was right"}).is(http.StatusCreated)
	b.has(accountA, "0", "JPY")
}

// Case 28: a reversal may take the original's effective time; a dry run of one reverses nothing.
func reverseAtEffectiveTime(t *testing.T, s *service) {
	b := s.book(t)
	body := transaction(pays(opening, accountA, "100", "JPY"))
	body["effective_at"] = "2021-03-05T12:30:00.123456Z"
	x := b.transact("1", body).is(http.StatusCreated).txn()
	require.Equal(t, time.Date(2021, 3, 5, 12, 30, 0, 123456000, time.UTC), x.EffectiveAt)
	require.True(t, x.RecordedAt.After(x.EffectiveAt))

	ask := map[string]any{"reason": "an error of that day", "at_effective_time": true}
	b.untouched(func() {
		dry := b.post(b.path("/transactions/"+x.ID+"/reverse?dry_run=true"), b.key("2"), ask).is(http.StatusCreated).txn()
		require.Equal(t, x.EffectiveAt, dry.EffectiveAt)
		require.Equal(t, "0", dry.Postings[1].BalanceAfter)
		require.Empty(t, b.transaction(x.ID).ReversedBy)
	})
	undone := b.reverse(x.ID, "2", ask).is(http.StatusCreated).replayed(false).txn()
	require.Equal(t, x.EffectiveAt, undone.EffectiveAt)
	require.True(t, undone.RecordedAt.After(x.RecordedAt))
	require.Equal(t, undone.ID, b.transaction(x.ID).ReversedBy)
	b.has(accountA, "0", "JPY")
}

// Case 29, at its full size: 500 random transactions over 80 accounts in 6 ledgers by 20 workers, each
// then reversed twice at once. One of the two succeeds, and everything is as it was.
func reversedTwiceAtOnce(t *testing.T, s *service) {
	const size, workers, accounts, ledgers = 500, 20, 80, 6
	books := make([]*book, ledgers)
	for i := range books {
		books[i] = s.book(t)
	}
	// A seed that is fixed: what is random here is which accounts meet, and a failure must come again.
	random := rand.New(rand.NewPCG(29, 0))
	type plan struct {
		book                  *book
		key, from, to, amount string
		recorded              *answer
		reversals             [2]*answer
		fault                 error
		faults                [2]error
	}
	plans := make([]*plan, size)
	for i := range plans {
		from := random.IntN(accounts)
		to := (from + 1 + random.IntN(accounts-1)) % accounts
		plans[i] = &plan{
			book: books[random.IntN(ledgers)], key: fmt.Sprint(i), amount: fmt.Sprint(1 + random.IntN(1000)),
			from: fmt.Sprint("liabilities:account:", from), to: fmt.Sprint("assets:account:", to),
		}
	}
	work := make(chan *plan)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for p := range work {
				if p.recorded, p.fault = p.book.tryTransact(p.key, transaction(pays(p.from, p.to, p.amount, "JPY"))); p.fault != nil {
					continue
				}
				path := p.book.path("/transactions/" + p.recorded.str("id") + "/reverse")
				var both sync.WaitGroup
				for i := range p.reversals {
					both.Go(func() {
						k := p.book.key(fmt.Sprint("reverse ", p.key, " ", i))
						p.reversals[i], p.faults[i] = p.book.tryPost(path, k, map[string]any{"reason": "at once"})
					})
				}
				both.Wait()
			}
		})
	}
	for _, p := range plans {
		work <- p
	}
	close(work)
	all.Wait()

	var answers []*answer
	for _, p := range plans {
		require.NoError(t, p.fault)
		require.NoError(t, errors.Join(p.faults[:]...))
		p.recorded.is(http.StatusCreated)
		answers = append(answers, p.reversals[:]...)
	}
	require.Equal(t, map[string]int{"Created": size, "already-reversed": size}, statuses(answers))
	count := 0
	for _, b := range books {
		count += b.gapless()
		for _, row := range b.sums() {
			require.Equal(t, "0", row["balance"], "%v", row)
		}
	}
	require.Equal(t, 2*size, count)
}
