package readmodel

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// entryKey is the digest by which the entries of one account in one asset are found. With 128 bits
// no two keys will ever meet, and a projection needs no table of account numbers.
func entryKey(ledger, address, asset string) (key [16]byte) {
	var room [256]byte
	name := append(append(append(append(append(room[:0], ledger...), 0), address...), 0), asset...)
	h := sha256.Sum256(name)
	copy(key[:], h[:])
	return key
}

// entryRow is what an account and asset has of a transaction. at and amount are nil unless the
// transaction is dated otherwise than it was recorded.
type entryRow struct {
	key      [16]byte
	position int64
	at       *time.Time
	amount   *string
}

// applyEntries adds one row for each account and asset that a transaction posts to, in the order of
// the index: a page of it is then gone to once, and not once for each of its rows.
func applyEntries(b *pgx.Batch, schema string, events []journal.Event) error {
	var rows []entryRow
	for i := range events {
		rows = appendEntryRows(rows, &events[i])
	}
	if len(rows) == 0 {
		return nil
	}
	slices.SortFunc(rows, func(a, b entryRow) int {
		if c := bytes.Compare(a.key[:], b.key[:]); c != 0 {
			return c
		}
		return cmp.Compare(a.position, b.position)
	})
	n := len(rows)
	keys, positions, times, amounts := make([][16]byte, n), make([]int64, n), make([]*time.Time, n), make([]*string, n)
	for i, r := range rows {
		keys[i], positions[i], times[i], amounts[i] = r.key, r.position, r.at, r.amount
	}
	b.Queue(statement("entries_add", schema), pgx.NamedArgs{
		"keys": keys, "positions": positions, "times": times, "amounts": amounts,
	})
	return nil
}

func appendEntryRows(rows []entryRow, e *journal.Event) []entryRow {
	at := dated(e)
	for line := range e.Postings {
		p := &e.Postings[line]
		if line != firstLine(e.Postings, p) {
			continue // the row of its account and asset is there
		}
		row := entryRow{key: entryKey(e.Ledger, p.Account, p.Asset), position: e.Position, at: at}
		if at != nil {
			amount := journal.FormatAmount(netOf(e.Postings, p))
			row.amount = &amount
		}
		rows = append(rows, row)
	}
	return rows
}

// dated is the effective time of an event that counts from another time than it was recorded at; nil
// for the others.
func dated(e *journal.Event) *time.Time {
	if e.EffectiveAt.Equal(e.RecordedAt) {
		return nil
	}
	at := e.EffectiveAt // a row is kept for longer than its event
	return &at
}

// firstLine is the index of the first posting to the account of p in its asset.
func firstLine(ps []journal.Posting, p *journal.Posting) int {
	for i := range ps {
		if ps[i].Account == p.Account && ps[i].Asset == p.Asset {
			return i
		}
	}
	return -1
}

// netOf is what a transaction adds to the account of p in its asset, on the account's normal side.
func netOf(ps []journal.Posting, p *journal.Posting) (net decimal.Decimal) {
	for i := range ps {
		if ps[i].Account == p.Account && ps[i].Asset == p.Asset {
			net = net.Add(onNormalSide(&ps[i]))
		}
	}
	return net
}

// onNormalSide is a posting's amount, negative where it is not on its account's normal side.
func onNormalSide(p *journal.Posting) decimal.Decimal {
	if p.Side != ledger.Address(p.Account).NormalSide() {
		return p.Amount.Neg()
	}
	return p.Amount
}

// statement is an embedded statement on one generation's tables.
func statement(name, schema string) string {
	return strings.ReplaceAll(sqlOf(name), "{schema}", schema)
}
