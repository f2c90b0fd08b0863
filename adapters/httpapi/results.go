package httpapi

import (
	"context"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/exchange"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/schedule"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// result is what a command's request is answered with; nil when it leaves nothing to show.
func (h *Handlers) result(ctx context.Context, a journal.Answer) (any, error) {
	switch a.Outcome.Type {
	case ledger.CommandCreateLedger:
		return h.ledgerOf(a)
	case ledger.CommandRegisterAsset:
		if a.Outcome.Count == 0 {
			return nil, nil //nolint:nilnil // the asset was known: the request said all there is
		}
		return h.assetOf(a)
	case ledger.CommandSetAccount:
		return h.rulesOf(a)
	case ledger.CommandPostTransaction, ledger.CommandReverseTransaction:
		return h.transactionOf(a)
	case wallet.CommandCreditWallet, wallet.CommandDebitWallet:
		return h.transactionOf(a)
	case exchange.CommandSetRate:
		return h.setRateOf(a)
	case exchange.CommandIssueQuote:
		return h.issuedOf(a)
	case exchange.CommandExchange:
		return h.exchangeOf(callOf(ctx).principal, a)
	case wallet.CommandTransfer, wallet.CommandSplit:
		return h.transferOf(callOf(ctx).principal, a)
	case ledger.CommandPostBatch, wallet.CommandTransferBatch:
		return h.batchOf(a, nil)
	case wallet.CommandOpenWallet:
		return h.openedOf(a)
	case wallet.CommandPlaceHold, wallet.CommandIncreaseHold, wallet.CommandCaptureHold, wallet.CommandReleaseHold:
		return h.holdAfter(ctx, a)
	case withdrawal.CommandRequest, withdrawal.CommandCancel, withdrawal.CommandApprove,
		withdrawal.CommandSend, withdrawal.CommandSettle, withdrawal.CommandFail:
		return h.withdrawalAfter(ctx, a)
	case alert.CommandCreateAlert:
		return h.alertOf(a)
	case schedule.CommandCreateSchedule:
		return h.scheduledOf(a)
	case membership.CommandCreatePlan:
		return h.createdPlan(a)
	case membership.CommandBuy, membership.CommandCancel, membership.CommandChange:
		return h.membershipAfter(ctx, a)
	case messaging.CommandSendMessage:
		return h.sentOf(ctx, a)
	case payment.CommandCreate, payment.CommandCancel:
		return h.paymentAfter(ctx, a)
	case payment.CommandRefund:
		return h.refundAfter(ctx, a)
	case payment.CommandRecordFact:
		return receiptOf(a.Outcome)
	}
	return nil, nil //nolint:nilnil // a command that no request makes
}
