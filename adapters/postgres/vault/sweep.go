package vault

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

var (
	//go:embed sql/sweep_list.sql
	sweepListSQL string
	//go:embed sql/sweep_settle.sql
	sweepSettleSQL string
	//go:embed sql/sweep_delete.sql
	sweepDeleteSQL string
)

// Sweep takes away the keys of people who never came to be, as Discard does: their registration was
// refused, or never decided, and whoever should have discarded the key could not. It returns how many
// they were.
//
// It looks at keys that are older than olderThan, OrphanAge in the service, by the database's clock, and
// asks exists which of these people the journal knows. exists answers for each of them: one that is
// missing from the answer is a fault, not an orphan. Those who exist are not asked for again.
func (v *Vault) Sweep(ctx context.Context, olderThan time.Duration, exists func(ctx context.Context, people []string) (map[string]bool, error)) (swept int, err error) {
	for {
		rows, err := v.pool.Query(ctx, sweepListSQL, olderThan, page)
		if err != nil {
			return swept, fmt.Errorf("vault: sweep: %w", err)
		}
		people, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return swept, fmt.Errorf("vault: sweep: %w", err)
		}
		if len(people) == 0 {
			return swept, nil
		}
		known, err := exists(ctx, people)
		if err != nil {
			return swept, fmt.Errorf("vault: sweep: %w", err)
		}
		n, err := v.sweepPage(ctx, people, known)
		if err != nil {
			return swept, err
		}
		swept += n
	}
}

// sweepPage settles who is known and deletes the keys of the others. All of them are off the list then,
// so that Sweep comes to its end.
func (v *Vault) sweepPage(ctx context.Context, people []string, known map[string]bool) (int, error) {
	var settled, orphans []string
	for _, person := range people {
		switch is, answered := known[person]; {
		case !answered:
			return 0, fmt.Errorf("vault: sweep: nothing was said of %s", person)
		case is:
			settled = append(settled, person)
		default:
			orphans = append(orphans, person)
		}
	}
	err := v.durably(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sweepSettleSQL, settled); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, sweepDeleteSQL, orphans)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("vault: sweep: %w", err)
	}
	for _, person := range orphans {
		v.ForgetKey(person)
	}
	return len(orphans), nil
}
