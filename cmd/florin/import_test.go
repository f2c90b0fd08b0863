package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
)

// tool runs hledger or ledger, which Debian's packages of these names bring.
func tool(t *testing.T, stdin []byte, name string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(name)
	require.NoError(t, err, "this test needs %s: apt-get install %s", name, name)
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = append(cmd.Environ(), "LC_ALL=C.UTF-8")
	cmd.Stdin = bytes.NewReader(stdin)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err, errs.String())
	return out
}

// importer imports into a service of its own.
type importer struct {
	*service
	t   *testing.T
	dir string
}

func newImporter(t *testing.T) *importer {
	t.Helper()
	return &importer{service: startService(t), t: t, dir: t.TempDir()}
}

// file writes a file and returns its path.
func (i *importer) file(name string, content []byte) string {
	i.t.Helper()
	path := filepath.Join(i.dir, name)
	require.NoError(i.t, os.WriteFile(path, content, 0o600))
	return path
}

// export writes a journal and what hledger prints of it, and returns both paths.
func (i *importer) export(name string, journal []byte) (journalPath, jsonPath string) {
	i.t.Helper()
	journalPath = i.file(name+".journal", journal)
	return journalPath, i.file(name+".json", tool(i.t, nil, "hledger", "-f", journalPath, "print", "-x", "-O", "json"))
}

// imports runs the command, with every request and answer held against openapi.yaml.
func (i *importer) imports(args ...string) told {
	i.t.Helper()
	proxy := i.proxy(func(http.ResponseWriter, *http.Request) bool { return true })
	return i.importsFrom(proxy, args...)
}

func (i *importer) importsFrom(url string, args ...string) told {
	i.t.Helper()
	a := florinSays(i.t, append([]string{"import", "--url", url, "--token", i.token("usr_books", "finance")}, args...)...)
	i.sawIn(a.out)
	return a
}

// sawIn notes the position that was printed, so that reads wait for it.
func (i *importer) sawIn(out string) {
	for line := range strings.Lines(out) {
		if position, ok := strings.CutPrefix(line, "position "); ok {
			i.saw(strings.TrimSpace(position))
		}
	}
}

// proxy stands before the service. pass answers itself and returns false, or lets a request through.
func (i *importer) proxy(pass func(http.ResponseWriter, *http.Request) bool) string {
	i.t.Helper()
	target, err := url.Parse(i.url)
	require.NoError(i.t, err)
	through := &httputil.ReverseProxy{Transport: i.client.Transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if pass(w, r) {
			through.ServeHTTP(w, r)
		}
	}))
	i.t.Cleanup(server.Close)
	return server.URL
}

// balances are debits less credits of every account in every asset, without those that are zero.
type balances map[string]decimal.Decimal

func (b balances) add(account, asset string, amount decimal.Decimal) {
	key := account + " " + asset
	if b[key] = b[key].Add(amount); b[key].IsZero() {
		delete(b, key)
	}
}

// text writes them down to the last digit, without zeros at the end.
func (b balances) text() map[string]string {
	out := map[string]string{}
	for key, amount := range b {
		out[key] = amount.String()
	}
	return out
}

// trialBalance is what the service says.
func (i *importer) trialBalance() balances {
	i.t.Helper()
	var page struct {
		Data []struct{ Account, Asset, Debits, Credits string } `json:"data"`
	}
	i.finance().read("/v1/ledgers/main/trial-balance").is(http.StatusOK).into(&page)
	all := balances{}
	for _, row := range page.Data {
		all.add(row.Account, row.Asset, decimal.RequireFromString(row.Debits).Sub(decimal.RequireFromString(row.Credits)))
	}
	return all
}

// hledgerBalance is what hledger says of a journal, in the names that a test gives.
func (i *importer) hledgerBalance(journal string, names map[string]string, options ...string) balances {
	i.t.Helper()
	type amount struct {
		Commodity string `json:"acommodity"`
		Quantity  struct {
			Mantissa json.Number `json:"decimalMantissa"`
			Places   int32       `json:"decimalPlaces"`
		} `json:"aquantity"`
	}
	var report []json.RawMessage
	args := append([]string{"-f", journal, "balance", "--flat", "-E", "--infer-equity", "-O", "json"}, options...)
	require.NoError(i.t, json.Unmarshal(tool(i.t, nil, "hledger", args...), &report))
	var rows [][]json.RawMessage
	require.NoError(i.t, json.Unmarshal(report[0], &rows))
	all := balances{}
	for _, row := range rows {
		var account string
		var amounts []amount
		require.NoError(i.t, json.Unmarshal(row[0], &account))
		require.NoError(i.t, json.Unmarshal(row[3], &amounts))
		if strings.HasPrefix(account, "equity:conversion:") { // an account for each pair, with hledger
			account = "equity:conversion"
		}
		for _, a := range amounts {
			quantity := decimal.RequireFromString(a.Quantity.Mantissa.String()).Shift(-a.Quantity.Places)
			if !quantity.IsZero() {
				all.add(named(i.t, names, account), named(i.t, names, a.Commodity), quantity)
			}
		}
	}
	return all
}

// named returns the name in Florin. One that is not in the table has to be the same.
func named(t *testing.T, names map[string]string, name string) string {
	t.Helper()
	if to, ok := names[name]; ok {
		return to
	}
	require.True(t, ledger.CheckAddress(name) == nil || ledger.CheckAssetCode(name) == nil, "the table has no %q", name)
	return name
}

// count is how many transactions the ledger has.
func (i *importer) count() (n int) {
	i.t.Helper()
	query := "?limit=1000"
	for {
		var page struct {
			Data    []json.RawMessage `json:"data"`
			HasMore bool              `json:"has_more"`
			Next    string            `json:"next_cursor"`
		}
		i.finance().read("/v1/ledgers/main/transactions" + query).is(http.StatusOK).into(&page)
		n += len(page.Data)
		if !page.HasMore {
			return n
		}
		query = "?limit=1000&cursor=" + url.QueryEscape(page.Next)
	}
}

// budgetJournal has virtual postings of both kinds, zeros, and days out of order.
const budgetJournal = `2024-01-05 food
  expenses:food  4 EUR
  [assets:budget:food]  -4 EUR
  [assets:budget:pool]  4 EUR
  (assets:note)  1 EUR
  assets:bank
2024-01-03 food
  expenses:food  4 EUR
  assets:bank
2024-01-03 nothing
  assets:bank  0
  expenses:food  0 EUR
2024-01-04 only a note
  (assets:note)  3 EUR
2024-01-02 food
  expenses:food  0.50 EUR
  assets:bank
`

// After an import the trial balance is hledger's, per account and asset, to the last digit.
func TestImportBalancesAsHledgerDoes(t *testing.T) {
	t.Parallel()
	bookkeeper, err := os.ReadFile("testdata/import/bookkeeper.journal")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		journal func(t *testing.T) []byte
		args    []string
		names   map[string]string
		count   int
		// some are balances worked out by hand, so that hledger and Florin cannot be wrong together.
		some map[string]string
		// options are what hledger is asked with besides, as the import says at its end.
		options []string
	}{
		"a year of a small company": {
			journal: func(*testing.T) []byte { return bookkeeper }, count: 13,
			names: map[string]string{
				"Assets:Bank:Checking": "assets:Bank:Checking", "Assets:Bank:Savings": "assets:Bank:Savings",
				"Assets:Brokerage": "assets:Brokerage", "Assets:Petty Cash": "assets:Petty-Cash",
				"Assets:Time:Project": "assets:Time:Project", "Equity:Contributions": "equity:Contributions",
				"Equity:Opening Balances": "equity:Opening-Balances", "Expenses:Bank Fees": "expenses:Bank-Fees",
				"Expenses:Differences": "expenses:Differences", "Expenses:Rent (Office)": "expenses:Rent-Office",
				"Income:Interest": "income:Interest", "Income:Time": "income:Time", "Liabilities:Tax:VAT": "liabilities:Tax:VAT",
				"Revenues:Sales:Services": "income:Sales:Services",
				"$":                       "USD", "€": "EUR", "¥": "JPY", "hours": "HOURS",
			},
			some: map[string]string{
				"assets:Bank:Checking USD": "25900.63", "assets:Brokerage ACME": "7.375", "assets:Petty-Cash JPY": "60000",
				"equity:conversion EUR": "-900", "equity:conversion USD": "1239.17", "equity:conversion ACME": "-6.25",
			},
		},
		"the sample of Debian's ledger": {
			journal: func(t *testing.T) []byte {
				return tool(t, nil, "ledger", "--args-only", "-f", "testdata/import/sample.dat", "print", "--raw")
			},
			args: []string{"--map", "testdata/import/sample.yaml"}, count: 7,
			names: map[string]string{
				"Assets:Bank:Checking": "assets:Bank:Checking", "Assets:Brokerage": "assets:Brokerage",
				"Asséts:Bánk:Chécking:Asséts:Bánk:Chécking":     "assets:Bank:Checking:Assets:Bank:Checking",
				"Русский язык:Активы:Русский язык:Русский язык": "assets:russian",
				"Equity:Opening Balances": "equity:Opening-Balances", "Income:Salary": "income:Salary",
				"Expenses:Books": "expenses:Books", "Expenses:Cards": "expenses:Cards", "Expenses:Docs": "expenses:Docs",
				"Liabilities:MasterCard": "liabilities:MasterCard", "$": "USD", "€": "EUR",
			},
			some: map[string]string{
				"assets:Brokerage AAPL": "50", "equity:Opening-Balances USD": "-2500", "equity:conversion USD": "1500", "liabilities:MasterCard USD": "-70",
			},
		},
		"without its budget": {
			journal: func(*testing.T) []byte { return []byte(budgetJournal) }, count: 3,
			args: []string{"--virtual=drop", "--zero=drop"}, options: []string{"--real"},
			some: map[string]string{"assets:bank EUR": "-8.5", "expenses:food EUR": "8.5"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newImporter(t)
			journal, exported := i.export("books", c.journal(t))
			a := i.imports(append(c.args, exported)...)
			require.Equal(t, 0, a.code, a.err)
			require.Contains(t, a.out, fmt.Sprintf("posted        %d transactions", c.count))
			got := i.trialBalance().text()
			require.Equal(t, i.hledgerBalance(journal, c.names, c.options...).text(), got)
			require.Contains(t, a.out, strings.Join(append([]string{"hledger balance --flat --infer-equity"}, c.options...), " ")+"\n")
			for key, want := range c.some {
				require.Equal(t, want, got[key], key)
			}
			require.Equal(t, c.count, i.count())
			i.verify()
		})
	}
}
