package membership_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/membership"
)

// TestAccountingIsWhatIsBooked holds the tables of docs/accounting.md against the transactions that they show.
func TestAccountingIsWhatIsBooked(t *testing.T) {
	t.Parallel()
	holdsAgainst(t, "Memberships", annsBooks())
	holdsAgainst(t, "Memberships by card", annsCard(t))
}

// holdsAgainst holds the tables of a section of docs/accounting.md against transactions.
func holdsAgainst(t *testing.T, title string, books []string) {
	t.Helper()
	data, err := os.ReadFile("../../docs/accounting.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(data), "\n## "+title+"\n")
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
	for _, line := range books {
		if strings.HasPrefix(line, "| ") {
			want = append(want, line)
		} else {
			require.Contains(t, section, "`"+line+"`")
		}
	}
	require.Equal(t, want, rows)
}

// annsCard are the first transactions of each type of a membership by card, as rows of docs/accounting.md.
func annsCard(t *testing.T) (lines []string) {
	t.Helper()
	b := billed(t, false, "2028-02-01T00:00:00Z")
	b.says(b.paid("in_1", "10.00", "price_pro", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"))
	b.to("2028-02-11T00:00:00Z")
	b.ran()
	b.says(b.givenBack("in_1", "2.90"))
	b.Do(membership.CommandCancel, membership.Cancel{On: b.on(), At: membership.AtOnce})
	b.Do(membership.CommandRecordAnswer, membership.RecordAnswer{MembershipID: b.id, Returned: []membership.Returned{{Invoice: "in_1", Ref: "re_1"}}})
	seen := map[string]bool{}
	for _, e := range b.Events() {
		if seen[e.Type] || len(e.Postings) == 0 || !membership.IsType(e.Type) {
			continue
		}
		seen[e.Type] = true
		lines = append(lines, e.Type)
		for _, p := range e.Postings {
			account, amount := strings.ReplaceAll("`"+p.Account+"`", b.id, "M"), journal.FormatAmount(p.Amount)+" "+p.Asset
			if p.Side == journal.Debit {
				lines = append(lines, "| "+account+" | "+amount+" | |")
			} else {
				lines = append(lines, "| "+account+" | | "+amount+" |")
			}
		}
	}
	return lines
}
