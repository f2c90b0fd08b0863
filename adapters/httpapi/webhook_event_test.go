package httpapi

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/exchange"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/schedule"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// A type of events that others are told of is in the contract, in the table, and in docs/webhooks.md with an example
// that keeps the contract: no more there, and no fewer.
func TestOutsideEventsAreDocumented(t *testing.T) {
	t.Parallel()
	var inContract, inTable, inDocs []string
	for _, value := range contract(t).Doc.Components.Schemas["WebhookEventType"].Value.Enum {
		inContract = append(inContract, value.(string))
	}
	for _, outside := range outsideEvents() {
		inTable = append(inTable, string(outside.name))
	}
	page, err := os.ReadFile("../../docs/webhooks.md")
	require.NoError(t, err)
	for _, section := range regexp.MustCompile("(?s)\n### (\\S+)\n.*?```json\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		inDocs = append(inDocs, section[1])
		var example map[string]any
		require.NoError(t, json.Unmarshal([]byte(section[2]), &example), section[1])
		assert.Equal(t, section[1], example["type"])
		schema := map[string]string{
			"wallet": "Wallet", "hold": "Hold", "transfer": "Transaction", "exchange": "Transaction", "payment": "WebhookPayment", "refund": "Refund", "dispute": "WebhookDispute", "payout": "WebhookPayout",
			"withdrawal": "WebhookWithdrawal", "schedule": "WebhookSchedule", "alert": "WebhookAlert", "membership": "Membership",
		}[strings.Split(section[1], ".")[0]]
		if strings.HasPrefix(section[1], "payment.") && !slices.Contains([]string{"payment.received", "payment.refunded", "payment.assigned"}, section[1]) {
			schema = "WebhookPaymentStanding"
		}
		if section[1] == "wallet.credited" || section[1] == "wallet.debited" {
			schema = "Transaction"
		}
		require.NoError(t, contract(t).Doc.Components.Schemas[schema].Value.VisitJSON(example["data"]), section[1])
	}
	slices.Sort(inContract)
	slices.Sort(inTable)
	slices.Sort(inDocs)
	assert.Equal(t, inContract, inTable)
	assert.Equal(t, inContract, inDocs)
}

// What is made of events keeps the contract, and has nothing in it that is sealed, or said of people.
func TestEventsAreShownAsTheContractSays(t *testing.T) {
	t.Parallel()
	const (
		id     = "01k0q3v9x8f6r8v4t0d6m2n7h5"
		wal    = "wal_" + id
		secret = "what nobody may read"
	)
	registry := journal.NewRegistry()
	events := NewEvents(registry, EventPorts{})
	money := ledger.Money{Amount: "10.50", Asset: "USD"}
	postings := []journal.Posting{
		{Account: "liabilities:wallets:" + wal + ":available", Side: journal.Debit, Amount: decimal.RequireFromString("10.50"), Asset: "USD"},
		{Account: "assets:bank:main", Side: journal.Credit, Amount: decimal.RequireFromString("10.50"), Asset: "USD"},
	}
	step := withdrawal.Step{WithdrawalID: "wdr_" + id, WalletID: wal, Amount: money}
	in := func(status withdrawal.Status) withdrawal.Step {
		s := step
		s.Status, s.Reason, s.BankReference = status, "The bank said so.", secret
		return s
	}
	disputed := payment.About{Provider: "stripe", Dispute: "dp_1", Payment: "pi_1", WalletID: wal}
	about := membership.About{MembershipID: "mem_" + id, UserID: "usr_" + id, WalletID: wal}
	standing := membership.Standing{Status: membership.StatusGrace, Earned: "10.50", Period: membership.Period{Plan: "PRO", Days: 31, Price: money}, Passed: 31}
	for eventType, row := range map[string]struct {
		schema   string
		body     any
		postings []journal.Posting
	}{
		wallet.TypeWalletCredited: {"Transaction", wallet.Credited{WalletID: wal, Amount: money}, postings},
		wallet.TypeWalletDebited:  {"Transaction", wallet.Debited{WalletID: wal, Amount: money}, postings},
		wallet.TypeTransferred:    {"Transaction", wallet.Transferred{FromWallet: wal, ToWallet: wal, Amount: money, Reference: "inv-7"}, postings},
		exchange.TypeExchanged:    {"Transaction", exchange.Exchanged{WalletID: wal, ToWallet: wal, From: money, To: money}, postings},
		payment.TypeReceived:      {"WebhookPayment", payment.Received{Provider: "stripe", Payment: "pi_1", Amount: money, WalletID: wal}, postings},
		payment.TypeRefunded:      {"WebhookPayment", payment.Refunded{Provider: "stripe", Payment: "pi_1", Amount: money}, postings},
		payment.TypeAssigned:      {"WebhookPayment", payment.Assigned{Provider: "stripe", Payment: "pi_1", Amount: money, WalletID: wal}, nil},
		payment.TypeCreated: {"WebhookPaymentStanding", payment.Created{
			PaymentID: "pay_" + id, Provider: "stripe", WalletID: wal, Owner: secret, Amount: money, Description: secret, SuccessURL: secret, CreatedBy: secret}, nil},
		payment.TypeRefundRequested: {"Refund", payment.RefundAsked{RefundStep: payment.RefundStep{
			RefundID: "ref_" + id, PaymentID: "pay_" + id, WalletID: wal, Amount: money, RefundProgress: payment.RefundProgress{Status: payment.RefundRequested}}, RequestedBy: secret}, postings},
		payment.TypeDisputeUpdated: {"WebhookDispute", payment.DisputeUpdated{
			About: disputed, Amount: money, Status: payment.DisputeNeedsResponse, DueBy: time.Date(2026, 3, 28, 23, 59, 59, 0, time.UTC)}, nil},
		payment.TypeFundsWithdrawn:  {"WebhookDispute", payment.FundsMoved{About: disputed, Movement: payment.Movement{Asset: "USD", Amount: "-10.50", Fee: "15.00"}}, postings},
		payment.TypeFundsReinstated: {"WebhookDispute", payment.FundsMoved{About: disputed, Movement: payment.Movement{Asset: "USD", Amount: "10.50", Fee: "0.00"}}, postings},
		payment.TypeDisputeLost:     {"WebhookDispute", payment.DisputeSettled{About: disputed, Amount: money}, postings},
		payment.TypePayoutPaid:      {"WebhookPayout", payment.PayoutMoved{Provider: "stripe", Payout: "po_1", Amount: ledger.Money{Amount: "-10.50", Asset: "USD"}, Stage: payment.PayoutPaid}, postings},
		withdrawal.TypeRequested: {"WebhookWithdrawal", withdrawal.Requested{
			WithdrawalID: "wdr_" + id, WalletID: wal, Amount: money, Owner: secret, Destination: seal.Text(secret), RequestedBy: secret}, postings},
		withdrawal.TypeApproved: {"WebhookWithdrawal", withdrawal.Approved{Step: in(withdrawal.StatusApproved)}, nil},
		withdrawal.TypeSent:     {"WebhookWithdrawal", withdrawal.Sent{Step: in(withdrawal.StatusSent)}, nil},
		withdrawal.TypeSettled:  {"WebhookWithdrawal", withdrawal.Settled{Step: in(withdrawal.StatusSettled)}, postings},
		withdrawal.TypeFailed:   {"WebhookWithdrawal", withdrawal.Failed{Step: in(withdrawal.StatusFailed)}, postings},
		withdrawal.TypeCanceled: {"WebhookWithdrawal", withdrawal.Canceled{Step: in(withdrawal.StatusCanceled)}, postings},
		schedule.TypeScheduleRefused: {"WebhookSchedule", schedule.Refused{
			ScheduleID: "sch_" + id, Transfer: wallet.NewTransfer{FromWallet: wal, ToWallet: wal, Amount: money, Description: secret},
			Problem: schedule.Problem{Code: "insufficient-funds", Title: "The account does not hold enough."}}, nil},
		alert.TypeFired: {"WebhookAlert", alert.Fired{
			AlertID: "alr_" + id, WalletID: wal, Asset: "USD", Bound: alert.Bound{Above: "5"}, Balance: "10.50", TransactionID: "txn_" + id}, nil},
		membership.TypeRenewed:        {"Membership", membership.Renewed{About: about, Standing: standing}, postings},
		membership.TypeRenewalRefused: {"Membership", membership.RenewalRefused{About: about, Standing: standing, Problem: membership.Problem{Detail: secret}}, nil},
		membership.TypeCanceled:       {"Membership", membership.Canceled{About: about, Standing: standing, Refunded: money}, postings},
	} {
		e := &journal.Event{Position: 7, Epoch: 1, Ledger: ledger.Main, Type: eventType, Body: row.body, Postings: row.postings, Actor: "service:shop", Number: 1,
			RecordedAt: time.Date(2026, 3, 14, 9, 26, 53, 589793000, time.UTC), EffectiveAt: time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)}
		body, err := events.Show(t.Context(), e)
		require.NoError(t, err, eventType)
		assert.NotContains(t, string(body), secret, eventType)
		assert.NotContains(t, string(body), base64.StdEncoding.EncodeToString([]byte(secret)), eventType)
		var shown map[string]any
		require.NoError(t, json.Unmarshal(body, &shown))
		name, _ := events.Name(eventType)
		assert.Equal(t, []any{name, e.ID().Format("evt"), "2026-03-14T09:26:53.589793Z"}, []any{shown["type"], shown["id"], shown["timestamp"]})
		require.NoError(t, contract(t).Doc.Components.Schemas[row.schema].Value.VisitJSON(shown["data"]), "%s: %s", eventType, body)
	}
	_, err := events.Show(t.Context(), &journal.Event{Type: "user-registered"})
	require.Error(t, err, "nobody is told of people")
}
