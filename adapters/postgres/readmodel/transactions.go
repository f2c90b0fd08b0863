package readmodel

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/query"
)

// looked is how many of the newest transactions are looked through one by one before an index is asked
// for terms. What most transactions have is found among them at once, and an index would count all
// that have it; what is not is so rare that an index has few to show.
const looked = 500

// Transactions returns where transactions are, newest first.
func (r *Reads) Transactions(ctx context.Context, f query.TransactionFilter) ([]query.Found, error) {
	s, err := r.newSearch(ctx, f)
	if err != nil {
		return nil, err
	}
	var out []query.Found
	if len(s.terms) == 0 {
		err = r.run(ctx, s.newest(), s.args, func(rows pgx.Rows) error {
			var at query.Found
			err := rows.Scan(&at.Position, &at.ReversedBy)
			out = append(out, at)
			return err
		})
		return out, err
	}
	positions, err := r.search(ctx, s, f)
	if err != nil || len(positions) == 0 {
		return nil, err
	}
	reversed, err := r.Reversed(ctx, positions)
	for _, position := range positions {
		out = append(out, query.Found{Position: position, ReversedBy: reversed[position]})
	}
	return out, err
}

// search returns the positions of what has terms, newest first.
func (r *Reads) search(ctx context.Context, s *search, f query.TransactionFilter) (newest []int64, err error) {
	if f.Reference == "" { // else at most one has it
		var last, count int64
		if err := r.run(ctx, s.lookThrough(), s.args, func(rows pgx.Rows) error { return rows.Scan(&newest, &last, &count) }); err != nil {
			return nil, err
		}
		if len(newest) == f.Limit || count < looked {
			return newest, nil
		}
		s.bound("position < @last", "last", last)
		s.limit -= len(newest)
	}
	err = r.run(ctx, s.find(), s.args, func(rows pgx.Rows) error {
		var position int64
		err := rows.Scan(&position)
		newest = append(newest, position)
		return err
	})
	return newest, err
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
