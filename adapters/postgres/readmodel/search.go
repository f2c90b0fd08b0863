package readmodel

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/query"
)

// search is a filter of transactions, in SQL.
//
// Its statements are written so that they are run as they read, whatever the database's statistics
// say: a subquery with OFFSET 0 is not taken apart, a materialized one not merged.
type search struct {
	args pgx.NamedArgs
	// limit is written out: with a parameter, Postgres takes a tenth of the table for the page, and
	// plans every call anew to find a better plan.
	limit int
	// byAccount says that an account is asked for, by its entries.
	byAccount bool
	// bounds are conditions on position.
	bounds []string
	// byTime says that the effective time is bounded: by position for what counts from when it was
	// recorded, by itself for the rest.
	byTime bool
	// terms must all be there, and one of sizes; checks hold them against the journal row e.
	terms, sizes []int32
	checks       []string
}

// newSearch reads a filter, and looks up what its times and its account stand for.
func (r *Reads) newSearch(ctx context.Context, f query.TransactionFilter) (*search, error) {
	s := &search{args: pgx.NamedArgs{"ledger": f.Ledger}, limit: f.Limit, byTime: !f.From.IsZero() || !f.Until.IsZero()}
	if f.Before > 0 {
		s.bound("position < @before", "before", f.Before)
	}
	if !f.RecordedFrom.IsZero() {
		low, err := r.positionBefore(ctx, f.RecordedFrom, 0)
		if err != nil {
			return nil, err
		}
		s.bound("position > @low", "low", low)
	}
	if !f.RecordedUntil.IsZero() {
		high, err := r.positionBefore(ctx, f.RecordedUntil, math.MaxInt64)
		if err != nil {
			return nil, err
		}
		s.bound("position <= @high", "high", high)
	}
	if s.byTime {
		if err := r.boundTime(ctx, s, f); err != nil {
			return nil, err
		}
	}
	s.addTerms(f)
	if s.byAccount = f.Account != ""; s.byAccount {
		s.args["account"], s.args["of_asset"] = f.Account, f.Asset
	}
	return s, nil
}

// bound adds a condition on position.
func (s *search) bound(condition, name string, value int64) {
	s.bounds = append(s.bounds, condition)
	s.args[name] = value
}

// boundTime adds the bounds of the effective time.
func (r *Reads) boundTime(ctx context.Context, s *search, f query.TransactionFilter) error {
	from, err := r.positionBefore(ctx, f.From, 0)
	if err != nil {
		return err
	}
	until, err := r.positionBefore(ctx, f.Until, math.MaxInt64)
	if err != nil {
		return err
	}
	if f.Until.IsZero() {
		f.Until = endOfTime
	}
	s.args["from_position"], s.args["until_position"] = from, until
	s.args["from"], s.args["until"] = f.From, f.Until
	return nil
}

// The two halves of a bound of effective time.
const (
	undated = "effective_at IS NULL AND position > @from_position AND position <= @until_position"
	byDate  = "effective_at IS NOT NULL AND effective_at >= @from AND effective_at < @until"
)

// keysOf selects the keys of the account, one for each asset that it ever held, or the one asked for.
const keysOf = `SELECT entry_key(ledger, address, asset) AS key
  FROM {accounts}.balance WHERE ledger = @ledger AND address = @account AND (@of_asset = '' OR asset = @of_asset)`

// walk selects the newest positions, at most limit. Each part of it is read from an index, backwards.
func (s *search) walk(limit int) string {
	if !s.byTime {
		return s.part("", limit)
	}
	return "(SELECT position FROM (" + s.part(undated, limit) + " UNION ALL " + s.part(byDate, limit) + ") parts" +
		newestOnly(limit) + ")"
}

// part is the walk over what fulfils a condition.
func (s *search) part(condition string, limit int) string {
	source, conditions := "{transactions}.tx", append([]string{"ledger = @ledger"}, s.bounds...)
	if s.byAccount {
		source, conditions[0] = "{entries}.entry", "key = k.key"
	}
	if condition != "" {
		conditions = append(conditions, condition)
	}
	walk := "(SELECT position FROM " + source + " WHERE " + strings.Join(conditions, " AND ") + newestOnly(limit) + ")"
	if !s.byAccount {
		return walk
	}
	return "(SELECT DISTINCT position FROM (" + keysOf + " OFFSET 0) k CROSS JOIN LATERAL " + walk + " x" + newestOnly(limit) + ")"
}

func newestOnly(limit int) string { return fmt.Sprintf(" ORDER BY position DESC LIMIT %d", limit) }

// newest selects the newest transactions.
func (s *search) newest() string { return found(s.walk(s.limit)) }

// found adds to positions by which transaction each was reversed, and the journal's term, of the same
// moment.
func found(positions string) string {
	return "SELECT s.position, coalesce(v.by_id, ''), (SELECT epoch FROM shard_head WHERE shard = 0) FROM (" + positions + " OFFSET 0) s" +
		" LEFT JOIN LATERAL (SELECT by_id FROM {transactions}.reversal WHERE position = s.position OFFSET 0) v ON true ORDER BY s.position DESC"
}

// lookThrough selects what fits among the newest positions; the last of those, and how many they are.
func (s *search) lookThrough(newest int) string {
	return "WITH seen AS MATERIALIZED " + s.walk(newest) + `
SELECT ARRAY(SELECT s.position
               FROM (SELECT position FROM seen ORDER BY position DESC OFFSET 0) s
              CROSS JOIN LATERAL (SELECT FROM {transactions}.tx t WHERE t.ledger = @ledger AND t.position = s.position AND ` + s.hasTerms() + ` OFFSET 0) t
              CROSS JOIN LATERAL (SELECT FROM events e WHERE e.shard = 0 AND e.position = s.position AND ` + s.checked() + ` OFFSET 0) e
             ` + newestOnly(s.limit) + `),
       (SELECT coalesce(min(position), 0) FROM seen), (SELECT count(*) FROM seen)`
}

// find selects the newest positions that fit, by the index of terms.
func (s *search) find() string {
	conditions := append([]string{"ledger = @ledger", s.hasTerms()}, s.bounds...)
	if s.byTime {
		conditions = append(conditions, "("+undated+" OR "+byDate+")")
	}
	account := ""
	if s.byAccount {
		account = `
 CROSS JOIN LATERAL (SELECT FROM {entries}.entry WHERE key = ANY ((SELECT array_agg(key) FROM (` + keysOf + `) k)::uuid[]) AND position = s.position LIMIT 1) a`
	}
	return "WITH found AS MATERIALIZED (SELECT position FROM {transactions}.tx t WHERE " + strings.Join(conditions, " AND ") + `)
SELECT s.position
  FROM (SELECT position FROM found ORDER BY position DESC OFFSET 0) s` + account + `
 CROSS JOIN LATERAL (SELECT FROM events e WHERE e.shard = 0 AND e.position = s.position AND ` + s.checked() + ` OFFSET 0) e
` + newestOnly(s.limit)
}

// hasTerms is the condition on terms.
func (s *search) hasTerms() string {
	condition := "terms @> @terms::integer[]"
	if s.sizes != nil {
		condition += " AND terms && @sizes::integer[]"
	}
	return condition
}

// checked is the condition on the journal row e.
func (s *search) checked() string { return strings.Join(s.checks, " AND ") }
