package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/recon"
)

//go:embed queries/recon_entries.sql
var reconEntriesSQL string

// ReconBooks reads what the journal has on an account for whoever reconciles it.
type ReconBooks struct {
	pool    *pgxpool.Pool
	shard   journal.Shard
	account string
	types   []string
	entry   func(*journal.Event) (recon.Entry, bool, error)
}

var _ recon.Books = (*ReconBooks)(nil)

// NewReconBooks returns the books of an account of the ledger main. entry makes an entry of an event that moved the account,
// or is of one of types; it passes over one that is nothing to it.
func NewReconBooks(pool *pgxpool.Pool, shard journal.Shard, account string, types []string, entry func(*journal.Event) (recon.Entry, bool, error)) *ReconBooks {
	return &ReconBooks{pool, shard, account, types, entry}
}

// Entries implements recon.Books. It reads the journal in one pass, row by row, in a view that does not change.
func (b *ReconBooks) Entries(ctx context.Context, from time.Time, each func(recon.Entry) error) (balances []recon.Money, position int64, err error) {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, b.pool, options, func(tx pgx.Tx) error {
		head, err := Books{tx}.Head(ctx, b.shard)
		if err != nil {
			return err
		}
		position = head.Position
		if balances, err = b.balances(ctx, tx); err != nil {
			return err
		}
		// An account and a side stand beside each other in a posting, so none is found that only begins alike.
		rows, err := tx.Query(ctx, reconEntriesSQL, int16(b.shard), from, b.types, `"`+b.account+`",`)
		if err != nil {
			return err
		}
		return eachOf(rows, scanEvent, func(e journal.Event) error {
			entry, ok, err := b.entry(&e)
			if err != nil || !ok {
				return err
			}
			return each(entry)
		})
	})
	if err != nil {
		return nil, 0, fmt.Errorf("entries of %s: %w", b.account, err)
	}
	return balances, position, nil
}

// balances are what the account holds by decision state, which is as new as the journal.
func (b *ReconBooks) balances(ctx context.Context, tx pgx.Tx) (out []recon.Money, err error) {
	prefix := "balance/" + ledger.Main + "/" + b.account + "/"
	//nolint:rowserrcheck // pgx.ForEachRow closes the rows and returns their error
	rows, err := tx.Query(ctx, `SELECT key, data FROM state WHERE shard = $1 AND key > $2 AND key < $2 || chr(127)`, int16(b.shard), prefix)
	if err != nil {
		return nil, err
	}
	var key string
	var data []byte
	_, err = pgx.ForEachRow(rows, []any{&key, &data}, func() error {
		var balance ledger.Balance
		if err := json.Unmarshal(data, &balance); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		out = append(out, recon.Money{Asset: strings.TrimPrefix(key, prefix), Amount: balance.On(journal.Debit)})
		return nil
	})
	return out, err
}
