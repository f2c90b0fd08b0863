package readmodel

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/users/seal"
)

// Names returns the display names of people, sealed, by their ids. Who has none is left out.
func (r *Reads) Names(ctx context.Context, ids []string) (map[string]seal.Text, error) {
	out := make(map[string]seal.Text, len(ids))
	err := r.rows(ctx, "users_names", pgx.NamedArgs{"ids": ids}, func(rows pgx.Rows) error {
		var id string
		var name seal.Text
		err := rows.Scan(&id, &name)
		out[id] = name
		return err
	})
	return out, err
}
