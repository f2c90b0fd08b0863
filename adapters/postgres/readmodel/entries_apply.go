package readmodel

import (
	"crypto/sha256"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
)

// entryKey is the digest by which the entries of one account in one asset are found. With 128 bits
// no two keys will ever meet, and a projection needs no table of account numbers.
func entryKey(ledger, address, asset string) (key [16]byte) {
	h := sha256.Sum256([]byte(ledger + "\x00" + address + "\x00" + asset))
	copy(key[:], h[:])
	return key
}

// applyEntries adds one row per posting.
func applyEntries(b *pgx.Batch, schema string, events []journal.Event) error {
	var (
		keys      [][16]byte
		positions []int64
		times     []time.Time
		lines     []int16
		amounts   []string
	)
	for i := range events {
		e := &events[i]
		for line, p := range e.Postings {
			keys = append(keys, entryKey(e.Ledger, p.Account, p.Asset))
			positions = append(positions, e.Position)
			times = append(times, e.EffectiveAt)
			lines = append(lines, int16(line))
			amounts = append(amounts, journal.FormatAmount(signed(&p)))
		}
	}
	if len(keys) > 0 {
		b.Queue(statement("entries_add", schema), pgx.NamedArgs{
			"keys": keys, "positions": positions, "times": times, "lines": lines, "amounts": amounts,
		})
	}
	return nil
}

// statement is an embedded statement on one generation's tables.
func statement(name, schema string) string {
	return strings.ReplaceAll(sqlOf(name), "{schema}", schema)
}
