package httpapi

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
	cs := newCursors([]byte("secret"))
	place := []byte("position 4711")
	cursor := cs.seal("/v1/a?asset=USD", place)
	got, err := cs.open("/v1/a?asset=USD", cursor)
	require.NoError(t, err)
	assert.Equal(t, place, got)

	empty, err := cs.open("f", cs.seal("f", nil))
	require.NoError(t, err)
	assert.Empty(t, empty)

	flipped := []byte(cursor)
	flipped[len(flipped)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"another filter":  func() ([]byte, error) { return cs.open("/v1/a?asset=EUR", cursor) },
		"another key":     func() ([]byte, error) { return newCursors([]byte("other")).open("/v1/a?asset=USD", cursor) },
		"cut off":         func() ([]byte, error) { return cs.open("/v1/a?asset=USD", cursor[:len(cursor)-4]) },
		"only a MAC":      func() ([]byte, error) { return cs.open("/v1/a?asset=USD", cursor[:22]) },
		"changed":         func() ([]byte, error) { return cs.open("/v1/a?asset=USD", string(flipped)) },
		"continued":       func() ([]byte, error) { return cs.open("/v1/a?asset=USD", cursor+"AA") },
		"nothing":         func() ([]byte, error) { return cs.open("/v1/a?asset=USD", "") },
		"no base64":       func() ([]byte, error) { return cs.open("/v1/a?asset=USD", "!!") },
		"with a new line": func() ([]byte, error) { return cs.open("/v1/a?asset=USD", cursor+"\n") },
		"too long":        func() ([]byte, error) { return cs.open("/v1/a?asset=USD", strings.Repeat("A", MaxCursor+1)) },
	} {
		_, err := open()
		require.Error(t, err, name)
		assert.Equal(t, "invalid-cursor", asProblem(err).Code, name)
	}
}

func TestFilterAndNextLink(t *testing.T) {
	t.Parallel()
	of := func(target string) *call {
		return &call{request: httptest.NewRequest("GET", target, http.NoBody), header: http.Header{}}
	}
	base := of("/v1/ledgers/main/transactions?asset=USD&type=t").filter()
	assert.Equal(t, base, of("/v1/ledgers/main/transactions?type=t&limit=10&cursor=x&at_least=0-1&asset=USD").filter())
	assert.NotEqual(t, base, of("/v1/ledgers/main/transactions?asset=USD").filter())
	assert.NotEqual(t, base, of("/v1/ledgers/other/transactions?asset=USD&type=t").filter())

	c := of("/v1/wallets?status=open&limit=5&cursor=old")
	c.setNext("new")
	assert.Equal(t, `</v1/wallets?cursor=new&limit=5&status=open>; rel="next"`, c.header.Get("Link"))
}

func FuzzCursor(f *testing.F) {
	cs := newCursors([]byte("secret"))
	f.Add("filter", cs.seal("filter", []byte("place")))
	f.Add("filter", cs.seal("other", []byte("place")))
	f.Add("", "")
	f.Fuzz(func(t *testing.T, filter, cursor string) {
		place, err := cs.open(filter, cursor)
		if err != nil {
			if asProblem(err).Code != "invalid-cursor" {
				t.Fatalf("%q: %v", cursor, err)
			}
			return
		}
		if again := cs.seal(filter, place); again != cursor {
			t.Fatalf("%q opened, but its place is sealed as %q", cursor, again)
		}
	})
}
