package ledger

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// quickly is what can be read in two ways.
type quickly interface{ ReadQuickly(data []byte) bool }

// bothWays reads data in the short way, and where that takes it, as encoding/json does, and demands
// that both give the same.
func bothWays[T any, P interface {
	*T
	quickly
}](t *testing.T, data string) (value T, ok bool) {
	t.Helper()
	if !P(&value).ReadQuickly([]byte(data)) {
		return value, false
	}
	var want T
	require.NoError(t, json.Unmarshal([]byte(data), &want), "%q", data)
	require.Equal(t, want, value, "%q", data)
	return value, true
}

func plainTransaction() NewTransaction {
	return NewTransaction{
		Postings: []Line{
			{Account: "assets:bank:main", Side: "debit", Amount: "10.50", Asset: "USD"},
			{Account: "equity:opening", Side: "credit", Amount: "10.50", Asset: "USD"},
		},
		Reference: "inv-7", Description: "Überweisung", Metadata: map[string]string{"shop": "north", "till": "3"},
	}
}

func TestWhatIsPlainIsReadQuickly(t *testing.T) {
	t.Parallel()
	full, bare := plainTransaction(), plainTransaction()
	bare.Reference, bare.Description, bare.Metadata = "", "", nil
	one := PostTransaction{Ledger: "main", NewTransaction: full}
	got, ok := bothWays[PostTransaction](t, jsonText(t, one))
	require.True(t, ok)
	require.Equal(t, one, got)
	many := PostBatch{Ledger: "main", Mode: Atomic, Transactions: []NewTransaction{full, bare, full}}
	gotMany, ok := bothWays[PostBatch](t, jsonText(t, many))
	require.True(t, ok)
	require.Equal(t, many, gotMany)
	for _, body := range []TransactionPosted{
		{}, {Reference: "r"}, {Description: "d"}, {Metadata: map[string]string{"k": "v"}}, {Reference: "r", Metadata: map[string]string{"k": "v"}},
	} {
		got, ok := bothWays[TransactionPosted](t, jsonText(t, body))
		require.True(t, ok)
		require.Equal(t, body, got)
	}
}

func TestWhatIsNotPlainIsLeftToTheLongWay(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	for name, change := range map[string]func(*PostTransaction){
		"escapes":       func(c *PostTransaction) { c.Description = "a \"quoted\" word" },
		"newline":       func(c *PostTransaction) { c.Metadata["k"] = "a\nb" },
		"time":          func(c *PostTransaction) { c.EffectiveAt = &at },
		"preconditions": func(c *PostTransaction) { c.Preconditions = []Precondition{{Account: "a", Asset: "USD"}} },
		"no postings":   func(c *PostTransaction) { c.Postings = nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := PostTransaction{Ledger: "main", NewTransaction: plainTransaction()}
			change(&c)
			_, ok := bothWays[PostTransaction](t, jsonText(t, c))
			require.False(t, ok)
		})
	}
	plain := jsonText(t, PostTransaction{Ledger: "main", NewTransaction: plainTransaction()})
	for n := range len(plain) { // cut off anywhere
		_, ok := bothWays[PostTransaction](t, plain[:n])
		require.False(t, ok)
	}
	for _, more := range []string{" ", "}", "{}", "x"} {
		_, ok := bothWays[PostTransaction](t, plain+more)
		require.False(t, ok)
	}
}

// What cannot be written is not left out: read again, it would be posted as of now.
func TestATimeThatCannotBeWrittenIsNotLeftOut(t *testing.T) {
	t.Parallel()
	at := time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	c := PostTransaction{Ledger: "main", NewTransaction: plainTransaction()}
	c.EffectiveAt = &at
	_, err := json.Marshal(c)
	require.Error(t, err)
	var read PostTransaction
	require.False(t, read.ReadQuickly(c.AppendJSON(nil)))
	require.Error(t, json.Unmarshal(c.AppendJSON(nil), &read))
}

func jsonText(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return string(data)
}

// writtenAlike demands that what data says is written as encoding/json writes it.
func writtenAlike[T interface {
	AppendJSON(buf []byte) []byte
}](t *testing.T, data string) {
	t.Helper()
	var v T
	if json.Unmarshal([]byte(data), &v) != nil {
		return
	}
	want, err := json.Marshal(v)
	if err != nil { // a time that is none: it must not pass for no time
		require.Error(t, json.Unmarshal(v.AppendJSON(nil), &v))
		return
	}
	require.Equal(t, string(want), string(v.AppendJSON(nil)))
}

// FuzzQuick holds the short ways against encoding/json: what they take, they read as that does, and
// they write what it writes.
func FuzzQuick(f *testing.F) {
	c := PostTransaction{Ledger: "main", NewTransaction: plainTransaction()}
	f.Add(jsonText(f, c))
	f.Add(jsonText(f, PostBatch{Ledger: "main", Mode: Independent, Transactions: []NewTransaction{c.NewTransaction, c.NewTransaction}}))
	f.Add(jsonText(f, TransactionPosted{Reference: "r", Description: "d", Metadata: c.Metadata}))
	f.Add(`{"metadata":{"k":"v","k":"w"}}`)
	f.Add(strings.Replace(jsonText(f, c), "shop", "\xff", 1))
	f.Add(`{"ledger":"<b>&\u2028","postings":[],"effective_at":"2026-01-31T00:00:00+04:00","metadata":{"b":"\u0000","a":"\"é"},"preconditions":[{"account":"a"}]}`)
	f.Fuzz(func(t *testing.T, data string) {
		writtenAlike[PostTransaction](t, data)
		writtenAlike[PostBatch](t, data)
		writtenAlike[TransactionPosted](t, data)
		bothWays[PostTransaction](t, data)
		bothWays[PostBatch](t, data)
		bothWays[TransactionPosted](t, data)
	})
}
