package readmodel

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// maxDifferences bounds what is told of a table: one with more than this is wrong altogether.
const maxDifferences = 1_000

// Difference is a row that two sets of a projection's tables do not have alike.
type Difference struct {
	// Table is the table's name without its schema, Key the row's primary key, its parts separated by commas.
	Table, Key string
	// Detail is what differs: "is missing", "follows from no event", or the columns. Texts are named and not shown,
	// since they may be somebody's words.
	Detail string
}

// String returns the difference as one line.
func (d Difference) String() string { return fmt.Sprintf("%s (%s) %s", d.Table, d.Key, d.Detail) }

// Compare holds the tables of schema have, row by row, against those of the same projection in schema want, and
// calls found with each row that differs, up to a bound for each table. db is a transaction that sees one state of both;
// have and want stand at the same position. It returns how many rows have has.
//
// Columns that a row of want cannot have are left out: those of mailbox_words, where want was made without keys, with
// exceptWords.
func Compare(ctx context.Context, db pgx.Tx, projection, have, want string, exceptWords bool, found func(Difference)) (rows int64, err error) {
	for _, table := range tablesOf(projection) {
		n, err := compareTable(ctx, db, table, have, want, exceptWords, found)
		if err != nil {
			return rows, fmt.Errorf("projection %s: table %s: %w", projection, table, err)
		}
		rows += n
	}
	return rows, nil
}

var createsTable = regexp.MustCompile(`CREATE TABLE \{schema\}\.(\w+)`)

// tablesOf are the tables of a projection, in the order in which they are made.
func tablesOf(projection string) (tables []string) {
	for _, m := range createsTable.FindAllStringSubmatch(sqlOf(projection+"_tables"), -1) {
		tables = append(tables, m[1])
	}
	return tables
}

// column is one of a table.
type column struct {
	name, ofType string
	key          bool
}

// value is the column as something that has an equality: json has none.
func (c column) value(alias string) string {
	text := alias + "." + pgx.Identifier{c.name}.Sanitize()
	if c.ofType == "json" {
		text += "::text"
	}
	return text
}

// difference is an expression that says how the column differs, and is NULL where it does not.
func (c column) difference() string {
	h, w := c.value("h"), c.value("w")
	says := fmt.Sprintf("'%s differs'", c.name)
	switch c.ofType {
	case "bigint", "integer", "smallint", "numeric", "boolean", "timestamp with time zone":
		says = fmt.Sprintf("format('%s is %%s, expected %%s', coalesce(%s::text, 'null'), coalesce(%s::text, 'null'))", c.name, h, w)
	}
	return fmt.Sprintf("CASE WHEN %s IS DISTINCT FROM %s THEN %s END", h, w, says)
}

func compareTable(ctx context.Context, db pgx.Tx, table, have, want string, exceptWords bool, found func(Difference)) (rows int64, err error) {
	columns, err := columnsOf(ctx, db, have, table)
	if err != nil {
		return 0, err
	}
	var keys, joins, differs []string
	for _, c := range columns {
		switch {
		case c.key:
			keys = append(keys, fmt.Sprintf("coalesce(%s, %s)::text", c.value("h"), c.value("w")))
			joins = append(joins, fmt.Sprintf("%s = %s", c.value("h"), c.value("w")))
		case exceptWords && c.ofType == "tsvector":
		default:
			differs = append(differs, c.difference())
		}
	}
	if len(keys) == 0 {
		return 0, fmt.Errorf("%s.%s has no primary key", have, table)
	}
	detail := "NULL"
	if len(differs) > 0 {
		detail = "nullif(concat_ws('; ', " + strings.Join(differs, ", ") + "), '')"
	}
	from := pgx.Identifier{have, table}.Sanitize()
	if err := db.QueryRow(ctx, "SELECT count(*) FROM "+from).Scan(&rows); err != nil {
		return 0, err
	}
	// A whole row is NULL where the other side has none: columns of keys never are.
	first := columns[slices.IndexFunc(columns, func(c column) bool { return c.key })]
	statement := fmt.Sprintf(`SELECT * FROM (
		SELECT concat_ws(', ', %s) AS key,
		       CASE WHEN %s IS NULL THEN 'is missing' WHEN %s IS NULL THEN 'follows from no event' ELSE %s END AS detail
		  FROM %s h FULL JOIN %s w ON %s) compared WHERE detail IS NOT NULL LIMIT %d`,
		strings.Join(keys, ", "), first.value("h"), first.value("w"), detail,
		from, pgx.Identifier{want, table}.Sanitize(), strings.Join(joins, " AND "), maxDifferences)
	d := Difference{Table: table}
	return rows, forEach(ctx, db, statement, []any{&d.Key, &d.Detail}, func() error {
		found(d)
		return nil
	})
}

// columnsOf reads a table's columns, in their order.
func columnsOf(ctx context.Context, db pgx.Tx, schema, table string) (columns []column, err error) {
	rows, err := db.Query(ctx, sqlOf("compare_columns"), pgx.Identifier{schema, table}.Sanitize())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c column, err error) {
		err = row.Scan(&c.name, &c.ofType, &c.key)
		return c, err
	})
}
