package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// kept is a table beside the journal whose rows follow from no event: a copy of the books takes them along as they are.
type kept struct {
	name  string
	order string // a key
	count string // the column that Postgres counts up by itself; empty for none
}

// keptTables are all of those. Not among them: what is built from the journal, what is only of the running
// instances (lease, projection_reader and the like), and sessions, which are of the installation that gave them.
func keptTables() []kept {
	return []kept{
		{name: "timelines", order: "shard, timeline"},
		{name: "dead_letters", order: "command_id"},
		{name: "inbox", order: "seq", count: "seq"},
		{name: "provider_events", order: "id", count: "id"},
		{name: "reactor_checkpoint", order: "reactor"},
		{name: "payment_calls", order: "position"},
		{name: "payment_providers", order: "provider"},
		{name: "webhook_deliveries", order: "endpoint_id, event_id"},
		{name: "webhook_endpoint_health", order: "endpoint_id"},
		{name: "api_key_uses", order: "key_id"},
		{name: "projection_skip", order: "name, position"},
		{name: "reactor_skip", order: "reactor, position"},
	}
}

// EachKept calls f with every row that is kept beside the journal, as one JSON object without line breaks, table by
// table in order of its key. Times are in UTC.
func (b Books) EachKept(ctx context.Context, f func(table string, row json.RawMessage) error) error {
	if _, err := b.Tx.Exec(ctx, `SET LOCAL timezone = 'UTC'`); err != nil {
		return err
	}
	for _, t := range keptTables() {
		rows, err := b.Tx.Query(ctx, `SELECT row_to_json(t)::text FROM `+t.name+` t ORDER BY `+t.order)
		if err != nil {
			return err
		}
		if err := eachOf(rows, pgx.RowTo[string], func(row string) error { return f(t.name, json.RawMessage(row)) }); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

// PutKept writes a row that EachKept gave.
func (f *Filling) PutKept(ctx context.Context, table string, row json.RawMessage) error {
	at := slices.IndexFunc(keptTables(), func(t kept) bool { return t.name == table })
	if at < 0 {
		return fmt.Errorf("there is no table %q beside the journal", table)
	}
	t := keptTables()[at]
	if _, err := f.Tx.Exec(ctx, `INSERT INTO `+t.name+` OVERRIDING SYSTEM VALUE
		SELECT * FROM json_populate_record(NULL::`+t.name+`, $1::json)`, string(row)); err != nil {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	return nil
}

// countOn lets the columns that count by themselves go on after the rows that were written.
func (f *Filling) countOn(ctx context.Context) error {
	for _, t := range keptTables() {
		if t.count == "" {
			continue
		}
		if _, err := f.Tx.Exec(ctx, `SELECT setval(pg_get_serial_sequence('`+t.name+`', '`+t.count+`'), max(`+t.count+`)) FROM `+t.name+
			` HAVING max(`+t.count+`) IS NOT NULL`); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}
