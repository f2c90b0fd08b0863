package vault

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/users/seal"
)

var (
	//go:embed sql/masters_in_use.sql
	mastersInUseSQL string
	//go:embed sql/rewrap_list.sql
	rewrapListSQL string
	//go:embed sql/rewrap_set.sql
	rewrapSetSQL string
	//go:embed sql/rewrap_pepper.sql
	rewrapPepperSQL string
)

// Check reports whether the master keys fit the vault: whether each key there is wrapped by one of them,
// and the addresses can be found. In a vault that has yet to be used it makes the pepper.
//
// Errors: ErrUnknownMaster, seal.ErrUnreadable, the database's.
func (v *Vault) Check(ctx context.Context) error {
	if _, err := v.mastersInUse(ctx); err != nil {
		return err
	}
	_, err := v.pepper(ctx)
	return err
}

// mastersInUse returns how many keys each master key wraps, by its id. Errors: ErrUnknownMaster.
func (v *Vault) mastersInUse(ctx context.Context) (map[string]int64, error) {
	rows, err := v.pool.Query(ctx, mastersInUseSQL)
	if err != nil {
		return nil, fmt.Errorf("vault: master keys in use: %w", err)
	}
	type use struct {
		Master string
		Keys   int64
	}
	uses, err := pgx.CollectRows(rows, pgx.RowToStructByPos[use])
	if err != nil {
		return nil, fmt.Errorf("vault: master keys in use: %w", err)
	}
	used := make(map[string]int64, len(uses))
	for _, u := range uses {
		if _, ok := v.masters.byID[u.Master]; !ok {
			return nil, fmt.Errorf("%w: %s, which wraps %d of the vault's keys", ErrUnknownMaster, u.Master, u.Keys)
		}
		used[u.Master] = u.Keys
	}
	return used, nil
}

// Rewrap wraps everything with the newest master key that is wrapped by an older one, and returns how
// many keys that were, the pepper included. It can be cut short and run again, and runs beside a service
// that creates and destroys keys. progress is told after each step how many are done of how many; it may
// be nil.
//
// The service must have been given the newest master key before: with the older one alone it would not
// open what was wrapped anew, and would go on wrapping with it.
func (v *Vault) Rewrap(ctx context.Context, progress func(done, total int64)) (done int64, err error) {
	used, err := v.mastersInUse(ctx)
	if err != nil {
		return 0, err
	}
	var total int64
	for master, keys := range used {
		if master != v.masters.newest {
			total += keys
		}
	}
	if done, err = v.rewrapPepper(ctx); err != nil {
		return 0, err
	}
	for last := ""; ; {
		stale, err := v.stale(ctx, last)
		if err != nil {
			return done, err
		}
		if len(stale) == 0 {
			return done, nil
		}
		last = stale[len(stale)-1].person
		n, err := v.rewrapKeys(ctx, stale)
		if err != nil {
			return done, err
		}
		if done += n; progress != nil {
			progress(done, max(done, total)) // some may have been added since
		}
	}
}

// wrappedKey is a row of person_key.
type wrappedKey struct {
	person, master string
	wrapped        []byte
}

// stale returns a page of what older master keys wrap, of people after the one given.
func (v *Vault) stale(ctx context.Context, last string) ([]wrappedKey, error) {
	rows, err := v.pool.Query(ctx, rewrapListSQL, v.masters.newest, last, page)
	if err != nil {
		return nil, fmt.Errorf("vault: wrap anew: %w", err)
	}
	stale, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k wrappedKey, err error) {
		err = row.Scan(&k.person, &k.master, &k.wrapped)
		return k, err
	})
	if err != nil {
		return nil, fmt.Errorf("vault: wrap anew: %w", err)
	}
	return stale, nil
}

// rewrapKeys replaces what is still as it was read: a key that was destroyed meanwhile stays so.
func (v *Vault) rewrapKeys(ctx context.Context, stale []wrappedKey) (n int64, err error) {
	people, before, after := make([]string, len(stale)), make([][]byte, len(stale)), make([][]byte, len(stale))
	for i, k := range stale {
		key, err := v.masters.unwrap(personLabel(k.person), k.master, k.wrapped)
		if err != nil {
			return 0, fmt.Errorf("vault: wrap the key of %s anew: %w", k.person, err)
		}
		_, wrapped := v.masters.wrap(personLabel(k.person), key)
		people[i], before[i], after[i] = k.person, k.wrapped, wrapped
	}
	err = v.durably(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, rewrapSetSQL, v.masters.newest, people, before, after)
		n = tag.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("vault: wrap anew: %w", err)
	}
	return n, nil
}

func (v *Vault) rewrapPepper(ctx context.Context) (n int64, err error) {
	var pepper seal.Key
	if pepper, err = v.pepper(ctx); err != nil {
		return 0, err
	}
	master, wrapped := v.masters.wrap(pepperLabel, pepper)
	err = v.durably(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, rewrapPepperSQL, master, []byte(wrapped))
		n = tag.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("vault: wrap the pepper anew: %w", err)
	}
	return n, nil
}
