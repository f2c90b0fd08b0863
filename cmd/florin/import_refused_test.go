package main

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// plainJournal is the least that can be imported.
const plainJournal = "2024-01-02 rent\n  expenses:rent  $10.00\n  assets:bank\n"

// Every form that is refused is listed, with its line, before anything is posted.
func TestImportListsWhatItRefuses(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	journal, err := os.ReadFile("testdata/import/refused.journal")
	require.NoError(t, err)
	path, exported := i.export("refused", journal)
	listed := func(args ...string) string {
		a := i.imports(append(args, exported)...)
		require.Equal(t, 1, a.code, a.out)
		require.Empty(t, a.out)
		return strings.ReplaceAll(a.err, path, "refused.journal")
	}

	list := listed()
	for line, want := range map[string]string{
		"1: 2024-01-01 zero":                `posting of zero to "assets:a": Florin keeps none; leave them out with --zero=drop`,
		"5: 2024-01-02 virtual":             "virtual posting (assets:a) has no counterpart",
		"12: 2024-01-03 unmapped":           `account "Vermögen:Bank": "Vermögen" is none of assets`,
		"16: 2024-01-04 too fine":           "0.125 GBP to assets:a: GBP has 2 decimals",
		"20: 2024-01-05 cost too fine":      "3 × 0.333 is 0.999 USD, and USD has 2 decimals",
		"24: 2024-01-06 rounded":            "off by -0.01 CHF",
		"28: 2024-01-07 a date of its own":  "has a date of its own, 2024-02-01",
		"32: 2024-01-08 owned":              "liabilities:wallets:w:available belongs to a part of the service",
		"36: 2024-01-09 two names":          `"assets:petty cash" and "assets:petty-cash" would both be assets:petty-cash`,
		"40: 2024-01-10 no code":            `commodity "⌘" is no asset code`,
		"44: 2024-01-11 rounded by hledger": "10 decimals or more",
		"48: 1850-01-01 before the books":   "effective_at: want a time from the year 1900 on",
		"52: 2199-01-01 ahead":              "its date, 2199-01-01, lies in the future",
	} {
		require.Regexp(t, `(?m)^refused\.journal:`+line+`\n    .*`, list)
		require.Contains(t, list, want, line)
	}
	require.Contains(t, list, "    also at refused.journal:56\n", "what is wrong twice is listed once, with its places")
	require.Contains(t, list, "21 problems; nothing was posted\n")

	// The options decide.
	list = listed("--zero=drop", "--virtual=drop", "--posting-dates=ignore")
	require.NotContains(t, list, "zero")
	require.NotContains(t, list, "virtual")
	require.NotContains(t, list, "date of its own")
	require.Contains(t, list, "13 problems; nothing was posted\n")
	require.Equal(t, 0, i.count())
}

// A mapping mends what no rule translates; an entry that nothing matches is a slip of the pen.
func TestImportNamesEntriesOfTheMappingThatNothingMatches(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	_, exported := i.export("books", []byte("2024-01-02 rent\n  Kosten:Miete  $10.00\n  assets:bank\n"))
	mapping := i.file("map.yaml", []byte("prefixes:\n  Kosten: expenses\n  Erlöse: income\n"))
	a := i.imports("--map", mapping, exported)
	require.Equal(t, 1, a.code)
	require.Contains(t, a.err, `nothing in the journal matches prefixes: "Erlöse"`)
	require.Contains(t, a.err, "1 problems; nothing was posted")

	for text, want := range map[string]string{"prefix:\n  a: assets\n": "field prefix not found", "assets: {a: b}\n": "upper-case"} {
		a := i.imports("--map", i.file("map.yaml", []byte(text)), exported)
		require.Equal(t, 1, a.code)
		require.Contains(t, a.err, want)
	}
	require.Equal(t, 0, i.count())
}

func TestImportRegistersAssets(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	_, exported := i.export("books", []byte("2024-01-02 shares\n  assets:shares  1.5 ACME\n  assets:shares  0.250 ACME\n  equity:gift\n"))
	a := i.imports("--no-register-assets", exported)
	require.Equal(t, 1, a.code)
	require.Contains(t, a.err, "the service does not know the asset ACME")
	require.Equal(t, 0, i.count())

	a = i.imports(exported)
	require.Equal(t, 0, a.code, a.err)
	require.Contains(t, a.out, "new asset     ACME with 3 decimals, for ever\n")
	require.Equal(t, "1.750", i.finance().balance("assets:shares", "ACME"), "the most decimals of the file")

	_, finer := i.export("finer", []byte("2024-01-02 shares\n  assets:shares  1.0001 ACME\n  equity:gift\n"))
	a = i.imports(finer)
	require.Equal(t, 1, a.code)
	require.Contains(t, a.err, "1.0001 ACME to assets:shares: ACME has 3 decimals")
	require.Equal(t, 1, i.count())
}

func TestImportSaysWhatIsWrongWithTheFile(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	for name, c := range map[string]struct{ content, want string }{
		"empty.json":  {" \n", "it is empty"},
		"none.json":   {"[]", "it has no transactions"},
		"text.json":   {"2024-01-02 rent", "want hledger's JSON"},
		"broken.json": {`[{"tindex":1,"tdate":"2024-01-02"`, "after 0 transactions"},
	} {
		a := i.imports(i.file(name, []byte(c.content)))
		require.Equal(t, 1, a.code, name)
		require.Contains(t, a.err, name+": ", name)
		require.Contains(t, a.err, c.want, name)
	}
	a := i.imports("no-such-file.json")
	require.Equal(t, 1, a.code)
	require.Contains(t, a.err, "no such file")
	a = i.imports("-")
	require.Equal(t, 1, a.code)
	require.Contains(t, a.err, "--reference-prefix")
	_, exported := i.export("books", []byte(plainJournal))
	for _, args := range [][]string{{exported}, {"--reference-prefix=books", exported}} {
		a = i.imports(append([]string{"--ledger=nowhere"}, args...)...)
		require.Equal(t, 1, a.code, args)
		require.Contains(t, a.err, "There is no ledger of that name", args)
	}
	i.finance().post("/v1/ledgers", "nowhere", map[string]any{"name": "nowhere"}).is(http.StatusCreated)
	a = i.imports("--ledger", "nowhere", exported)
	require.Equal(t, 0, a.code, "the refusal stands under its key, and is not the last word: %s", a.err)
	require.Equal(t, "-10.00", i.finance().balanceIn("nowhere", "assets:bank", "USD"))
	a = florinSays(t, "import", "--url", i.url, "--token", i.token("usr_ann", "user"), exported)
	require.Equal(t, 1, a.code)
	require.Contains(t, a.err, "the token's caller needs the role finance: The caller may not do this. (forbidden")
	require.Equal(t, 0, i.count())
}

// What only the service can tell is listed as well; mended, the same command goes on.
func TestImportGoesOnAfterARefusal(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	i.finance().floorIn("main", "assets:bank", "USD")
	_, exported := i.export("books", []byte("2024-01-01 capital\n  assets:bank  $5\n  equity:x\n\n"+plainJournal+"\n2024-01-03 fee\n  expenses:fee  $1\n  assets:bank\n"))
	a := i.imports(exported)
	require.Equal(t, 1, a.code)
	require.Contains(t, a.err, "books.journal:5: 2024-01-02 rent\n    The account does not hold enough")
	require.Contains(t, a.err, "(insufficient-funds)")
	require.Contains(t, a.out, "posted        2 transactions")
	require.Equal(t, 2, i.count())

	i.finance().post("/v1/ledgers/main/transactions", "capital", transaction(pays("assets:bank", "equity:x", "20", "USD"))).is(http.StatusCreated)
	a = i.imports(exported)
	require.Equal(t, 0, a.code, a.err)
	require.Contains(t, a.out, "posted        1 transactions")
	require.Contains(t, a.out, "there before  2 transactions")
	require.Equal(t, "14.00", i.finance().balance("assets:bank", "USD"))
}
