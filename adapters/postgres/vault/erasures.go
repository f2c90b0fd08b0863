package vault

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed sql/erasures.sql
var erasuresSQL string

// Erasure is a person whose key was destroyed.
type Erasure struct {
	Person string
	At     time.Time
}

// Erasures returns the next erasures after one that was returned before, in order of time; the zero
// Erasure is before all of them. At most limit, between 1 and MaxErasures; fewer only at the end.
//
// After the journal was restored from a backup, the people on the list may be there again, though nothing
// of theirs can be read: the list says who is to be erased once more.
func (v *Vault) Erasures(ctx context.Context, after Erasure, limit int) ([]Erasure, error) {
	rows, err := v.pool.Query(ctx, erasuresSQL, after.At, after.Person, min(max(limit, 1), MaxErasures))
	if err != nil {
		return nil, fmt.Errorf("vault: erasures: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Erasure])
	if err != nil {
		return nil, fmt.Errorf("vault: erasures: %w", err)
	}
	return list, nil
}
