package hledger_test

import (
	"bytes"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/hledger"
	"github.com/florinledger/florin/ledger"
)

// printed is a journal as the real hledger prints it.
func printed(t *testing.T, journal string) []byte {
	t.Helper()
	path, err := exec.LookPath("hledger")
	require.NoError(t, err, "this test needs hledger: apt-get install hledger")
	cmd := exec.CommandContext(t.Context(), path, "-f", "-", "print", "-x", "-O", "json")
	cmd.Env = append(cmd.Environ(), "LC_ALL=C.UTF-8")
	cmd.Stdin = strings.NewReader(journal)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err, errs.String())
	return out
}

// convert reads a journal of one transaction and turns it into Florin's: its lines, or what is wrong.
func convert(t *testing.T, journal string, m *hledger.Mapping, c hledger.Config) (tx *ledger.NewTransaction, problems []string) {
	t.Helper()
	r := hledger.NewReader(bytes.NewReader(printed(t, journal)))
	read, err := r.Next()
	require.NoError(t, err)
	require.Regexp(t, `-:1$`, read.At())
	tx, problems = hledger.NewConverter(m, c).Convert(read)
	_, err = r.Next()
	require.Equal(t, io.EOF, err)
	return tx, problems
}

// lines are the postings in one text, such as "assets:a debit 10.50 USD".
func lines(tx *ledger.NewTransaction) (all []string) {
	if tx == nil {
		return nil
	}
	for _, l := range tx.Postings {
		all = append(all, l.Account+" "+l.Side+" "+l.Amount+" "+l.Asset)
	}
	return all
}

func isoScale(code string) (int32, bool) {
	for _, a := range ledger.ISO4217() {
		if a.Code == code {
			return a.Scale, true
		}
	}
	return 0, false
}

func TestConvert(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		journal  string
		mapping  hledger.Mapping
		config   hledger.Config
		lines    []string
		problems []string // each is a part of the problem in its place
	}{
		"two postings, an amount left out": {
			journal: "2024-01-02 rent\n  Expenses:Rent  $1,000.50\n  asset:bank\n",
			lines:   []string{"expenses:Rent debit 1000.50 USD", "assets:bank credit 1000.50 USD"},
		},
		"names with dashes": {
			journal: "2024-01-02 x\n  assets:Visa - Gold -  1 EUR\n  income:-a--b (c)-  -1 EUR\n",
			lines:   []string{"assets:Visa-Gold- debit 1 EUR", "income:-a--b-c- credit 1 EUR"},
		},
		"names by rule": {
			journal: "2024-01-02 x\n  Expense:Food & Drink:Café  1 EUR\n  REVENUES: Sales, 2024 !  -1 EUR\n",
			lines:   []string{"expenses:Food-Drink:Cafe debit 1 EUR", "income:Sales-2024 credit 1 EUR"},
		},
		"names by hand, the longest prefix first": {
			journal: "2024-01-02 x\n  Актив:Банк:a b  1 \"AAPL 5\"\n  Актив:Касса  -2 \"AAPL 5\"\n  Актив  1 \"AAPL 5\"\n",
			mapping: hledger.Mapping{
				Accounts: map[string]string{"Актив": "assets:other"},
				Prefixes: map[string]string{"Актив": "assets", "Актив:Банк": "assets:bank", "Актив:Касса": "assets:cash"},
				Assets:   map[string]string{"AAPL 5": "AAPL"},
			},
			lines: []string{"assets:bank:a-b debit 1 AAPL", "assets:cash credit 2 AAPL", "assets:other debit 1 AAPL"},
		},
		"names that no rule translates": {
			journal: "2024-01-02 x\n  Актив:Банк  1 EUR\n  assets:Банк  1 EUR\n  assets:&  1 EUR\n  assets  1 EUR\n  equity:x  -4 EUR\n",
			problems: []string{
				`"Актив" is none of assets`, `"Банк" has letters that an address does not take`, `"&" has nothing that an address takes`,
				`Florin has no postings to a root`,
			},
		},
		"two names that become one": {
			journal:  "2024-01-02 x\n  assets:a b  1 EUR\n  assets:a-b  -1 EUR\n",
			problems: []string{`"assets:a b" and "assets:a-b" would both be assets:a-b`},
		},
		"two names that one hand joins": {
			journal: "2024-01-02 x\n  assets:a b  1 EUR\n  assets:a-b  -1 EUR\n",
			mapping: hledger.Mapping{Accounts: map[string]string{"assets:a b": "assets:a-b"}},
			lines:   []string{"assets:a-b debit 1 EUR", "assets:a-b credit 1 EUR"},
		},
		"two commodities that become one": {
			journal:  "2024-01-02 x\n  assets:a  1 USD\n  assets:b  -1 USD\n  assets:a  $1\n  assets:b  $-1\n",
			problems: []string{`"USD" and "$" would both be USD`, `"USD" and "$" would both be USD`},
		},
		"a commodity that is no code, and none at all": {
			journal:  "2024-01-02 x\n  assets:a  1 ⌘\n  assets:b  -1 ⌘\n  assets:a  1\n  assets:b  -1\n",
			problems: []string{`commodity "⌘" is no asset code`, `commodity "⌘"`, `map "" to the asset`, `map "" to the asset`},
		},
		"a price per unit": {
			journal: "2024-01-02 x\n  assets:eur  10 EUR @ $1.10\n  assets:cash\n",
			lines: []string{
				"assets:eur debit 10 EUR", "assets:cash credit 11 USD",
				"equity:conversion credit 10 EUR", "equity:conversion debit 11 USD",
			},
		},
		"a price in total, of what is given away": {
			journal: "2024-01-02 x\n  assets:eur  -3 EUR @@ $4.00\n  assets:cash  $4\n",
			lines: []string{
				"assets:eur credit 3 EUR", "assets:cash debit 4 USD",
				"equity:conversion debit 3 EUR", "equity:conversion credit 4 USD",
			},
		},
		"a cost basis, which hledger reads over": {
			journal: "2024-01-02 x\n  assets:stock  10 AAPL {$3.00} @ $4.00\n  assets:cash  $-40.00\n",
			lines: []string{
				"assets:stock debit 10 AAPL", "assets:cash credit 40.00 USD",
				"equity:conversion credit 10 AAPL", "equity:conversion debit 40 USD",
			},
		},
		"two commodities without a price, which hledger gives one": {
			journal: "2024-01-02 x\n  assets:eur  10 EUR\n  assets:cash  $-11.00\n",
			lines: []string{
				"assets:eur debit 10 EUR", "assets:cash credit 11.00 USD",
				"equity:conversion credit 10 EUR", "equity:conversion debit 11 USD",
			},
		},
		"costs that balance without them": {
			journal: "2024-01-02 x\n  assets:a  10 EUR @ $1.10\n  assets:b  -10 EUR @ $1.10\n",
			lines:   []string{"assets:a debit 10 EUR", "assets:b credit 10 EUR"},
		},
		"a cost finer than its asset": {
			journal:  "2024-01-02 x\n  assets:eur  3 EUR @ $0.333\n  assets:cash  $-1.00\n",
			problems: []string{"3 × 0.333 is 0.999 USD, and USD has 2 decimals: give the total with @@"},
		},
		"balanced only as displayed": {
			journal:  "2024-01-02 x\n  assets:eur  3 EUR @ $0.33\n  assets:cash  $-1.0\n",
			problems: []string{"off by -0.01 USD"},
		},
		"several commodities in one posting": {
			journal: "2024-01-02 x\n  assets:a  10 EUR\n  assets:a  $3\n  assets:b\n",
			lines:   []string{"assets:a debit 10 EUR", "assets:a debit 3 USD", "assets:b credit 3 USD", "assets:b credit 10 EUR"},
		},
		"zeros beyond the decimals of an asset are cut": {
			journal: "2024-01-02 x\n  assets:a  10.5000 EUR\n  assets:b\n  assets:c  1.500 FOO\n  assets:d  -1.500 FOO\n",
			lines:   []string{"assets:a debit 10.50 EUR", "assets:b credit 10.50 EUR", "assets:c debit 1.500 FOO", "assets:d credit 1.500 FOO"},
		},
		"a mantissa of 30 digits": {
			journal: "2024-01-02 x\n  assets:a  123456789012345678901234567890.12 EUR\n  assets:b  -123456789012345678901234567890.12 EUR\n  assets:c  1000000000000000000000000 JPY\n  assets:d  -1E24 JPY\n",
			lines: []string{
				"assets:a debit 123456789012345678901234567890.12 EUR", "assets:b credit 123456789012345678901234567890.12 EUR",
				"assets:c debit 1000000000000000000000000 JPY", "assets:d credit 1000000000000000000000000 JPY",
			},
		},
		"61 digits": {
			journal:  "2024-01-02 x\n  assets:a  1" + strings.Repeat("0", 60) + " JPY\n  assets:b  -1" + strings.Repeat("0", 60) + " JPY\n",
			problems: []string{"more than 60 digits", "more than 60 digits"},
		},
		"18 decimals, which hledger rounds to ten": {
			journal:  "2024-01-02 x\n  assets:a  1.123456789012345678 ETH\n  assets:b  -1.123456789012345678 ETH\n",
			problems: []string{"10 decimals or more", "10 decimals or more"},
		},
		"zero": {
			journal:  "2024-01-02 x\n  assets:a  0\n  assets:b  $0.00\n",
			problems: []string{`posting of zero to "assets:a"`, "--zero=drop"},
		},
		"zero, dropped, beside others": {
			journal: "2024-01-02 x\n  assets:a  $0\n  assets:b  $1\n  assets:c  $-1\n", config: hledger.Config{Zero: hledger.DropZero},
			lines: []string{"assets:b debit 1 USD", "assets:c credit 1 USD"},
		},
		"nothing but zeros, dropped": {journal: "2024-01-02 x\n  assets:a  0\n  assets:b  0\n", config: hledger.Config{Zero: hledger.DropZero}},
		"virtual postings": {
			journal:  "2024-01-02 x\n  (assets:a)  $5\n  [assets:b]  $4\n  [assets:c]  $-4\n  assets:x  $1\n  assets:y  $-1\n",
			problems: []string{"virtual posting (assets:a)", "virtual posting [assets:b]", "--virtual=real"},
		},
		"virtual postings, dropped": {
			journal: "2024-01-02 x\n  (assets:a)  $5\n  [assets:b]  $4\n  [assets:c]  $-4\n  assets:x  $1\n  assets:y  $-1\n",
			config:  hledger.Config{Virtual: hledger.DropVirtual}, lines: []string{"assets:x debit 1 USD", "assets:y credit 1 USD"},
		},
		"balanced virtual postings, made real": {
			journal: "2024-01-02 x\n  [assets:b]  $4\n  [assets:c]  $-4\n", config: hledger.Config{Virtual: hledger.RealVirtual},
			lines: []string{"assets:b debit 4 USD", "assets:c credit 4 USD"},
		},
		"an unbalanced virtual posting cannot become real": {
			journal: "2024-01-02 x\n  (assets:b)  $4\n", config: hledger.Config{Virtual: hledger.RealVirtual},
			problems: []string{"virtual posting (assets:b) has no counterpart"},
		},
		"dates of postings": {
			journal:  "2024-01-02 x\n  assets:a  $4  ; date:2024-02-01\n  assets:b  $-4  ; date:2024-01-02\n",
			problems: []string{`posting to "assets:a" has a date of its own, 2024-02-01`},
		},
		"dates of postings, ignored": {
			journal: "2024-01-02 x\n  assets:a  $4  ; date:2024-02-01\n  assets:b  $-4\n", config: hledger.Config{PostingDates: hledger.IgnorePostingDates},
			lines: []string{"assets:a debit 4 USD", "assets:b credit 4 USD"},
		},
		"a balance assignment": {
			journal: "2024-01-02 x\n  assets:a  = $10.00\n  equity:b\n",
			lines:   []string{"assets:a debit 10.00 USD", "equity:b credit 10.00 USD"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.config.Scale = isoScale
			tx, problems := convert(t, c.journal, &c.mapping, c.config)
			require.Len(t, problems, len(c.problems), "%q", problems)
			for i, part := range c.problems {
				require.Contains(t, problems[i], part)
			}
			require.Equal(t, c.lines, lines(tx))
		})
	}
}

func TestWhatElseATransactionSays(t *testing.T) {
	t.Parallel()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	require.NoError(t, err)
	tx, problems := convert(t, "2024-01-01=2024-01-03 * (code1) Payee | note  ; tag1: v1, tag2:\n  ; second line, k:vv, k:ww\n"+
		"  ! assets:a  $1  ; of a posting\n  assets:b\n", &hledger.Mapping{}, hledger.Config{Location: tokyo})
	require.Empty(t, problems)
	require.Equal(t, "Payee | note", tx.Description)
	require.Equal(t, "2023-12-31T15:00:00Z", tx.EffectiveAt.Format(time.RFC3339))
	require.Equal(t, map[string]string{
		"code": "code1", "status": "cleared", "date2": "2024-01-03", "comment": "tag1: v1, tag2:\nsecond line, k:vv, k:ww",
		"tag.tag1": "v1", "tag.tag2": "", "tag.k": "vv, ww", "posting.1.comment": "of a posting", "posting.1.status": "pending",
	}, tx.Metadata)
	require.Empty(t, tx.Reference)
}

// A comment that is longer than a value may be goes on under the next key, and no letter is cut in two.
func TestLongComments(t *testing.T) {
	t.Parallel()
	comment := "x" + strings.Repeat("é", 400) // the 512th byte is in the middle of a letter
	tx, problems := convert(t, "2024-01-01 x\n  ; "+comment+"\n  assets:a  $1\n  assets:b\n", &hledger.Mapping{}, hledger.Config{})
	require.Empty(t, problems)
	require.Len(t, tx.Metadata["comment"], 511)
	require.Equal(t, comment, tx.Metadata["comment"]+tx.Metadata["comment.2"])
	require.Empty(t, tx.Validate())
}

func TestEntriesOfTheMappingThatNothingMatches(t *testing.T) {
	t.Parallel()
	c := hledger.NewConverter(&hledger.Mapping{
		Accounts: map[string]string{"assets:a": "assets:x", "assets:gone": "assets:y"},
		Prefixes: map[string]string{"equity": "equity", "Assets": "assets"}, Assets: map[string]string{"$": "USD", "%": "EUR"},
	}, hledger.Config{})
	r := hledger.NewReader(bytes.NewReader(printed(t, "2024-01-02 x\n  assets:a  $1 = $1\n  equity:b\n")))
	read, err := r.Next()
	require.NoError(t, err)
	_, problems := c.Convert(read)
	require.Empty(t, problems)
	require.Equal(t, []string{`accounts: "assets:gone"`, `prefixes: "Assets"`, `assets: "%"`}, c.Unused())
	require.Equal(t, [][2]string{{"assets:a", "assets:x"}, {"equity:b", "equity:b"}}, c.Accounts())
	require.Equal(t, [][2]string{{"$", "USD"}}, c.Assets())
	require.Equal(t, 1, c.Assertions)
}

func TestReadMapping(t *testing.T) {
	t.Parallel()
	m, err := hledger.ReadMapping(strings.NewReader("accounts:\n  Cash: assets:cash\nprefixes:\n  Актив: assets\nassets:\n  \"\": USD\n"))
	require.NoError(t, err)
	require.Equal(t, &hledger.Mapping{
		Accounts: map[string]string{"Cash": "assets:cash"}, Prefixes: map[string]string{"Актив": "assets"}, Assets: map[string]string{"": "USD"},
	}, m)
	_, err = hledger.ReadMapping(strings.NewReader(""))
	require.NoError(t, err)
	for text, want := range map[string]string{
		"account:\n  a: assets:a\n":                    "field account not found",
		"accounts:\n  a: assets:a\n  a: assets:b\n":    "already defined",
		"accounts:\n  a: assets\n":                     `accounts: "a": "assets"`,
		"accounts:\n  a: bank:x\n":                     "begins with assets:",
		"prefixes:\n  a: assets:b c\n":                 `prefixes: "a"`,
		"assets:\n  $: usd\n":                          "upper-case",
		"accounts: {a: assets:a}\n---\naccounts: {}\n": "one document",
	} {
		_, err := hledger.ReadMapping(strings.NewReader(text))
		require.ErrorContains(t, err, want, text)
	}
}

func TestReaderRefusesWhatIsNotHledgers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                    "unexpected EOF",
		`{}`:                                  "want a list",
		`[{"tindex":1}`:                       "unexpected EOF",
		`[{"tindex":"x"}]`:                    "after 0 transactions, at byte",
		`[{"tindex":1}] []`:                   "something follows",
		`[{"tindex":1},{"ttags":[["a"]]}]`:    "after 1 transactions",
		"[{\"tindex\":1,\"tcode\":\"\xff\"}]": "invalid UTF-8",
	} {
		r := hledger.NewReader(strings.NewReader(text))
		var err error
		for err == nil {
			_, err = r.Next()
		}
		require.ErrorContains(t, err, want, text)
		require.NotErrorIs(t, err, io.EOF, text)
	}
	_, err := hledger.NewReader(strings.NewReader(" [ ] \n")).Next()
	require.ErrorIs(t, err, io.EOF)
}

// hledger 1.50 and newer call the type of a posting otherwise. What is neither is not guessed at.
func TestConvertTypesOfPostingsByTheirNewerName(t *testing.T) {
	t.Parallel()
	older := string(printed(t, "2024-01-02 x\n  assets:a  1 EUR\n  income:b  -1 EUR\n  [assets:c]  2 EUR\n  [assets:d]  -2 EUR\n  (assets:e)  3 EUR\n"))
	for realness, problems := range map[string]int{"RealPosting": 0, "HalfRealPosting": 2} {
		newer := strings.NewReplacer("RegularPosting", realness, "ptype", "preal").Replace(older)
		require.NotContains(t, newer, "ptype")
		read, err := hledger.NewReader(strings.NewReader(newer)).Next()
		require.NoError(t, err)
		tx, refused := hledger.NewConverter(&hledger.Mapping{}, hledger.Config{Virtual: hledger.DropVirtual}).Convert(read)
		require.Len(t, refused, problems)
		if problems == 0 {
			require.Equal(t, []string{"assets:a debit 1 EUR", "income:b credit 1 EUR"}, lines(tx))
			continue
		}
		require.Contains(t, refused[0], `posting to "assets:a" is of the unknown type "HalfRealPosting"`)
	}
}

// Notes that a transaction cannot keep are named as the bookkeeper knows them.
func TestConvertNamesNotesThatAreTooMany(t *testing.T) {
	t.Parallel()
	journal := "2024-01-02 x  ; " + strings.Repeat("t", 61) + ":v\n" + strings.Repeat("  * assets:a  1 EUR  ; note\n", 32) + "  income:b\n"
	_, problems := convert(t, journal, &hledger.Mapping{}, hledger.Config{})
	require.Equal(t, []string{
		"its code, status, tags and comments, and those of its postings, are 66 notes, and a transaction keeps 64: take some out, or split it",
		`the note "tag.` + strings.Repeat("t", 61) + `" has a name longer than 64 bytes: shorten the tag`,
	}, problems)
}

// A tag that has the name under which a longer one goes on does not write over it, and the notes are the
// same in every run.
func TestConvertKeepsEveryNote(t *testing.T) {
	t.Parallel()
	tx, problems := convert(t, "2024-01-02 x  ; a:"+strings.Repeat("l", 600)+", a.2:short\n  assets:a  1 EUR\n  income:b\n", &hledger.Mapping{}, hledger.Config{})
	require.Empty(t, problems)
	require.Equal(t, strings.Repeat("l", 512), tx.Metadata["tag.a"])
	require.Equal(t, strings.Repeat("l", 88), tx.Metadata["tag.a.2"])
	require.Equal(t, "short", tx.Metadata["tag.a.2.2"])
}
