package readmodel

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// endOfTime is past every time that Postgres keeps for us.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant that Go cannot write as one

// Entries lists entries, newest first.
func (r *Reads) Entries(ctx context.Context, f query.EntryFilter) ([]query.Entry, error) {
	keys := make([][16]byte, len(f.Assets))
	for i, asset := range f.Assets {
		keys[i] = entryKey(f.Ledger, f.Address, asset)
	}
	before := f.Before
	if before.Position == 0 {
		before = query.EntryPlace{EffectiveAt: endOfTime, Position: math.MaxInt64}
		if f.Order == query.ByEffective && !f.Until.IsZero() {
			before = query.EntryPlace{EffectiveAt: f.Until}
		}
	}
	args := pgx.NamedArgs{"keys": keys, "assets": f.Assets, "from": f.From, "position": before.Position, "line": before.Line,
		"effective_at": before.EffectiveAt, "limit": f.Limit}
	name := "entry_list_effective"
	if f.Order == query.ByRecorded {
		name = "entry_list_recorded"
		until, err := r.positionBefore(ctx, f.Until)
		if err != nil {
			return nil, err
		}
		args["until_position"] = until
	}
	var out []query.Entry
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

func scanEntry(rows pgx.Rows, order query.Order) (e query.Entry, err error) {
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
	e.Reference, e.Description = d.Reference, cmp.Or(d.Description, d.Reason)
	if order != query.ByEffective {
		e.Balance = runningBalance(ps, e.Line)
		return e, nil
	}
	e.Balance, err = decimal.NewFromString(running) // debits less credits
	if ledger.Address(e.Posting.Account).NormalSide() == journal.Credit {
		e.Balance = e.Balance.Neg()
	}
	return e, err
}

// runningBalance is the balance after a line. A posting carries the balance after its whole
// transaction, so what later lines do to the same account is taken back.
func runningBalance(ps []journal.Posting, line int) decimal.Decimal {
	p := ps[line]
	balance, normal := p.Balance, ledger.Address(p.Account).NormalSide()
	for i := line + 1; i < len(ps); i++ {
		switch later := &ps[i]; {
		case later.Account != p.Account || later.Asset != p.Asset:
		case later.Side == normal:
			balance = balance.Sub(later.Amount)
		default:
			balance = balance.Add(later.Amount)
		}
	}
	return balance
}

// described is what every transaction may say in its data, whatever its type.
type described struct {
	Reference   string            `json:"reference"`
	Description string            `json:"description"`
	Reason      string            `json:"reason"`
	Metadata    map[string]string `json:"metadata"`
}
