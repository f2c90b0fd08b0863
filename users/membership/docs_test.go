package membership_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAccountingIsWhatIsBooked holds the tables of docs/accounting.md against the transactions that they show.
func TestAccountingIsWhatIsBooked(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docs/accounting.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(data), "\n## Memberships\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	var rows []string
	for line := range strings.Lines(section) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| account ") && !strings.HasPrefix(line, "| --- ") {
			rows = append(rows, line)
		}
	}
	var want []string
	for _, line := range annsBooks() {
		if strings.HasPrefix(line, "| ") {
			want = append(want, line)
		} else {
			require.Contains(t, section, "`"+line+"`")
		}
	}
	require.Equal(t, want, rows)
}
