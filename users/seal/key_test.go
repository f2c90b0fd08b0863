package seal

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSealOpens(t *testing.T) {
	t.Parallel()
	key := NewKey()
	sealed := key.Seal("email", []byte("ann@example.com"))
	assert.NotContains(t, string(sealed), "ann")
	assert.NotEqual(t, sealed, key.Seal("email", []byte("ann@example.com")), "two sealed texts tell nothing of each other")

	data, err := json.Marshal(sealed)
	require.NoError(t, err)
	var back Text
	require.NoError(t, json.Unmarshal(data, &back))
	text, err := key.Open("email", back)
	require.NoError(t, err)
	assert.Equal(t, "ann@example.com", string(text))
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	key := NewKey()
	sealed := key.Seal("email", []byte("ann@example.com"))
	changed := append(Text(nil), sealed...)
	changed[len(changed)-1]++
	for name, open := range map[string]func() ([]byte, error){
		"another key":   func() ([]byte, error) { return NewKey().Open("email", sealed) },
		"another label": func() ([]byte, error) { return key.Open("name", sealed) },
		"a changed bit": func() ([]byte, error) { return key.Open("email", changed) },
		"cut short":     func() ([]byte, error) { return key.Open("email", sealed[:len(sealed)-1]) },
		"nothing":       func() ([]byte, error) { return key.Open("email", nil) },
	} {
		text, err := open()
		require.ErrorIs(t, err, ErrUnreadable, name)
		assert.Empty(t, text, name)
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	person, content := NewKey(), NewKey()
	wrapped := person.Wrap("message", content)
	back, err := person.Unwrap("message", wrapped)
	require.NoError(t, err)
	assert.Equal(t, content, back)
	_, err = NewKey().Unwrap("message", wrapped)
	require.ErrorIs(t, err, ErrUnreadable)
}

func TestWord(t *testing.T) {
	t.Parallel()
	key := NewKey()
	rent := key.Word("rent")
	assert.Equal(t, rent, key.Word("rent"))
	assert.NotEqual(t, key.Word("rent"), key.Word("rents"))
	assert.NotEqual(t, key.Word("rent"), NewKey().Word("rent"))
	words := key.Words()
	assert.Equal(t, key.Word("rents"), words("rents"))
	assert.Equal(t, rent, words("rent"), "one word leaves nothing for the next")
}

func TestKeyIsNotPrinted(t *testing.T) {
	t.Parallel()
	key := NewKey()
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.Equal(t, "[redacted]", fmt.Sprintf(form, key), form)
	}
	_, err := KeyOf(key.Bytes()[1:])
	require.ErrorContains(t, err, "31 bytes")
	same, err := KeyOf(key.Bytes())
	require.NoError(t, err)
	assert.Equal(t, key, same)
}
