package export

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/query"
)

// StatementColumns are the columns of a statement as CSV. The first says what a row is: opening, line or
// closing. Rows of opening and closing have the time that they stand for in effective_at, no transaction, and
// no changes.
func StatementColumns() []string {
	return []string{
		"row", "asset", "effective_at", "recorded_at", "number", "transaction_id", "type", "description", "reference", "hold_id", "counterparties",
		"available_change", "held_change", "pending_change", "disputed_change", "total_change",
		"available", "held", "pending", "disputed", "total", "wallet_id", "position",
	}
}

// Statements writes statements. The zero value is ready.
type Statements struct{}

// StatementCSV writes a statement as CSV (RFC 4180) with a header: the opening of each asset, the lines, oldest
// first, and the closing of each asset. Times are UTC. Of several counterparties, one space is between two.
//
// What people wrote is marked with an apostrophe where a spreadsheet would take it for a formula.
//
// Errors: those of lines, and of w.
func (Statements) StatementCSV(w io.Writer, s *query.Statement, lines query.Lines) error {
	out := statementCSV{csv: csv.NewWriter(w), wallet: s.Wallet.ID, position: journal.Token{Position: s.Position}.String()}
	out.csv.UseCRLF = true
	if err := out.csv.Write(StatementColumns()); err != nil {
		return err
	}
	for _, a := range s.Assets {
		if err := out.stands("opening", s.From, a.Opening); err != nil {
			return err
		}
	}
	for e, err := range lines("") {
		if err == nil {
			err = out.line(&e)
		}
		if err != nil {
			return err
		}
	}
	for _, a := range s.Assets {
		if err := out.stands("closing", s.Until, a.Closing); err != nil {
			return err
		}
	}
	out.csv.Flush()
	return out.csv.Error()
}

type statementCSV struct {
	csv              *csv.Writer
	wallet, position string
}

// stands writes what stood at a time.
func (o *statementCSV) stands(row string, at time.Time, b query.Balance) error {
	a := amounts(b)
	return o.csv.Write([]string{
		row, b.Asset, timeText(at), "", "", "", "", "", "", "", "", "", "", "", "", "", a[0], a[1], a[2], a[3], a[4], o.wallet, o.position,
	})
}

func (o *statementCSV) line(e *query.Entry) error {
	c, b := amounts(e.Changes), amounts(e.Balances)
	return o.csv.Write([]string{
		"line", e.Asset, timeText(e.EffectiveAt), timeText(e.RecordedAt), strconv.FormatInt(e.Number, 10), e.Transaction, e.Type,
		noFormula(e.Description), noFormula(e.Reference), e.Hold, strings.Join(e.Counterparties, " "),
		c[0], c[1], c[2], c[3], c[4], b[0], b[1], b[2], b[3], b[4], o.wallet, journal.Token{Position: e.Position}.String(),
	})
}

// amounts are the parts and their total, with the decimals of the asset.
func amounts(b query.Balance) (out [5]string) {
	total := b.Total()
	scale := max(0, -total.Exponent())
	for i, d := range [...]decimal.Decimal{b.Available, b.Held, b.Pending, b.Disputed, total} {
		out[i] = d.StringFixed(scale)
	}
	return out
}

func timeText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// noFormula marks text that a spreadsheet would execute.
func noFormula(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}
