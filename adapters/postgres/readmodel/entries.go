package readmodel

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// endOfTime is past every time that Postgres keeps for us.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant that Go cannot write as one

// Entries lists entries, newest first.
//
// The database finds transactions; their lines are told apart here. A page may begin inside of a
// transaction, so one more than the limit is read.
func (r *Reads) Entries(ctx context.Context, f query.EntryFilter) ([]query.Entry, error) {
	accounts := make([]entryAccount, len(f.Assets))
	for i, asset := range f.Assets {
		accounts[i] = entryAccount{f.Address, asset}
	}
	f.From, f.Until = wholeMicros(f.From), wholeMicros(f.Until)
	name, args, before := entryPage(f, accounts)
	lines := entryLines{filter: f, before: before}
	err := r.rows(ctx, name, args, lines.add)
	return lines.out[:min(len(lines.out), f.Limit)], err
}

// entryAccount is an account in one asset.
type entryAccount struct{ address, asset string }

// entryPage is the statement that reads a page of the entries of accounts of a filter's ledger, newest first,
// and the place before which it begins.
func entryPage(f query.EntryFilter, accounts []entryAccount) (name string, args pgx.NamedArgs, before query.EntryPlace) {
	before = f.Before
	if before.Position == 0 {
		before = query.EntryPlace{EffectiveAt: endOfTime, Position: math.MaxInt64}
		if f.Order == query.ByEffective && !f.Until.IsZero() {
			before = query.EntryPlace{EffectiveAt: f.Until}
		}
	}
	args = entryKeys(f.Ledger, accounts)
	args["limit"], args["from"], args["until"] = f.Limit+1, timeOrNull(f.From), timeOrNull(f.Until)
	args["position"], args["up_to"] = before.Position, f.UpTo
	if f.Order == query.ByEffective {
		args["effective_at"] = before.EffectiveAt
		return "entry_list_effective", args, before
	}
	return "entry_list_recorded", args, before
}

// entryKeys are the arguments that name accounts of a ledger.
func entryKeys(ledger string, accounts []entryAccount) pgx.NamedArgs {
	keys, addresses, assets := make([][16]byte, len(accounts)), make([]string, len(accounts)), make([]string, len(accounts))
	for i, a := range accounts {
		keys[i], addresses[i], assets[i] = entryKey(ledger, a.address, a.asset), a.address, a.asset
	}
	return pgx.NamedArgs{"keys": keys, "addresses": addresses, "assets": assets}
}

// wholeMicros is the first moment, of those that the journal tells apart, that is not before t. The
// driver would cut t off, and what was recorded just before t would be after it.
func wholeMicros(t time.Time) time.Time {
	if whole := t.Truncate(time.Microsecond); whole.Before(t) {
		return whole.Add(time.Microsecond)
	}
	return t
}

// timeOrNull is NULL for the zero time.
func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// timeOrZero is the zero time for NULL.
func timeOrZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// entryLines takes transactions, newest first, and makes entries of their lines.
type entryLines struct {
	filter query.EntryFilter
	before query.EntryPlace
	// after are the balances by effective time after the line that comes next, as Assets are.
	after []decimal.Decimal
	out   []query.Entry
}

// add takes a row of entry_list_recorded or entry_list_effective.
func (l *entryLines) add(row pgx.Rows) error {
	t, err := scanBooked(row)
	if err != nil {
		return err
	}
	if l.after == nil {
		l.after = t.after
	}
	var d described
	if err := json.Unmarshal(t.data, &d); err != nil {
		return err
	}
	e, ps := t.Entry, t.postings
	e.Reference, e.Description = d.Reference, cmp.Or(d.Description, d.Reason)
	for line := range slices.Backward(ps) {
		asset := slices.Index(l.filter.Assets, ps[line].Asset)
		if ps[line].Account != l.filter.Address || asset < 0 {
			continue
		}
		e.Line, e.Posting = line, ps[line]
		e.Balance = l.balance(ps, line, asset)
		if e.Position != l.before.Position || line < l.before.Line { // else the page before has it
			l.out = append(l.out, e)
		}
	}
	return nil
}

// booked is a transaction as the lists of entries read it: what its entries have in common, its data and its
// postings. after are the balances of the accounts that were asked for, where the statement gives them.
type booked struct {
	query.Entry
	data     []byte
	postings []journal.Posting
	after    []decimal.Decimal
}

// scanBooked reads a row of the lists of entries.
func scanBooked(row pgx.Rows) (t booked, err error) {
	var epoch int64
	var postings []byte
	var after []string
	if err := row.Scan(&t.Position, &t.EffectiveAt, &epoch, &t.Number, &t.Type, &t.RecordedAt, &t.data, &postings, &after); err != nil {
		return t, err
	}
	for _, text := range after {
		d, err := decimal.NewFromString(text)
		if err != nil {
			return t, err
		}
		t.after = append(t.after, d)
	}
	if t.postings, err = journal.ParsePostings(postings); err != nil {
		return t, err
	}
	t.EffectiveAt, t.RecordedAt = t.EffectiveAt.UTC(), t.RecordedAt.UTC()
	t.Transaction = journal.NewPlaceID(0, epoch, t.Position, t.RecordedAt).Format("txn")
	return t, nil
}

// balance is the balance after a line, and moves past the line.
func (l *entryLines) balance(ps []journal.Posting, line, asset int) decimal.Decimal {
	if l.filter.Order == query.ByRecorded {
		return runningBalance(ps, line)
	}
	after := l.after[asset]
	l.after[asset] = after.Sub(onNormalSide(&ps[line]))
	return after
}

// runningBalance is the balance after a line. A posting carries the balance after its whole
// transaction, so what later lines do to the same account is taken back.
func runningBalance(ps []journal.Posting, line int) decimal.Decimal {
	p := &ps[line]
	balance := p.Balance
	for i := line + 1; i < len(ps); i++ {
		if later := &ps[i]; later.Account == p.Account && later.Asset == p.Asset {
			balance = balance.Sub(onNormalSide(later))
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
