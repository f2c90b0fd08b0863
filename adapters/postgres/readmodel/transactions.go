package readmodel

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/query"
)

// maxDigits is the most digits before the point that an amount can have.
const maxDigits = 60

// Transactions returns the positions of transactions, newest first.
func (r *Reads) Transactions(ctx context.Context, f query.TransactionFilter) ([]int64, error) {
	text, args, err := r.transactionQuery(ctx, f)
	if err != nil {
		return nil, err
	}
	var out []int64
	err = r.run(ctx, text, args, func(rows pgx.Rows) error {
		var position int64
		err := rows.Scan(&position)
		out = append(out, position)
		return err
	})
	return out, err
}

// transactionQuery writes the statement for the filters that are set. Each is served by an index:
// an exact account by its entries, positions by the primary key, the rest by terms. What a digest
// found is checked against the journal row.
func (r *Reads) transactionQuery(ctx context.Context, f query.TransactionFilter) (string, pgx.NamedArgs, error) {
	args := pgx.NamedArgs{"ledger": f.Ledger, "limit": f.Limit}
	var where []string
	var terms []int64
	add := func(condition, name string, value any) {
		where = append(where, condition)
		args[name] = value
	}
	if f.Before > 0 {
		add("position < @before", "before", f.Before)
	}
	if !f.RecordedFrom.IsZero() {
		low, err := r.positionBefore(ctx, f.RecordedFrom)
		if err != nil {
			return "", nil, err
		}
		add("position > @low", "low", low)
	}
	if !f.RecordedUntil.IsZero() {
		high, err := r.positionBefore(ctx, f.RecordedUntil)
		if err != nil {
			return "", nil, err
		}
		add("position <= @high", "high", high)
	}
	places := slices.Clone(where) // what bounds the entries of an account too
	if !f.From.IsZero() {
		add("t.effective_at >= @from", "from", f.From)
	}
	if !f.Until.IsZero() {
		add("t.effective_at < @until", "until", f.Until)
	}
	if f.Type != "" {
		terms = append(terms, termType(f.Type))
		add("e.type = @type", "type", f.Type)
	}
	if f.Asset != "" {
		terms = append(terms, termAsset(f.Asset))
		add(`EXISTS (SELECT FROM json_array_elements(e.postings) p WHERE p ->> 3 = @asset`+amountCondition(f, args)+`)`, "asset", f.Asset)
	}
	if f.Under != "" {
		terms = append(terms, termUnder(f.Under))
		add(`EXISTS (SELECT FROM json_array_elements(e.postings) p WHERE starts_with(p ->> 0, @under))`, "under", f.Under+":")
	}
	if f.Reference != "" {
		terms = append(terms, termReference(f.Reference))
		add("e.data ->> 'reference' = @reference", "reference", f.Reference)
	}
	for i, key := range slices.Sorted(maps.Keys(f.Metadata)) {
		terms = append(terms, termMetadata(key, f.Metadata[key]))
		name := fmt.Sprintf("metadata_%d", i)
		add(fmt.Sprintf("e.data -> 'metadata' ->> @%s_key = @%s", name, name), name, f.Metadata[key])
		args[name+"_key"] = key
	}
	if len(terms) > 0 {
		add("t.terms @> @terms", "terms", terms)
	}
	if sizes := magnitudes(f); sizes != nil {
		add("t.terms && @sizes", "sizes", sizes)
	}
	from := "{transactions}.tx t"
	if f.Account != "" {
		assets := []string{f.Asset}
		if f.Asset == "" {
			balances, err := r.Balances(ctx, f.Ledger, "", f.Account)
			if err != nil {
				return "", nil, err
			}
			assets = assets[:0]
			for _, b := range balances {
				assets = append(assets, b.Asset)
			}
		}
		keys := make([][16]byte, len(assets))
		for i, asset := range assets {
			keys[i] = entryKey(f.Ledger, f.Account, asset)
		}
		args["keys"] = keys
		from = accountPlaces(places, len(where) == len(places)) + " JOIN {transactions}.tx t USING (position)"
	}
	where = append(where, "t.ledger = @ledger")
	return "SELECT position FROM " + from + " JOIN events e USING (position)" +
		" WHERE e.shard = 0 AND " + strings.Join(where, " AND ") + " ORDER BY position DESC LIMIT @limit", args, nil
}

// accountPlaces selects the positions at which an account was posted to. When nothing else filters
// them, no more are read than the page needs.
func accountPlaces(where []string, only bool) string {
	limit := ""
	if only {
		limit = " LIMIT @limit"
	}
	bounds := strings.Join(append([]string{"key = k.key"}, where...), " AND ")
	return "(SELECT DISTINCT x.position FROM unnest(@keys::uuid[]) AS k (key) CROSS JOIN LATERAL" +
		" (SELECT DISTINCT position FROM {entries}.entry WHERE " + bounds + " ORDER BY position DESC" + limit + ") x) places"
}

func amountCondition(f query.TransactionFilter, args pgx.NamedArgs) (condition string) {
	if f.AtLeast != nil {
		condition += " AND (p ->> 2)::numeric >= @at_least::text::numeric"
		args["at_least"] = f.AtLeast.String()
	}
	if f.AtMost != nil {
		condition += " AND (p ->> 2)::numeric <= @at_most::text::numeric"
		args["at_most"] = f.AtMost.String()
	}
	return condition
}

// magnitudes are the terms of the sizes between the bounds; nil when there are no bounds.
func magnitudes(f query.TransactionFilter) (terms []int64) {
	if f.AtLeast == nil && f.AtMost == nil {
		return nil
	}
	low, high := 0, maxDigits
	if f.AtLeast != nil {
		low = magnitude(*f.AtLeast)
	}
	if f.AtMost != nil {
		high = magnitude(*f.AtMost)
	}
	terms = []int64{}
	for n := low; n <= high; n++ {
		terms = append(terms, termMagnitude(f.Asset, n))
	}
	return terms
}

// Reversed returns, of the transactions at positions, the ids of those that reversed them.
func (r *Reads) Reversed(ctx context.Context, positions []int64) (map[int64]string, error) {
	out := map[int64]string{}
	err := r.rows(ctx, "reversal_list", pgx.NamedArgs{"positions": positions}, func(rows pgx.Rows) error {
		var position int64
		var by string
		err := rows.Scan(&position, &by)
		out[position] = by
		return err
	})
	return out, err
}

// transactionsApplier adds one row per transaction and notes reversals.
func transactionsApplier(registry *journal.Registry) func(*pgx.Batch, string, []journal.Event) error {
	return func(b *pgx.Batch, schema string, events []journal.Event) error {
		var (
			ledgers   []string
			positions []int64
			times     []time.Time
			terms     []string
		)
		for i := range events {
			e := &events[i]
			if len(e.Postings) == 0 {
				continue
			}
			var d described
			if err := json.Unmarshal(e.Data, &d); err != nil {
				return fmt.Errorf("event %d: %w", e.Position, err)
			}
			ledgers = append(ledgers, e.Ledger)
			positions = append(positions, e.Position)
			times = append(times, e.EffectiveAt)
			terms = append(terms, arrayText(termsOf(e, d.Reference, d.Metadata)))
			if err := noteReversal(b, schema, registry, e); err != nil {
				return err
			}
		}
		if len(positions) > 0 {
			b.Queue(statement("transactions_add", schema), pgx.NamedArgs{
				"ledgers": ledgers, "positions": positions, "times": times, "terms": terms,
			})
		}
		return nil
	}
}

// arrayText writes numbers as Postgres writes an array.
func arrayText(numbers []int64) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, n := range numbers {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%d", n)
	}
	b.WriteByte('}')
	return b.String()
}

// noteReversal notes which transaction was reversed by e, if e reverses one.
func noteReversal(b *pgx.Batch, schema string, registry *journal.Registry, e *journal.Event) error {
	if e.Type != ledger.TypeTransactionReversed {
		return nil
	}
	if err := registry.Decode(e); err != nil {
		return err
	}
	body, ok := e.Body.(ledger.TransactionReversed)
	if !ok {
		return fmt.Errorf("event %d: %s is a %T", e.Position, e.Type, e.Body)
	}
	id, err := journal.ParsePlaceID("txn", body.Reverses)
	if err != nil {
		return fmt.Errorf("event %d: %w", e.Position, err)
	}
	b.Queue(statement("transactions_add_reversal", schema), pgx.NamedArgs{"position": id.Position(), "by_id": e.TransactionID()})
	return nil
}
