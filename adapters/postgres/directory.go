package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/desk"
	"github.com/florinledger/florin/wallet"
)

// peopleShard is where people and the keys of services are: outside of every ledger, on the first shard.
const peopleShard journal.Shard = 0

// Directory reads the decision state of people and of the keys of services, as the writer's last commit
// left it. It is safe for concurrent use.
type Directory struct{ pool *pgxpool.Pool }

var _ desk.Directory = (*Directory)(nil)

// NewDirectory returns the directory in pool's database, which must be the one that the writer writes to.
func NewDirectory(pool *pgxpool.Pool) *Directory { return &Directory{pool: pool} }

// User implements desk.Directory. Who is erased is found, as erased. userID may be any text.
func (d *Directory) User(ctx context.Context, userID string) (u users.State, ok bool, err error) {
	return lookUp(ctx, d.pool, users.People(), userID)
}

// Holder implements desk.Directory. emailToken may be any text.
func (d *Directory) Holder(ctx context.Context, emailToken string) (userID string, ok bool, err error) {
	a, ok, err := lookUp(ctx, d.pool, users.Addresses(), emailToken)
	if err != nil || !ok || a.Retired {
		return "", false, err
	}
	return a.UserID, true, nil
}

// APIKey returns what is known of the key whose secret has a digest, revoked and expired ones included:
// ask KeyState.Counts. ok is false when there never was one. digest may be any text.
func (d *Directory) APIKey(ctx context.Context, digest string) (k users.KeyState, ok bool, err error) {
	return lookUp(ctx, d.pool, users.APIKeys(), digest)
}

// Wallet returns what is known of a wallet, whatever its status. walletID may be any text.
func (d *Directory) Wallet(ctx context.Context, walletID string) (w wallet.State, ok bool, err error) {
	return lookUp(ctx, d.pool, wallet.Wallets(), walletID)
}

// lookUp reads one row of decision state.
func lookUp[T any](ctx context.Context, pool *pgxpool.Pool, kind journal.Kind[T], id string) (value T, ok bool, err error) {
	if strings.ContainsRune(id, 0) || !utf8.ValidString(id) {
		return value, false, nil // no text to Postgres, which holds no row of that name
	}
	var key string
	var version int64
	var data []byte
	err = pool.QueryRow(ctx, stateSQL, int16(peopleShard), []string{kind.Key(id)}).Scan(&key, &version, &data)
	if errors.Is(err, pgx.ErrNoRows) {
		return value, false, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &value)
	}
	if err != nil {
		return value, false, fmt.Errorf("look up in the directory: %w", err)
	}
	return value, true, nil
}
