package export_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/export"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/query"
)

func begin() time.Time { return time.Date(2026, 1, 31, 23, 30, 0, 0, time.UTC) }

func d(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// stated is a statement with lines, which are given by what they change of available and of held.
func stated(asset string, opening string, changes [][2]string, words func(i int, e *query.Entry)) (query.StatementAsset, []query.Entry) {
	zero := d(opening).Sub(d(opening))
	stands := query.Balance{Asset: asset, Available: d(opening), Held: zero, Pending: zero, Disputed: zero}
	a := query.StatementAsset{Opening: stands, Lines: int64(len(changes)), In: zero, Out: zero}
	var lines []query.Entry
	for i, c := range changes {
		change := query.Balance{Asset: asset, Available: d(c[0]), Held: d(c[1]), Pending: zero, Disputed: zero}
		stands = stands.Plus(change)
		if total := change.Total(); total.IsPositive() {
			a.In = a.In.Add(total)
		} else {
			a.Out = a.Out.Add(total)
		}
		e := query.Entry{Transaction: fmt.Sprintf("txn_%d", i), Position: int64(10 + i), Number: int64(i), Type: "hold-captured",
			EffectiveAt: begin().Add(time.Duration(i) * time.Hour), RecordedAt: begin().AddDate(0, 0, 28), Asset: asset, Changes: change, Balances: stands}
		if words != nil {
			words(i, &e)
		}
		lines = append(lines, e)
	}
	a.Closing = stands
	return a, lines
}

func statement(assets ...query.StatementAsset) *query.Statement {
	return &query.Statement{
		Wallet:    wallet.Wallet{ID: "wal_01k0q3v9x8f6r8v4t0d6m2n7h5", Owner: "usr_ann", Name: "Ann’s Größte Kasse", TimeZone: "Asia/Dubai"},
		OwnerName: "Ann Łukasz", From: begin(), Until: begin().AddDate(0, 0, 28), Position: 4711, Assets: assets,
	}
}

func linesOf(lines ...query.Entry) query.Lines {
	return func(asset string) iter.Seq2[query.Entry, error] {
		return func(yield func(query.Entry, error) bool) {
			for _, e := range lines {
				if (asset == "" || asset == e.Asset) && !yield(e, nil) {
					return
				}
			}
		}
	}
}

// pdfText is what a reader of PDFs finds on the pages, laid out as they are.
func pdfText(t testing.TB, pdf []byte) string {
	t.Helper()
	path, err := exec.LookPath("pdftotext")
	require.NoError(t, err, "pdftotext is needed to read what was written: apt-get install poppler-utils")
	command := exec.CommandContext(t.Context(), path, "-layout", "-", "-")
	command.Stdin = bytes.NewReader(pdf)
	var complaints bytes.Buffer
	command.Stderr = &complaints
	text, err := command.Output()
	require.NoError(t, err, complaints.String())
	require.Empty(t, complaints.String())
	return string(text)
}

func TestStatementCSV(t *testing.T) {
	t.Parallel()
	usd, lines := stated("USD", "100.00", [][2]string{{"-60.00", "60.00"}, {"0.00", "-25.00"}}, func(i int, e *query.Entry) {
		e.Description = []string{"=cmd|' /C calc'!A0", "He said \"two\",\r\nand left"}[i]
		e.Reference = []string{"@sum", "-1"}[i]
		e.Hold, e.Counterparties = "hld_1", []string{"wal_a", "wal_b"}[:1+i]
	})
	var out bytes.Buffer
	require.NoError(t, export.Statements{}.StatementCSV(&out, statement(usd), linesOf(lines...)))
	wal := "wal_01k0q3v9x8f6r8v4t0d6m2n7h5"
	require.Equal(t, strings.Join([]string{
		strings.Join(export.StatementColumns(), ","),
		"opening,USD,2026-01-31T23:30:00Z,,,,,,,,,,,,,,100.00,0.00,0.00,0.00,100.00," + wal + ",0-4711",
		"line,USD,2026-01-31T23:30:00Z,2026-02-28T23:30:00Z,0,txn_0,hold-captured,'=cmd|' /C calc'!A0,'@sum,hld_1,wal_a," +
			"-60.00,60.00,0.00,0.00,0.00,40.00,60.00,0.00,0.00,100.00," + wal + ",0-10",
		"line,USD,2026-02-01T00:30:00Z,2026-02-28T23:30:00Z,1,txn_1,hold-captured,\"He said \"\"two\"\",\r\nand left\",'-1,hld_1,wal_a wal_b," +
			"0.00,-25.00,0.00,0.00,-25.00,40.00,35.00,0.00,0.00,75.00," + wal + ",0-11",
		"closing,USD,2026-02-28T23:30:00Z,,,,,,,,,,,,,,40.00,35.00,0.00,0.00,75.00," + wal + ",0-4711",
		"",
	}, "\r\n"), out.String())
	rows, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 5)
}

// What is read from the PDF is what was stated: the sums are added again from the pages.
func TestStatementPDF(t *testing.T) {
	t.Parallel()
	changes := make([][2]string, 120)
	for i := range changes {
		changes[i] = [2]string{fmt.Sprintf("%d.%02d", i%7-3, i%100), "0.00"}
		if i%7-3 < 0 {
			changes[i][1] = "1.00"
		}
	}
	usd, lines := stated("USD", "1000000.00", changes, func(i int, e *query.Entry) {
		e.Description = []string{"Zażółć gęślą jaźń", "日本 and 😀", "Привет \u202eevil", strings.Repeat("W", 1000), "{nb} \ue000 \x00\x1b[0m"}[i%5]
		if i%10 == 0 {
			e.Reference, e.Counterparties = "order-"+fmt.Sprint(i), []string{"wal_a", "wal_b", "wal_c", "wal_d", "wal_e"}
		}
	})
	eurx, more := stated("EURX", "0.000000000001", [][2]string{{"1320000000000000000000000000000000000000.000000000001", "0"}}, nil)
	var out bytes.Buffer
	require.NoError(t, export.Statements{}.StatementPDF(&out, statement(eurx, usd), linesOf(append(more, lines...)...), begin()))
	text := pdfText(t, out.Bytes())

	for _, want := range []string{
		"Ann’s Größte Kasse", "Ann Łukasz", "usr_ann", "wal_01k0q3v9x8f6r8v4t0d6m2n7h5", "0-4711", "Asia/Dubai",
		"2026-02-01 03:30:00 +04", "Zażółć gęślą jaźń", "?? and ?", "Привет evil", "{nb} ?", "Reference order-10", "wal_c and 2 more", "120 lines", "1 line\n",
	} {
		assert.Contains(t, text, want)
	}
	pages := strings.Count(text, "\f")
	require.Greater(t, pages, 5)
	for n := range pages {
		require.Contains(t, text, fmt.Sprintf("position 0-4711, page %d of %d\n", n+1, pages))
	}
	require.NotContains(t, text, "\ue000")
	// A figure that is wider than its column stands on several lines, and loses no digit.
	require.Contains(t, strings.Join(strings.Fields(text), ""), "1320000000")

	// Opening, and each change after it, come to each balance, and the last to the closing.
	_, text, _ = strings.Cut(text, "\nUSD")
	opening := regexp.MustCompile(`\d{4}-\d\d-\d\d +Opening balance +(\S+) +(\S+) +(\S+)\n`).FindStringSubmatch(text)
	require.Equal(t, []string{"1000000.00", "0.00", "1000000.00"}, opening[1:])
	stands := d(opening[3])
	rows := regexp.MustCompile(`(?m)^ *2026-\d\d-\d\d +Hold captured +(\S+) +(\S+) +(\S+) +(\S+)$`).FindAllStringSubmatch(text, -1)
	require.Len(t, rows, 120)
	for i, row := range rows {
		stands = stands.Add(d(row[1]))
		require.Equal(t, stands.StringFixed(2), row[4], "line %d", i)
		require.Equal(t, row[4], d(row[2]).Add(d(row[3])).StringFixed(2), "line %d", i)
	}
	closing := regexp.MustCompile(`\d{4}-\d\d-\d\d +Closing balance +(\S+) +(\S+) +(\S+)\n`).FindStringSubmatch(text)
	require.Equal(t, stands.StringFixed(2), closing[3])
	in := regexp.MustCompile(`Money in +(\S+)\n`).FindStringSubmatch(text)
	gone := regexp.MustCompile(`Money out +(\S+)\n`).FindStringSubmatch(text)
	require.Equal(t, stands.String(), d(opening[3]).Add(d(in[1])).Add(d(gone[1])).String())
}

// A statement whose lines fail is none, and one of nothing is a page.
func TestStatementOfFailureAndOfNothing(t *testing.T) {
	t.Parallel()
	broken := errors.New("away")
	usd, lines := stated("USD", "1.00", [][2]string{{"1.00", "0.00"}}, nil)
	fails := func(string) iter.Seq2[query.Entry, error] {
		return func(yield func(query.Entry, error) bool) {
			if yield(lines[0], nil) {
				yield(query.Entry{}, broken)
			}
		}
	}
	var out bytes.Buffer
	require.ErrorIs(t, export.Statements{}.StatementPDF(&out, statement(usd), fails, begin()), broken)
	require.Empty(t, out.Bytes())
	require.ErrorIs(t, export.Statements{}.StatementCSV(io.Discard, statement(usd), fails), broken)
	require.NoError(t, export.Statements{}.StatementPDF(&out, statement(), linesOf(), begin()))
	require.Contains(t, pdfText(t, out.Bytes()), "page 1 of 1")
}

// BenchmarkStatementPDF is what the longest statement takes that is made.
func BenchmarkStatementPDF(b *testing.B) {
	changes := make([][2]string, 20_000)
	for i := range changes {
		changes[i] = [2]string{"1.00", "0.00"}
	}
	usd, lines := stated("USD", "0.00", changes, func(i int, e *query.Entry) {
		e.Description, e.Reference, e.Counterparties = fmt.Sprintf("Order %d of the shop", i), fmt.Sprintf("order-%d", i), []string{"wal_01k0q3v9x8f6r8v4t0d6m2n7h5"}
	})
	s := statement(usd)
	var size int
	for b.Loop() {
		var out bytes.Buffer
		require.NoError(b, export.Statements{}.StatementPDF(&out, s, linesOf(lines...), begin()))
		size = out.Len()
	}
	b.ReportMetric(float64(size), "bytes/document")
}
