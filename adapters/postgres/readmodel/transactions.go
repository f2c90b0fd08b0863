package readmodel

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/query"
)

// How many of the newest transactions are looked through one by one before the index of terms is
// asked. What most transactions have is found among them at once, and the index would count all that
// have it; what is not is so rare that the index has few to show.
const (
	looked = 500
	// lookedByAccount is how many of an account are looked through besides, some 50 ms of work at most. Only
	// an account that has more is looked for among all that has the terms.
	lookedByAccount = 10_000
)

// Transactions returns where transactions are, newest first.
func (r *Reads) Transactions(ctx context.Context, f query.TransactionFilter) ([]query.Found, error) {
	s := newSearch(f)
	text := s.newest()
	if len(s.terms) > 0 {
		positions, err := r.search(ctx, s, f)
		if err != nil || len(positions) == 0 {
			return nil, err
		}
		text, s.args["positions"] = found("SELECT unnest(@positions::bigint[]) AS position"), positions
	}
	out := make([]query.Found, 0, f.Limit)
	err := r.run(ctx, text, s.args, func(rows pgx.Rows) error {
		var at query.Found
		err := rows.Scan(&at.Position, &at.ReversedBy, &at.Term)
		out = append(out, at)
		return err
	})
	return out, err
}

// search returns the positions of what has terms, newest first.
func (r *Reads) search(ctx context.Context, s *search, f query.TransactionFilter) (positions []int64, err error) {
	steps := []int{looked}
	switch {
	case f.Reference != "":
		steps = nil // at most one transaction has it
	case f.Account != "":
		steps = append(steps, lookedByAccount)
	}
	for _, step := range steps {
		var fit []int64
		var last int64
		var count int
		if err := r.run(ctx, s.lookThrough(step), s.args, func(rows pgx.Rows) error { return rows.Scan(&fit, &last, &count) }); err != nil {
			return nil, err
		}
		if positions = append(positions, fit...); len(positions) == f.Limit || count < step {
			return positions, nil
		}
		s.upTo(last-1, f.Limit-len(positions))
	}
	err = r.run(ctx, s.find(), s.args, func(rows pgx.Rows) error {
		var position int64
		err := rows.Scan(&position)
		positions = append(positions, position)
		return err
	})
	return positions, err
}

// Reversed returns, of the transactions at positions, the ids of those that reversed them.
func (r *Reads) Reversed(ctx context.Context, positions []int64) (map[int64]string, error) {
	out := map[int64]string{}
	err := r.rows(ctx, "reversal_list", pgx.NamedArgs{"positions": positions}, func(rows pgx.Rows) error {
		var position int64
		var by string
		err := rows.Scan(&position, &by)
		out[position] = by
		return err
	})
	return out, err
}
