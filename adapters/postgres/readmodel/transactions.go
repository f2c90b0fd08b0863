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

// Transactions returns the positions of transactions, newest first.
func (r *Reads) Transactions(ctx context.Context, f query.TransactionFilter) ([]int64, error) {
	s, err := r.newSearch(ctx, f)
	if err != nil {
		return nil, err
	}
	if s.byAccount && s.assets == 0 {
		return nil, nil
	}
	if len(s.terms) == 0 {
		return r.positions(ctx, s.walk("@limit"), s.args)
	}
	if f.Reference != "" { // at most one transaction has it
		return r.positions(ctx, s.find(), s.args)
	}
	var newest []int64 // NULL when there are none
	var last, count int64
	if err := r.run(ctx, s.lookThrough(), s.args, func(rows pgx.Rows) error { return rows.Scan(&newest, &last, &count) }); err != nil {
		return nil, err
	}
	if len(newest) == f.Limit || count < looked {
		return newest, nil
	}
	s.bound("position < @last", "last", last)
	s.args["limit"] = f.Limit - len(newest)
	older, err := r.positions(ctx, s.find(), s.args)
	return append(newest, older...), err
}

func (r *Reads) positions(ctx context.Context, text string, args pgx.NamedArgs) (out []int64, err error) {
	err = r.run(ctx, text, args, func(rows pgx.Rows) error {
		var position int64
		err := rows.Scan(&position)
		out = append(out, position)
		return err
	})
	return out, err
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
