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
	// byAccount says that an account is asked for; it has a key in args for each of its assets.
	byAccount bool
	assets    int
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
	s := &search{args: pgx.NamedArgs{"ledger": f.Ledger, "limit": f.Limit}, byTime: !f.From.IsZero() || !f.Until.IsZero()}
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
	if f.Account == "" {
		return s, nil
	}
	assets, err := r.assetsOf(ctx, f)
	if err != nil {
		return nil, err
	}
	keys := make([][16]byte, len(assets))
	for i, asset := range assets {
		keys[i] = entryKey(f.Ledger, f.Account, asset)
		s.args[fmt.Sprintf("key_%d", i)] = keys[i]
	}
	s.args["keys"], s.byAccount, s.assets = keys, true, len(keys)
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

// assetsOf returns the asset of a filter, or all that its account ever held.
func (r *Reads) assetsOf(ctx context.Context, f query.TransactionFilter) ([]string, error) {
	if f.Asset != "" {
		return []string{f.Asset}, nil
	}
	balances, err := r.Balances(ctx, f.Ledger, "", f.Account)
	assets := make([]string, len(balances))
	for i, b := range balances {
		assets[i] = b.Asset
	}
	return assets, err
}

// The two halves of a bound of effective time.
const (
	undated = "effective_at IS NULL AND position > @from_position AND position <= @until_position"
	byDate  = "effective_at IS NOT NULL AND effective_at >= @from AND effective_at < @until"
)

// walk selects the newest positions, at most limit. Each part of it is read from an index, backwards.
func (s *search) walk(limit string) string {
	sources := []string{"{transactions}.tx WHERE ledger = @ledger"}
	if s.byAccount {
		sources = make([]string, s.assets)
		for i := range sources {
			sources[i] = fmt.Sprintf("{entries}.entry WHERE key = @key_%d", i)
		}
	}
	times := []string{""}
	if s.byTime {
		times = []string{undated, byDate}
	}
	var parts []string
	for _, source := range sources {
		for _, at := range times {
			conditions := append([]string{source}, s.bounds...)
			if at != "" {
				conditions = append(conditions, at)
			}
			parts = append(parts, "(SELECT position FROM "+strings.Join(conditions, " AND ")+" ORDER BY position DESC LIMIT "+limit+")")
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(SELECT DISTINCT position FROM (" + strings.Join(parts, " UNION ALL ") + ") parts ORDER BY position DESC LIMIT " + limit + ")"
}

// lookThrough selects what fits among the newest positions; the last of those, and how many they are.
func (s *search) lookThrough() string {
	return "WITH seen AS MATERIALIZED " + s.walk(fmt.Sprint(looked)) + `
SELECT nullif(ARRAY(SELECT s.position
               FROM (SELECT position FROM seen ORDER BY position DESC OFFSET 0) s
              CROSS JOIN LATERAL (SELECT FROM {transactions}.tx t WHERE t.ledger = @ledger AND t.position = s.position AND ` + s.hasTerms() + ` OFFSET 0) t
              CROSS JOIN LATERAL (SELECT FROM events e WHERE e.shard = 0 AND e.position = s.position AND ` + s.checked() + ` OFFSET 0) e
              ORDER BY s.position DESC
              LIMIT @limit), '{}'),
       (SELECT coalesce(min(position), 0) FROM seen), (SELECT count(*) FROM seen)`
}

// find selects the newest positions that fit, by the index of terms.
func (s *search) find() string {
	conditions := append([]string{"ledger = @ledger", s.hasTerms()}, s.bounds...)
	if s.byTime {
		conditions = append(conditions, "("+undated+" OR "+byDate+")")
	}
	if s.byAccount {
		inner := append([]string{"key = ANY (@keys::uuid[])"}, s.bounds...)
		conditions = append(conditions, "position IN (SELECT position FROM {entries}.entry WHERE "+strings.Join(inner, " AND ")+")")
	}
	return "WITH found AS MATERIALIZED (SELECT position FROM {transactions}.tx t WHERE " + strings.Join(conditions, " AND ") + `)
SELECT s.position
  FROM (SELECT position FROM found ORDER BY position DESC OFFSET 0) s
 CROSS JOIN LATERAL (SELECT FROM events e WHERE e.shard = 0 AND e.position = s.position AND ` + s.checked() + ` OFFSET 0) e
 ORDER BY s.position DESC
 LIMIT @limit`
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
