package risk_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/wallet/risk"
)

// What the handbook says of rules is so: its set to begin with loads, and it names every fact.
func TestHandbook(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/operating.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "\n## Risk\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	example := regexp.MustCompile("(?s)```json\n(.*?)```").FindStringSubmatch(section)
	require.NotNil(t, example)
	var c risk.SetRules
	require.NoError(t, json.Unmarshal([]byte(example[1]), &c))
	require.Len(t, c.Rules, 7)
	assert.Empty(t, c.Validate())

	_, table, found := strings.Cut(section, "| fact |")
	require.True(t, found)
	named := map[string]bool{}
	for _, row := range strings.Split(table, "\n") {
		cells := strings.SplitN(row, "|", 3)
		if len(cells) < 3 {
			continue
		}
		root := ""
		for _, m := range regexp.MustCompile("`([a-z]*)\\.([a-z_]+)`").FindAllStringSubmatch(cells[1], -1) {
			if m[1] != "" {
				root = m[1]
			}
			if root != "" {
				named[root+"."+m[2]] = true
				continue
			}
			for _, who := range []string{"user", "wallet", "card"} {
				named[who+"."+m[2]] = true
			}
		}
	}
	for _, name := range risk.FactNames() {
		assert.True(t, named[name], "%s is in no row of the table of facts", name)
		delete(named, name)
	}
	assert.Empty(t, named, "rows of facts that there are not")
}
