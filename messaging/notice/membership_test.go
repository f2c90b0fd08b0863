package notice_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/notice"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/users/seal/sealtest"
)

// What a member is told: what was paid for him without being asked for, what could not be, and how it ends.
func TestMembersAreTold(t *testing.T) {
	t.Parallel()
	vault := sealtest.NewVault()
	_, err := vault.Create(t.Context(), ann)
	require.NoError(t, err)
	usd := func(amount string) ledger.Money { return ledger.Money{Amount: amount, Asset: "USD"} }
	march := time.Date(2028, 3, 1, 9, 0, 0, 0, time.UTC)
	about := func(id string) membership.About {
		return membership.About{MembershipID: id, UserID: ann, WalletID: wal, Since: march.AddDate(0, -1, 0)}
	}
	standing := membership.Standing{
		Status: membership.StatusActive, Until: march.AddDate(0, 1, 0), NextAt: march.AddDate(0, 0, 1),
		Period: membership.Period{Plan: "PRO", Price: usd("10.00")},
	}
	canceled := standing
	canceled.Status = membership.StatusCanceled
	lapsed := standing
	lapsed.Status, lapsed.Until = membership.StatusLapsed, march
	billed := membership.About{MembershipID: "mem_8", UserID: ann, Provider: "stripe", Since: march}
	got := tell(t, vault, &sent{},
		&journal.Event{Type: membership.TypeBought, Postings: postings(), Body: membership.Bought{About: about("mem_0"), Standing: standing}},
		&journal.Event{Type: membership.TypeRenewed, Postings: postings(), Body: membership.Renewed{About: about("mem_1"), Standing: standing}},
		&journal.Event{Type: membership.TypeRenewalRefused, Body: membership.RenewalRefused{
			About: about("mem_2"), Standing: standing, Problem: membership.Problem{Code: "insufficient-funds", Title: "The account does not hold enough.", Detail: "liabilities:…"},
		}},
		&journal.Event{Type: membership.TypeCanceled, Postings: postings(), Body: membership.Canceled{About: about("mem_3"), Standing: canceled, Refunded: usd("7.50"), Days: 21}},
		&journal.Event{Type: membership.TypeCanceled, Body: membership.Canceled{About: about("mem_4"), Standing: canceled, Refunded: usd("0.00")}},
		&journal.Event{Type: membership.TypeEnded, Body: membership.Ended{About: about("mem_5"), Standing: canceled}},
		&journal.Event{Type: membership.TypeEnded, Body: membership.Ended{About: about("mem_6"), Standing: lapsed}},
		&journal.Event{Type: membership.TypeRenewed, Body: membership.Renewed{About: billed, Standing: standing}},
		&journal.Event{Type: membership.TypeRenewalRefused, Body: membership.RenewalRefused{
			About: billed, Standing: standing, Problem: membership.Problem{Code: "card_declined", Title: "The payment failed.", Detail: "Your card was declined."},
		}},
		&journal.Event{Type: membership.TypeCanceled, Body: membership.Canceled{About: billed, Standing: canceled, Refunded: usd("7.50"), Days: 21}},
		&journal.Event{Type: membership.TypeDayPassed, Postings: postings(), Body: membership.DayPassed{About: about("mem_7"), Standing: standing, Day: 1}},
	)
	assert.Equal(t, []told{
		{ann, notice.TopicMembershipRenewed, "mem_1", "Your membership was renewed", "10.00 USD for PRO were paid from your wallet. It is good until 1 April 2028, 09:00 UTC."},
		{ann, notice.TopicMembershipRefused, "mem_2", "Your membership could not be renewed",
			"PRO could not be paid from your wallet. The account does not hold enough. It is tried again on 2 March 2028, 09:00 UTC. The membership is good until 1 April 2028, 09:00 UTC."},
		{ann, notice.TopicMembershipCanceled, "mem_3", "Your membership was canceled", "PRO has ended. 7.50 USD for 21 days went back to your wallet."},
		{ann, notice.TopicMembershipCanceled, "mem_4", "Your membership was canceled", "PRO has ended."},
		{ann, notice.TopicMembershipCanceled, "mem_5", "Your membership has ended", "PRO was canceled, and was good until 1 April 2028, 09:00 UTC."},
		{ann, notice.TopicMembershipLapsed, "mem_6", "Your membership has lapsed", "PRO could not be renewed, and was good until 1 March 2028, 09:00 UTC."},
		{ann, notice.TopicMembershipRenewed, "mem_8", "Your membership was renewed", "PRO was renewed. It is good until 1 April 2028, 09:00 UTC."},
		{ann, notice.TopicMembershipRefused, "mem_8", "Your membership could not be renewed",
			"PRO could not be paid. The payment failed: Your card was declined. The membership is good until 1 April 2028, 09:00 UTC."},
		{ann, notice.TopicMembershipCanceled, "mem_8", "Your membership was canceled", "PRO has ended. 7.50 USD for 21 days go back to where they were paid from."},
	}, got)
	for eventType, want := range map[string]bool{
		membership.TypeRenewed: true, membership.TypeRenewalRefused: true, membership.TypeCanceled: true, membership.TypeEnded: true,
		membership.TypeBought: false, membership.TypeDayPassed: false,
	} {
		assert.Equal(t, want, notice.Wants(eventType), eventType)
	}
}
