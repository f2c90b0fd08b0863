package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/messaging/webhook"
	"github.com/florinledger/florin/users"
)

//go:embed queries/directory_list.sql
var directoryListSQL string

// Known says of each of those who have a key in the vault whether the journal has them: people, erased or not, and
// webhook endpoints, whose keys have names of their own. It answers for all of them, or fails.
func (d *Directory) Known(ctx context.Context, people []string) (map[string]bool, error) {
	known, keys, names := make(map[string]bool, len(people)), make([]string, len(people)), make(map[string]string, len(people))
	for i, person := range people {
		known[person], keys[i] = false, users.People().Key(person)
		if webhook.IsKeyID(person) {
			keys[i] = webhook.KeyRow(person)
		}
		names[keys[i]] = person
	}
	rows, err := d.pool.Query(ctx, stateSQL, int16(peopleShard), keys)
	if err != nil {
		return nil, fmt.Errorf("who is known: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (key string, err error) {
		err = row.Scan(&key, nil, nil)
		return key, err
	})
	if err != nil {
		return nil, fmt.Errorf("who is known: %w", err)
	}
	for _, key := range found {
		known[names[key]] = true
	}
	return known, nil
}

// Erased returns the next people who were erased, after one that was returned before, in order of their
// ids; "" is before all of them. At most limit; fewer only at the end.
func (d *Directory) Erased(ctx context.Context, after string, limit int) ([]string, error) {
	return d.list(ctx, users.People().Key(""), after, "status", string(users.StatusErased), limit)
}

// GivenUp returns the next tokens of addresses that were given up, as Erased does people.
func (d *Directory) GivenUp(ctx context.Context, after string, limit int) ([]string, error) {
	return d.list(ctx, users.Addresses().Key(""), after, "retired", "true", limit)
}

// list returns the ids of rows of decision state of which one member has one value.
func (d *Directory) list(ctx context.Context, prefix, after, member, value string, limit int) ([]string, error) {
	rows, err := d.pool.Query(ctx, directoryListSQL, int16(peopleShard), prefix, after, member, value, limit)
	if err != nil {
		return nil, fmt.Errorf("list the directory: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list the directory: %w", err)
	}
	return ids, nil
}
