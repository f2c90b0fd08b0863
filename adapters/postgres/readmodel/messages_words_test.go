package readmodel

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Lexemes are replaced and nothing else is, whatever stands in them.
func TestWithDigests(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                     "",
		`'rent':1,4 'due':2A`:                  `'<rent>':1,4 '<due>':2A`,
		`'rent' & !'car' | 'blue' <2> 'tyre'`:  `'<rent>' & !'<car>' | '<blue>' <2> '<tyre>'`,
		`'o''neill':1 '''':2 'x'':1':3`:        `'<o'neill>':1 '<'>':2 '<x':1>':3`,
		`'a\\b':1 '\\':2 'c\\''d':3 'e\\\\':4`: `'<a\b>':1 '<\>':2 '<c\'d>':3 '<e\\>':4`,
		`( 'a' & 'b' ) <-> 'c':*`:              `( '<a>' & '<b>' ) <-> '<c>':*`,
		`'家賃':1`:                               `'<家賃>':1`,
	} {
		require.Equal(t, want, withDigests(text, func(lexeme string) string { return "<" + lexeme + ">" }), text)
	}
}
