package request

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCursorIsGoodForItsListAlone(t *testing.T) {
	t.Parallel()
	cs := NewCursors([]byte("secret"))
	place := []byte("position 4711")
	cursor := cs.Seal("/v1/a?asset=USD", place)
	got, err := cs.Open("/v1/a?asset=USD", cursor)
	require.NoError(t, err)
	assert.Equal(t, place, got)

	empty, err := cs.Open("f", cs.Seal("f", nil))
	require.NoError(t, err)
	assert.Empty(t, empty)

	flipped := []byte(cursor)
	flipped[len(flipped)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"another filter":  func() ([]byte, error) { return cs.Open("/v1/a?asset=EUR", cursor) },
		"another key":     func() ([]byte, error) { return NewCursors([]byte("other")).Open("/v1/a?asset=USD", cursor) },
		"cut off":         func() ([]byte, error) { return cs.Open("/v1/a?asset=USD", cursor[:len(cursor)-4]) },
		"only a MAC":      func() ([]byte, error) { return cs.Open("/v1/a?asset=USD", cursor[:22]) },
		"changed":         func() ([]byte, error) { return cs.Open("/v1/a?asset=USD", string(flipped)) },
		"continued":       func() ([]byte, error) { return cs.Open("/v1/a?asset=USD", cursor+"AA") },
		"nothing":         func() ([]byte, error) { return cs.Open("/v1/a?asset=USD", "") },
		"no base64":       func() ([]byte, error) { return cs.Open("/v1/a?asset=USD", "!!") },
		"with a new line": func() ([]byte, error) { return cs.Open("/v1/a?asset=USD", cursor+"\n") },
		"too long":        func() ([]byte, error) { return cs.Open("/v1/a?asset=USD", strings.Repeat("A", MaxCursor+1)) },
	} {
		_, err := open()
		require.Error(t, err, name)
		assert.Equal(t, "invalid-cursor", AsProblem(err).Code, name)
	}
}

func TestFilterAndNextLink(t *testing.T) {
	t.Parallel()
	of := func(target string) *Call {
		return &Call{Request: httptest.NewRequest("GET", target, http.NoBody), Header: http.Header{}}
	}
	base := of("/v1/ledgers/main/transactions?asset=USD&type=t").Filter()
	assert.Equal(t, base, of("/v1/ledgers/main/transactions?type=t&limit=10&cursor=x&at_least=0-1&asset=USD").Filter())
	assert.NotEqual(t, base, of("/v1/ledgers/main/transactions?asset=USD").Filter())
	assert.NotEqual(t, base, of("/v1/ledgers/other/transactions?asset=USD&type=t").Filter())

	c := of("/v1/wallets?status=open&limit=5&cursor=old")
	c.SetNext("new")
	assert.Equal(t, `</v1/wallets?cursor=new&limit=5&status=open>; rel="next"`, c.Header.Get("Link"))
}

func FuzzCursor(f *testing.F) {
	cs := NewCursors([]byte("secret"))
	f.Add("filter", cs.Seal("filter", []byte("place")))
	f.Add("filter", cs.Seal("other", []byte("place")))
	f.Add("", "")
	f.Fuzz(func(t *testing.T, filter, cursor string) {
		place, err := cs.Open(filter, cursor)
		if err != nil {
			if AsProblem(err).Code != "invalid-cursor" {
				t.Fatalf("%q: %v", cursor, err)
			}
			return
		}
		if again := cs.Seal(filter, place); again != cursor {
			t.Fatalf("%q opened, but its place is sealed as %q", cursor, again)
		}
	})
}
