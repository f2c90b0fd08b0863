package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/florinledger/florin/adapters/httpapi/api"
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

// GetCommand implements api.StrictServerInterface.
func (h *Handlers) GetCommand(ctx context.Context, r api.GetCommandRequestObject) (api.GetCommandResponseObject, error) {
	id, err := journal.ParseCommandID(r.ID)
	if err != nil {
		return nil, newProblem("not-found", "there is no such command")
	}
	a, ended, waiting, err := h.ports.Outcomes.Outcome(ctx, id)
	switch {
	case err != nil:
		return nil, away(err)
	case !ended && !waiting, !mayAsk(callOf(ctx).principal, a.Outcome.Caller):
		return nil, newProblem("not-found", "there is no such command")
	case !ended:
		return api.GetCommand200JSONResponse{ID: r.ID, Type: a.Outcome.Type, Status: api.CommandStatusAccepted}, nil
	}
	shown, err := h.commandOf(ctx, a)
	return api.GetCommand200JSONResponse(shown), err
}

// mayAsk reports whether a principal may know of a command.
func mayAsk(p Principal, caller string) bool {
	return p.Roles.Has(RoleOperator|RoleAdmin) || p.Subject == caller
}

// commandOf shows a command that has ended.
func (h *Handlers) commandOf(ctx context.Context, a journal.Answer) (api.Command, error) {
	o := &a.Outcome
	c := api.Command{
		ID: o.Command.String(), Type: o.Type, Position: positionText(o.Position), CreatedAt: shown(o.At),
	}
	switch o.Status {
	case journal.Refused:
		c.Status = api.CommandStatusRefused
		c.Problem, _ = fromRefusal(o.Refusal).render("", "")
		return c, nil
	case journal.Dead:
		c.Status = api.CommandStatusDead
		c.Problem, _ = (&Problem{Code: codeDead}).render("", "")
		return c, nil
	case journal.Done:
	default:
		return c, fmt.Errorf("command %s ended as %q", o.Command, byte(o.Status))
	}
	c.Status = api.CommandStatusDone
	if err := h.fetch(ctx, &a); err != nil {
		return c, err
	}
	result, err := h.result(ctx, a)
	if err != nil || result == nil {
		return c, err
	}
	c.Result, err = json.Marshal(result)
	return c, err
}

// fetch reads the events of an outcome that came without them.
func (h *Handlers) fetch(ctx context.Context, a *journal.Answer) error {
	if len(a.Events) == a.Outcome.Count {
		return nil
	}
	positions := make([]int64, a.Outcome.Count)
	for i := range positions {
		positions[i] = a.Outcome.First + int64(i)
	}
	events, err := h.ports.Journal.EventsAt(ctx, mainShard, positions)
	if err != nil {
		return away(err)
	}
	if len(events) != len(positions) {
		return fmt.Errorf("command %s has %d events, and %d are in the journal", a.Outcome.Command, len(positions), len(events))
	}
	slices.SortFunc(events, func(x, y journal.Event) int { return int(x.Position - y.Position) })
	a.Events = events
	return nil
}

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
