package readmodel

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
)

// Order is an order of entries.
type Order string

// The orders of entries.
const (
	ByRecorded  Order = "recorded"
	ByEffective Order = "effective"
)

// Entry is a posting seen from its account.
type Entry struct {
	Posting     journal.Posting
	Transaction string // txn_… id
	Position    int64
	Line        int
	Number      int64
	Type        string
	EffectiveAt time.Time
	RecordedAt  time.Time
	Reference   string
	Description string
	// Balance is that of the account in the asset after this entry in the order asked for, as
	// debits less credits.
	Balance decimal.Decimal
}

// EntryPlace is where a page of entries ends. The zero value is the top.
type EntryPlace struct {
	EffectiveAt time.Time
	Position    int64
	Line        int
}

// EntryFilter selects entries of an account, newest first.
type EntryFilter struct {
	Ledger, Address string
	// Assets are those to show; an account has as many running balances.
	Assets []string
	Order  Order
	// From (inclusive) and Until (exclusive) bound the time that Order goes by; zero for open.
	From, Until time.Time
	Before      EntryPlace
	Limit       int
}

// endOfTime is past every time that Postgres keeps for us.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant that Go cannot write as one

// Entries lists entries, newest first.
func (r *Reads) Entries(ctx context.Context, f EntryFilter) ([]Entry, error) {
	keys := make([][16]byte, len(f.Assets))
	for i, asset := range f.Assets {
		keys[i] = entryKey(f.Ledger, f.Address, asset)
	}
	before, from := f.Before, f.From
	if before.Position == 0 {
		before = EntryPlace{EffectiveAt: endOfTime, Position: math.MaxInt64}
		if f.Order == ByEffective && !f.Until.IsZero() {
			before = EntryPlace{EffectiveAt: f.Until}
		}
	}
	if from.IsZero() {
		from = time.Unix(0, 0)
	}
	args := pgx.NamedArgs{"keys": keys, "assets": f.Assets, "from": from, "position": before.Position, "line": before.Line,
		"effective_at": before.EffectiveAt, "limit": f.Limit}
	name := "entry_list_effective"
	if f.Order == ByRecorded {
		name = "entry_list_recorded"
		until, err := r.positionBefore(ctx, f.Until)
		if err != nil {
			return nil, err
		}
		args["until_position"] = until
	}
	var out []Entry
	err := r.rows(ctx, name, args, func(rows pgx.Rows) error {
		e, err := scanEntry(rows, f.Order)
		out = append(out, e)
		return err
	})
	return out, err
}

// positionBefore returns the last position recorded before t; the end of the journal for zero.
func (r *Reads) positionBefore(ctx context.Context, t time.Time) (position int64, err error) {
	if t.IsZero() {
		return math.MaxInt64, nil
	}
	err = r.pool.QueryRow(ctx, `SELECT journal_position_before(0::smallint, $1)`, t).Scan(&position)
	return position, err
}

func scanEntry(rows pgx.Rows, order Order) (e Entry, err error) {
	var asset, running string
	var epoch int64
	var data, postings []byte
	if err := rows.Scan(&asset, &e.Position, &e.Line, &e.EffectiveAt, &epoch, &e.Number, &e.Type, &e.RecordedAt, &data, &postings, &running); err != nil {
		return e, err
	}
	ps, err := journal.ParsePostings(postings)
	if err != nil {
		return e, err
	}
	e.Posting = ps[e.Line]
	e.EffectiveAt, e.RecordedAt = e.EffectiveAt.UTC(), e.RecordedAt.UTC()
	e.Transaction = journal.NewPlaceID(0, epoch, e.Position, e.RecordedAt).Format("txn")
	var d described
	if err := json.Unmarshal(data, &d); err != nil {
		return e, err
	}
	e.Reference, e.Description = d.Reference, d.Description
	e.Balance = e.Posting.Balance
	if order == ByEffective {
		e.Balance, err = decimal.NewFromString(running)
	}
	return e, err
}

// described is what every transaction may say in its data, whatever its type.
type described struct {
	Reference   string            `json:"reference"`
	Description string            `json:"description"`
	Metadata    map[string]string `json:"metadata"`
}
