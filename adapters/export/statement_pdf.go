package export

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/query"
)

// StatementPDF writes a statement as PDF: A4, for each asset what stood at first, the lines, oldest first, and
// what stood at last, and on each page its number, how many there are, and the position. Days and times are
// those of the wallet's time zone. Characters that the font does not have stand as question marks.
//
// Nothing is written before all lines have come. madeAt is what the document says of when it was made.
//
// Errors: those of lines, and of w.
func (Statements) StatementPDF(w io.Writer, s *query.Statement, lines query.Lines, madeAt time.Time) error {
	zone, err := s.Wallet.Location()
	if err != nil {
		return err
	}
	p, err := newPaper("position " + journal.Token{Position: s.Position}.String())
	if err != nil {
		return err
	}
	doc := statementPDF{paper: p, zone: zone}
	p.pdf.SetTitle("Statement "+s.Wallet.ID, true)
	p.pdf.SetCreationDate(madeAt)
	p.pdf.SetModificationDate(madeAt)
	p.pdf.AddPage()
	doc.heading(s)
	for i := range s.Assets {
		if err := doc.asset(s, &s.Assets[i], lines); err != nil {
			return err
		}
	}
	if len(s.Assets) == 0 {
		p.text("Nothing stood in this wallet and nothing moved.")
	}
	return p.pdf.Output(w)
}

type statementPDF struct {
	*paper
	zone *time.Location
}

// heading says whose statement it is and of what.
func (d *statementPDF) heading(s *query.Statement) {
	d.title("Statement")
	if s.Wallet.Name != "" {
		d.fact("Wallet", s.Wallet.Name)
	}
	d.fact("Wallet id", s.Wallet.ID)
	if s.OwnerName != "" {
		d.fact("Owner", s.OwnerName)
	}
	d.fact("Owner id", s.Wallet.Owner)
	const form = "2006-01-02 15:04:05 MST"
	d.fact("From", s.From.In(d.zone).Format(form))
	d.fact("Until", s.Until.In(d.zone).Format(form)+", not included")
	d.fact("Time zone", d.zone.String())
	d.fact("As of position", journal.Token{Position: s.Position}.String())
}

// asset writes the statement in one asset.
func (d *statementPDF) asset(s *query.Statement, a *query.StatementAsset, lines query.Lines) error {
	d.section(a.Asset(), row{"Date", "", "Change", "Available", "Set aside", "Balance"})
	d.bold(d.stands(s.From, "Opening balance", a.Opening))
	for e, err := range lines(a.Asset()) {
		if err != nil {
			return err
		}
		d.row(d.line(&e))
	}
	d.bold(d.stands(s.Until, "Closing balance", a.Closing))
	scale := max(0, -a.Closing.Total().Exponent())
	d.row(row{"", lineCount(a.Lines), "", "", "", ""})
	d.row(row{"", "Money in", a.In.StringFixed(scale), "", "", ""})
	d.row(row{"", "Money out", a.Out.StringFixed(scale), "", "", ""})
	return d.pdf.Error()
}

func (d *statementPDF) stands(at time.Time, what string, b query.Balance) row {
	available, aside, total := shown(b)
	return row{d.date(at), what, "", available, aside, total}
}

func (d *statementPDF) line(e *query.Entry) row {
	_, _, change := shown(e.Changes)
	available, aside, total := shown(e.Balances)
	return row{d.date(e.EffectiveAt), d.details(e), change, available, aside, total}
}

func (d *statementPDF) date(t time.Time) string { return t.In(d.zone).Format(time.DateOnly) }

// details says what a line is about: its type in words, what was said of it, and with whom.
func (d *statementPDF) details(e *query.Entry) string {
	words := strings.ReplaceAll(e.Type, "-", " ")
	parts := []string{strings.ToUpper(words[:1]) + words[1:]}
	if e.Description != "" {
		parts = append(parts, e.Description)
	}
	if e.Reference != "" {
		parts = append(parts, "Reference "+e.Reference)
	}
	if n := len(e.Counterparties); n > 0 {
		named := strings.Join(e.Counterparties[:min(n, maxNamed)], ", ")
		if n > maxNamed {
			named += fmt.Sprintf(" and %d more", n-maxNamed)
		}
		parts = append(parts, named)
	}
	return strings.Join(parts, "\n")
}

// shown are what is available, what is set aside for holds, for what is on its way and for disputes, and both
// together.
func shown(b query.Balance) (available, aside, total string) {
	sum := b.Total()
	scale := max(0, -sum.Exponent())
	return b.Available.StringFixed(scale), sum.Sub(b.Available).StringFixed(scale), sum.StringFixed(scale)
}

// lineCount says how many lines there are.
func lineCount(n int64) string {
	if n == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", n)
}
