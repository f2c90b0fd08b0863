package httpapi

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/exchange"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/risk"
	"github.com/florinledger/florin/wallet/schedule"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// result is what a command's request is answered with; nil when it leaves nothing to show.
func (h *Handlers) result(ctx context.Context, a journal.Answer) (any, error) {
	switch a.Outcome.Type {
	case ledger.CommandCreateLedger:
		return h.LedgerOf(a)
	case ledger.CommandRegisterAsset:
		if a.Outcome.Count == 0 {
			return nil, nil //nolint:nilnil // the asset was known: the request said all there is
		}
		return h.AssetOf(a)
	case ledger.CommandSetAccount:
		return h.RulesOf(a)
	case ledger.CommandPostTransaction, ledger.CommandReverseTransaction:
		return h.TransactionOf(a)
	case wallet.CommandCreditWallet, wallet.CommandDebitWallet:
		return h.TransactionOf(a)
	case exchange.CommandSetRate:
		return h.SetRateOf(a)
	case exchange.CommandIssueQuote:
		return h.IssuedOf(a)
	case exchange.CommandExchange:
		return h.ExchangeOf(request.CallOf(ctx).Principal, a)
	case wallet.CommandTransfer, wallet.CommandSplit:
		return h.TransferOf(request.CallOf(ctx).Principal, a)
	case ledger.CommandPostBatch, wallet.CommandTransferBatch:
		return h.BatchResults(a, nil)
	case wallet.CommandOpenWallet:
		return h.OpenedOf(a)
	case wallet.CommandPlaceHold, wallet.CommandIncreaseHold, wallet.CommandCaptureHold, wallet.CommandReleaseHold:
		return h.HoldAfter(ctx, a)
	case withdrawal.CommandRequest, withdrawal.CommandCancel, withdrawal.CommandApprove,
		withdrawal.CommandSend, withdrawal.CommandSettle, withdrawal.CommandFail:
		return h.WithdrawalAfter(ctx, a)
	case alert.CommandCreateAlert:
		return h.AlertOf(a)
	case schedule.CommandCreateSchedule:
		return h.ScheduledOf(a)
	case membership.CommandCreatePlan:
		return h.CreatedPlan(a)
	case membership.CommandBuy, membership.CommandSubscribe, membership.CommandCancel, membership.CommandChange:
		return h.MembershipAfter(ctx, a)
	case messaging.CommandSendMessage:
		return h.SentOf(ctx, a)
	case payment.CommandCreate, payment.CommandCancel:
		return h.PaymentAfter(ctx, a)
	case payment.CommandReview:
		return h.ReviewAfter(ctx, a)
	case risk.CommandSetRules:
		return h.SetRulesOf(a)
	case payment.CommandRefund:
		return h.RefundAfter(ctx, a)
	case payment.CommandAssign:
		return h.AssignedOf(a)
	case payment.CommandBookHeld, payment.CommandBookHeldBilled:
		return h.HeldBookedOf(a)
	case payment.CommandRecordFact, payment.CommandRecordBilling:
		return handling.ReceiptOf(a.Outcome)
	}
	return nil, nil //nolint:nilnil // a command that no request makes
}
