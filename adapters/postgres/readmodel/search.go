package readmodel

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/query"
)

// search is a filter of transactions, in SQL.
//
// Its statements are written so that they are run as they read, whatever the database's statistics
// say: a subquery with OFFSET 0 is not taken apart, a materialized one not merged.
type search struct {
	args pgx.NamedArgs
	// limit is how many are wanted still.
	limit int
	// byAccount says that an account is asked for, by its entries.
	byAccount bool
	// bounds are conditions on position.
	bounds []string
	// undated are the conditions on what counts from when it was recorded, whose effective time is
	// bounded by position; nil when it has no bounds. byDate are those on the rest.
	undated []string
	// terms must all be there, and one of sizes; checks hold them against the journal row e.
	terms, sizes []int32
	checks       []string
}

// newSearch reads a filter.
func newSearch(f query.TransactionFilter) *search {
	s := &search{args: pgx.NamedArgs{"ledger": f.Ledger}, bounds: []string{"position <= @high"}}
	high := f.UpTo
	if f.Before > 0 {
		high = min(high, f.Before-1)
	}
	s.upTo(high, f.Limit)
	s.boundTimes(f)
	s.addTerms(f)
	if s.byAccount = f.Account != ""; s.byAccount {
		s.args["account"], s.args["of_asset"] = f.Account, f.Asset
	}
	return s
}

// upTo says where the search begins, and how many are wanted from there.
func (s *search) upTo(position int64, limit int) {
	s.limit = limit
	s.args["high"], s.args["limit"] = position, limit
}

// boundTimes adds the bounds of times. Their positions are found by the statement itself and not before:
// whatever is recorded while it runs is in all of it or in none.
func (s *search) boundTimes(f query.TransactionFilter) {
	before := func(name string, t time.Time) string {
		s.args[name] = wholeMicros(t)
		return "(SELECT journal_position_before(0::smallint, @" + name + "))"
	}
	if !f.RecordedFrom.IsZero() {
		s.bounds = append(s.bounds, "position > "+before("recorded_from", f.RecordedFrom))
	}
	if !f.RecordedUntil.IsZero() {
		s.bounds = append(s.bounds, "position <= "+before("recorded_until", f.RecordedUntil))
	}
	if f.From.IsZero() && f.Until.IsZero() {
		return
	}
	s.undated = []string{"effective_at IS NULL"}
	s.args["from"], s.args["until"] = time.Time{}, endOfTime
	if !f.From.IsZero() {
		s.undated = append(s.undated, "position > "+before("from", f.From))
	}
	if !f.Until.IsZero() {
		s.undated = append(s.undated, "position <= "+before("until", f.Until))
	}
}

// byDate are the conditions on what was dated. With one bound alone, Postgres would plan every call anew.
const byDate = "effective_at IS NOT NULL AND effective_at >= @from AND effective_at < @until"

// keysOf selects the keys of the account, one for each asset that it ever held, or the one asked for.
const keysOf = `SELECT entry_key(ledger, address, asset) AS key
  FROM {accounts}.balance WHERE ledger = @ledger AND address = @account AND (@of_asset = '' OR asset = @of_asset)`

// walk selects the newest positions, at most limit. Each part of it is read from an index, backwards.
func (s *search) walk(limit int) string {
	if s.undated == nil {
		return s.part(nil, limit)
	}
	return "(SELECT position FROM (" + s.part(s.undated, limit) + " UNION ALL " + s.part([]string{byDate}, limit) + ") parts" +
		newestOnly(limit) + ")"
}

// part is the walk over what fulfils conditions.
func (s *search) part(conditions []string, limit int) string {
	source, of := "{transactions}.tx", "ledger = @ledger"
	if s.byAccount {
		source, of = "{entries}.entry", "key = k.key"
	}
	walk := "(SELECT position FROM " + source + " WHERE " + all([]string{of}, s.bounds, conditions) + newestOnly(limit) + ")"
	if !s.byAccount {
		return walk
	}
	return "(SELECT DISTINCT position FROM (" + keysOf + " OFFSET 0) k CROSS JOIN LATERAL " + walk + " x" + newestOnly(limit) + ")"
}

// newestOnly ends a walk. Its limit is written out: with a parameter, Postgres takes a tenth of the
// table for the page, and plans every call anew to find a better plan.
func newestOnly(limit int) string { return fmt.Sprintf(" ORDER BY position DESC LIMIT %d", limit) }

// all joins lists of conditions.
func all(conditions ...[]string) string { return strings.Join(slices.Concat(conditions...), " AND ") }

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
              ORDER BY position DESC LIMIT @limit),
       (SELECT coalesce(min(position), 0) FROM seen), (SELECT count(*) FROM seen)`
}

// find selects the newest positions that fit, by the index of terms.
func (s *search) find() string {
	conditions := all([]string{"ledger = @ledger", s.hasTerms()}, s.bounds)
	if s.undated != nil {
		conditions += " AND (" + all(s.undated) + " OR " + byDate + ")"
	}
	account := ""
	if s.byAccount {
		account = `
 CROSS JOIN LATERAL (SELECT FROM {entries}.entry WHERE key = ANY ((SELECT array_agg(key) FROM (` + keysOf + `) k)::uuid[]) AND position = s.position LIMIT 1) a`
	}
	return "WITH found AS MATERIALIZED (SELECT position FROM {transactions}.tx t WHERE " + conditions + `)
SELECT s.position
  FROM (SELECT position FROM found ORDER BY position DESC OFFSET 0) s` + account + `
 CROSS JOIN LATERAL (SELECT FROM events e WHERE e.shard = 0 AND e.position = s.position AND ` + s.checked() + ` OFFSET 0) e
 ORDER BY position DESC LIMIT @limit`
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
func (s *search) checked() string { return all(s.checks) }
