package readmodel

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// sums holds the balance that each posting carries against the sum of the postings up to its transaction, and in the
// end all accounts of each ledger against each other.
type sums struct {
	registry *journal.Registry
	// until is where the projection of accounts stands. What moves up to there is added up for it too, and handed on
	// when there is no more.
	until   int64
	changes *accountChanges
	handed  chan<- *accountChanges
	// later is what moved after it: debits less credits.
	later    map[balanceKey]decimal.Decimal
	postings int64
	took     time.Duration
}

func newSums(registry *journal.Registry, until int64, handed chan<- *accountChanges) *sums {
	return &sums{registry: registry, until: until, changes: newAccountChanges(), handed: handed, later: map[balanceKey]decimal.Decimal{}}
}

// The names of these checks.
const (
	checkAfter = "balance after"
	checkSums  = "sums"
)

// take implements part.
func (s *sums) take(_ context.Context, events []journal.Event, report *journal.Report) error {
	begun := time.Now()
	defer func() { s.took += time.Since(begun) }()
	for i := range events {
		e := &events[i]
		if e.Position <= s.until {
			if err := s.changes.add(s.registry, e); err != nil {
				return err
			}
		} else {
			for i := range e.Postings {
				p := &e.Postings[i]
				key := balanceKey{accountKey{e.Ledger, p.Account}, p.Asset}
				s.later[key] = s.later[key].Add(signed(p))
			}
		}
		s.postings += int64(len(e.Postings))
		s.look(e, report)
	}
	return nil
}

// look holds the balances that the postings of an event carry against what moved.
func (s *sums) look(e *journal.Event, report *journal.Report) {
	for i := range e.Postings {
		p := &e.Postings[i]
		var want decimal.Decimal
		if e.Position <= s.until { // as it is for nearly all: without looking the balance up again
			sum := s.changes.sums.moved[i]
			want = sum.debits.sum().Sub(sum.credits.sum())
		} else {
			want = s.net(balanceKey{accountKey{e.Ledger, p.Account}, p.Asset})
		}
		if ledger.Address(p.Account).NormalSide() == journal.Credit {
			want = want.Neg()
		}
		if !p.Balance.Equal(want) {
			report.Add(journal.Finding{Check: checkAfter, Position: e.Position,
				Detail: fmt.Sprintf("posting %d leaves %s with %s %s, expected %s", i, p.Account, p.Balance, p.Asset, want)})
		}
	}
}

// net is what moved in an account: debits less credits.
func (s *sums) net(key balanceKey) (net decimal.Decimal) {
	if sum := s.changes.sums.sums[key]; sum != nil {
		net = sum.debits.sum().Sub(sum.credits.sum())
	}
	if len(s.later) > 0 {
		net = net.Add(s.later[key])
	}
	return net
}

// signed is a posting's amount as debits less credits.
func signed(p *journal.Posting) decimal.Decimal {
	if p.Side == journal.Credit {
		return p.Amount.Neg()
	}
	return p.Amount
}

// finish implements part.
func (s *sums) finish(_ context.Context, report *journal.Report) error {
	report.Checked(checkAfter, s.postings, s.took)
	begun := time.Now()
	totals := map[[2]string]decimal.Decimal{}
	count := len(s.changes.sums.sums)
	for key := range s.changes.sums.sums {
		of := [2]string{key.ledger, key.asset}
		totals[of] = totals[of].Add(s.net(key))
	}
	for key, net := range s.later {
		if s.changes.sums.sums[key] == nil {
			count++
			of := [2]string{key.ledger, key.asset}
			totals[of] = totals[of].Add(net)
		}
	}
	for of, total := range totals {
		if !total.IsZero() {
			report.Add(journal.Finding{Check: checkSums, Detail: fmt.Sprintf("all debits of ledger %s exceed its credits by %s %s", of[0], total, of[1])})
		}
	}
	report.Checked(checkSums, int64(count), time.Since(begun))
	s.handed <- s.changes
	return nil
}
