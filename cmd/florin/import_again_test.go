package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// isBatch reports whether a request posts.
func isBatch(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/transactions/batch") }

// cut ends the connection without an answer.
func cut() {
	panic(http.ErrAbortHandler)
}

// A run that dies in the middle, after the service has done what was asked and before it could say so,
// is taken up by the next: each transaction is there once.
func TestImportGoesOnAfterACutConnection(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	journal, exported := i.export("generated", generatedJournal(2_500))
	var batches atomic.Int32
	dying := i.proxy(func(w http.ResponseWriter, r *http.Request) bool {
		if !isBatch(r) {
			return true
		}
		switch n := batches.Add(1); {
		case n == 2: // it is done, and nobody hears of it
			i.forward(r)
			cut()
		case n > 2: // and then the service is gone
			cut()
		}
		return true
	})
	a := i.importsFrom(dying, "--patience=600ms", exported)
	require.Equal(t, 1, a.code)
	require.Contains(t, a.err, "the same command goes on where this ended")
	require.Contains(t, a.out, "posted        1000 transactions")
	require.Equal(t, 2000, i.count())

	a = i.imports(exported)
	require.Equal(t, 0, a.code, a.err)
	require.Contains(t, a.out, "posted        500 transactions")
	require.Contains(t, a.out, "there before  2000 transactions")
	require.Equal(t, i.hledgerBalance(journal, nil).text(), i.trialBalance().text())
	require.Equal(t, 2500, i.count())
	i.verify()
}

// forward lets a request through and throws the answer away.
func (i *importer) forward(r *http.Request) {
	recorder := httptest.NewRecorder()
	request := r.Clone(r.Context())
	request.RequestURI = ""
	request.URL.Scheme, request.URL.Host = "http", strings.TrimPrefix(i.url, "http://")
	response, err := i.client.Transport.RoundTrip(request)
	if err == nil {
		_, _ = recorder.Body.ReadFrom(response.Body)
		_ = response.Body.Close()
	}
}

// What passes is sat out: 503, and an answer that never came.
func TestImportRepeatsWhatMayPass(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	_, exported := i.export("books", []byte(plainJournal))
	var batches atomic.Int32
	shaky := i.proxy(func(w http.ResponseWriter, r *http.Request) bool {
		if !isBatch(r) {
			return true
		}
		switch batches.Add(1) {
		case 1:
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte(`{"status":503,"code":"unavailable","title":"The service cannot do this now."}`))
			return false
		case 2:
			i.forward(r)
			cut()
		}
		return true
	})
	a := i.importsFrom(shaky, exported)
	require.Equal(t, 0, a.code, a.err)
	require.Contains(t, a.out, "posted        1 transactions", "this run's own, though it heard of it the third time")
	require.Contains(t, a.err, "asking again for 2m0s (--patience): The service cannot do this now. (unavailable)\n", "whoever waits knows why")
	require.Equal(t, int32(3), batches.Load())
	require.Equal(t, 1, i.count())
}

// A file that was added to posts what is new; one that was changed posts nothing and says where.
func TestImportNoticesChanges(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	_, exported := i.export("books", []byte(plainJournal))
	require.Equal(t, 0, i.imports(exported).code)

	added := plainJournal + "\n2024-01-01 earlier, and written later\n  expenses:fee  $1\n  assets:bank\n"
	_, exported = i.export("books", []byte(added))
	a := i.imports(exported)
	require.Equal(t, 0, a.code, a.err)
	require.Contains(t, a.out, "posted        1 transactions")
	require.Contains(t, a.out, "there before  1 transactions")

	for change, want := range map[string]string{
		"$10.00|$10.01": "with other postings", "2024-01-02|2024-01-04": "with the date 2024-01-02T00:00:00Z",
		"rent\n|lease\n": `with the description "rent"`, "rent\n|rent  ; loft\n": "with other comments, tags or status",
	} {
		from, to, _ := strings.Cut(change, "|")
		_, exported = i.export("books", []byte(strings.Replace(added, from, to, 1)+"\n2024-01-05 new\n  expenses:fee  $1\n  assets:bank\n"))
		a = i.imports(exported)
		require.Equal(t, 1, a.code, change)
		require.Contains(t, a.err, "books.journal:1: 2024-01-0", change)
		require.Contains(t, a.err, `(reference "books:1") `+want, change)
		require.Contains(t, a.out, "posted        0 transactions", change)
	}
	require.Equal(t, 2, i.count())

	a = i.imports("--reference-prefix=other", exported)
	require.Equal(t, 0, a.code, a.err)
	require.Equal(t, 5, i.count(), "it is another journal when it is called another")
}

// A journal that was exported under another name is not posted a second time by mistake.
func TestImportKnowsAJournalUnderAnotherName(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	_, exported := i.export("june", []byte(plainJournal))
	require.Equal(t, 0, i.imports(exported).code)

	added := plainJournal + "\n2024-07-01 fee\n  expenses:fee  $1\n  assets:bank\n"
	_, exported = i.export("july", []byte(added))
	for _, args := range [][]string{{exported}, {"--dry-run", exported}} {
		a := i.imports(args...)
		require.Equal(t, 1, a.code, args)
		require.Empty(t, a.out, args)
		require.Contains(t, a.err, "july.journal:1: 2024-01-02 rent\n    this is in the books as txn_", args)
		require.Contains(t, a.err, `(reference "june:1")`, args)
		require.Contains(t, a.err, "go on with --reference-prefix=june; if it is another, name it with --reference-prefix=july\n", args)
	}
	require.Equal(t, 1, i.count())

	a := i.imports("--reference-prefix=june", exported)
	require.Equal(t, 0, a.code, a.err)
	require.Contains(t, a.out, "there before  1 transactions")
	require.Equal(t, 2, i.count())
	require.Equal(t, 0, i.imports("--reference-prefix=july", exported).code)
	require.Equal(t, 4, i.count())
	a = i.imports(exported)
	require.Equal(t, 0, a.code, "it has been called july by hand: %s", a.err)
	require.Equal(t, 4, i.count())
}

// With a tag for references, transactions may be moved about.
func TestImportTakesReferencesFromATag(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	one, two := "2024-01-02 one  ; id:a-1\n  expenses:x  $1\n  assets:b\n\n", "2024-01-02 two  ; id:a-2\n  expenses:x  $2\n  assets:b\n\n"
	_, exported := i.export("books", []byte(one+two))
	require.Equal(t, 0, i.imports("--reference-tag=id", exported).code)
	_, exported = i.export("moved", []byte(two+one))
	a := i.imports("--reference-tag=id", exported)
	require.Equal(t, 0, a.code, a.err)
	require.Contains(t, a.out, "there before  2 transactions")
	i.finance().read("/v1/ledgers/main/transactions?reference=a-2").is(http.StatusOK)

	_, exported = i.export("books", []byte(one+one+plainJournal))
	a = i.imports("--reference-tag=id", exported)
	require.Equal(t, 1, a.code)
	require.Contains(t, a.err, `books.journal:5: 2024-01-02 one`+"\n"+`    the reference "a-1" is that of`)
	require.Contains(t, a.err, "it has no tag id")
	require.Equal(t, 2, i.count())
}

func TestImportDryRun(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	i.finance().floorIn("main", "assets:till", "USD")
	_, exported := i.export("books", []byte(plainJournal+
		"\n2024-01-03 shares\n  Assets:Shares  3 ACME @ $2\n  assets:bank\n\n2024-01-04 till\n  expenses:x  $1\n  assets:till\n"))
	a := i.imports("--dry-run", exported)
	require.Equal(t, 0, a.code, a.err)
	require.Equal(t, `transactions  3, references books:…
new asset     ACME with 0 decimals, for ever
total         3 ACME debit, and as much credit
total         17.00 USD debit, and as much credit
commodity     "$" is USD
commodity     "ACME" is ACME
accounts      6
              Assets:Shares is assets:Shares
              assets:bank is assets:bank
              assets:till is assets:till
              expenses:rent is expenses:rent
              expenses:x is expenses:x
would post    3 transactions
not tried     1 transactions in assets that are not registered yet
not certain   1 transactions that the balances as they are now would not allow, and those before them may
nothing was posted: this was a dry run
`, a.out)
	require.Equal(t, 0, i.count())

	// Larger than a dry run takes at once.
	_, exported = i.export("generated", generatedJournal(1_500))
	a = i.imports("--dry-run", exported)
	require.Equal(t, 0, a.code, a.err)
	require.Contains(t, a.out, "would post    1500 transactions\n")
	require.Contains(t, a.out, "not tried     150 transactions")
	require.Equal(t, 0, i.count())
	require.Equal(t, 0, i.imports(exported).code)
	a = i.imports("--dry-run", exported)
	require.Contains(t, a.out, "would post    0 transactions\nthere before  1500 transactions\n")
}

const plainLines = `{"postings":[{"account":"assets:bank","side":"debit","amount":"1.5","asset":"USD"},{"account":"equity:x","side":"credit","amount":"1.5","asset":"USD"}],"effective_at":"2024-01-02T10:00:00.123456789Z"}

{"reference":"own","description":"second","metadata":{"k":"v"},"postings":[{"account":"assets:bank","side":"debit","amount":"2","asset":"USD"},{"account":"equity:x","side":"credit","amount":"2","asset":"USD"}]}
`

func TestImportOfJSONLines(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	path := i.file("lines.jsonl", []byte(plainLines))
	a := i.imports(path)
	require.Equal(t, 0, a.code, a.err)
	require.Contains(t, a.out, "posted        2 transactions")
	require.Equal(t, "3.50", i.finance().balance("assets:bank", "USD"))
	page := i.finance().read("/v1/ledgers/main/transactions?reference=lines:1").is(http.StatusOK)
	require.Equal(t, "2024-01-02T10:00:00.123456Z", page.str("data", 0, "effective_at"))
	page = i.finance().read("/v1/ledgers/main/transactions?reference=own").is(http.StatusOK)
	require.Equal(t, "second", page.str("data", 0, "description"))
	require.Contains(t, i.imports(path).out, "there before  2 transactions")
	path = i.file("lines.jsonl", []byte(plainLines+strings.Replace(plainLines, "own", "more", 1)))
	a = i.imports(path)
	require.Equal(t, 0, a.code, a.err)
	require.Contains(t, a.out, "posted        2 transactions")
	require.Contains(t, a.out, "there before  2 transactions")

	bad := strings.Replace(plainLines, `"effective_at"`, `"effective"`, 1)
	bad = strings.Replace(bad, `"debit","amount":"2"`, `"debit","amount":"2.001"`, 1)
	a = i.imports(i.file("bad.jsonl", []byte(bad+`{"postings":[]}`)))
	require.Equal(t, 1, a.code)
	require.Contains(t, a.err, "bad.jsonl:1: \n    it is no transaction: effective: there is no such member\n")
	require.Contains(t, a.err, "bad.jsonl:3: second\n    it does not balance: it is off by 0.001 USD")
	require.Contains(t, a.err, "2.001 USD to assets:bank: USD has 2 decimals")
	require.Contains(t, a.err, "bad.jsonl:4: \n    postings: want 2 to 1000 postings")
	require.Contains(t, a.err, "4 problems; nothing was posted")
	a = i.imports("--map", path, path)
	require.Equal(t, 1, a.code)
	require.Contains(t, a.err, "--map is for hledger's JSON")
	require.Equal(t, 4, i.count())
}

func TestImportReadsStandardInput(t *testing.T) {
	t.Parallel()
	i := newImporter(t)
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, "import", "--url", i.url, "--reference-prefix=piped", "-")
	cmd.Env = append(os.Environ(), asFlorin+"=1", "FLORIN_TOKEN="+i.token("usr_books", "finance"))
	cmd.Stdin = bytes.NewReader(tool(t, []byte(plainJournal), "hledger", "-f", "-", "print", "-x", "-O", "json"))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "posted        1 transactions")
	i.sawIn(string(out))
	require.Equal(t, 1, i.count())
}
