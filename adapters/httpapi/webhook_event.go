package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/wallets"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/exchange"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/schedule"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// outsideEvent is a type of events as other systems are told of it.
type outsideEvent struct {
	name api.WebhookEventType
	// show shows what the event, which has been decoded, happened to.
	show func(h *Handlers, ctx context.Context, e *journal.Event) (any, error)
}

// outsideEvents are all of them, by the type of the event in the journal. A line here, a value of WebhookEventType in
// openapi.yaml and a section of docs/webhooks.md are what a new one takes. What is shown is the same each time, and has
// nothing of a person but the id.
func outsideEvents() map[string]outsideEvent {
	return map[string]outsideEvent{
		wallet.TypeWalletOpened:       {api.WebhookEventTypeWalletOpened, (*Handlers).OpenedWallet},
		wallet.TypeWalletFrozen:       {api.WebhookEventTypeWalletFrozen, (*Handlers).WalletAt},
		wallet.TypeWalletUnfrozen:     {api.WebhookEventTypeWalletUnfrozen, (*Handlers).WalletAt},
		wallet.TypeWalletClosed:       {api.WebhookEventTypeWalletClosed, (*Handlers).WalletAt},
		wallet.TypeWalletCredited:     {api.WebhookEventTypeWalletCredited, (*Handlers).transactionAt},
		wallet.TypeWalletDebited:      {api.WebhookEventTypeWalletDebited, (*Handlers).transactionAt},
		wallet.TypeTransferred:        {api.WebhookEventTypeTransferMade, (*Handlers).transactionAt},
		exchange.TypeExchanged:        {api.WebhookEventTypeExchangeMade, (*Handlers).transactionAt},
		wallet.TypeHoldPlaced:         {api.WebhookEventTypeHoldPlaced, (*Handlers).HoldAt},
		wallet.TypeHoldIncreased:      {api.WebhookEventTypeHoldIncreased, (*Handlers).HoldAt},
		wallet.TypeHoldCaptured:       {api.WebhookEventTypeHoldCaptured, (*Handlers).HoldAt},
		wallet.TypeHoldReleased:       {api.WebhookEventTypeHoldReleased, (*Handlers).HoldAt},
		wallet.TypeHoldExpired:        {api.WebhookEventTypeHoldExpired, (*Handlers).HoldAt},
		payment.TypeReceived:          {api.WebhookEventTypePaymentReceived, (*Handlers).PaymentAt},
		payment.TypeRefunded:          {api.WebhookEventTypePaymentRefunded, (*Handlers).PaymentAt},
		payment.TypeAssigned:          {api.WebhookEventTypePaymentAssigned, (*Handlers).PaymentAt},
		payment.TypeCreated:           {api.WebhookEventTypePaymentCreated, (*Handlers).StandingAt},
		payment.TypeOpened:            {api.WebhookEventTypePaymentOpened, (*Handlers).StandingAt},
		payment.TypeNotOpened:         {api.WebhookEventTypePaymentNotOpened, (*Handlers).StandingAt},
		payment.TypeProgressed:        {api.WebhookEventTypePaymentProgressed, (*Handlers).StandingAt},
		payment.TypeCanceled:          {api.WebhookEventTypePaymentCanceled, (*Handlers).StandingAt},
		payment.TypeRefundRequested:   {api.WebhookEventTypeRefundRequested, (*Handlers).RefundAt},
		payment.TypeRefundSent:        {api.WebhookEventTypeRefundSent, (*Handlers).RefundAt},
		payment.TypeRefundSettled:     {api.WebhookEventTypeRefundSettled, (*Handlers).RefundAt},
		payment.TypeRefundFailed:      {api.WebhookEventTypeRefundFailed, (*Handlers).RefundAt},
		payment.TypeDisputeUpdated:    {api.WebhookEventTypeDisputeUpdated, (*Handlers).DisputeAt},
		payment.TypeFundsWithdrawn:    {api.WebhookEventTypeDisputeFundsWithdrawn, (*Handlers).DisputeAt},
		payment.TypeFundsReinstated:   {api.WebhookEventTypeDisputeFundsReinstated, (*Handlers).DisputeAt},
		payment.TypeDisputeLost:       {api.WebhookEventTypeDisputeLost, (*Handlers).DisputeAt},
		payment.TypePayoutCreated:     {api.WebhookEventTypePayoutInTransit, (*Handlers).PayoutAt},
		payment.TypePayoutPaid:        {api.WebhookEventTypePayoutPaid, (*Handlers).PayoutAt},
		payment.TypePayoutFailed:      {api.WebhookEventTypePayoutFailed, (*Handlers).PayoutAt},
		withdrawal.TypeRequested:      {api.WebhookEventTypeWithdrawalRequested, (*Handlers).WithdrawalStep},
		withdrawal.TypeApproved:       {api.WebhookEventTypeWithdrawalApproved, (*Handlers).WithdrawalStep},
		withdrawal.TypeSent:           {api.WebhookEventTypeWithdrawalSent, (*Handlers).WithdrawalStep},
		withdrawal.TypeSettled:        {api.WebhookEventTypeWithdrawalSettled, (*Handlers).WithdrawalStep},
		withdrawal.TypeFailed:         {api.WebhookEventTypeWithdrawalFailed, (*Handlers).WithdrawalStep},
		withdrawal.TypeCanceled:       {api.WebhookEventTypeWithdrawalCanceled, (*Handlers).WithdrawalStep},
		schedule.TypeScheduleRefused:  {api.WebhookEventTypeScheduleRefused, (*Handlers).ScheduleRefused},
		alert.TypeFired:               {api.WebhookEventTypeAlertFired, (*Handlers).AlertFired},
		membership.TypeBought:         {api.WebhookEventTypeMembershipBought, (*Handlers).MembershipAt},
		membership.TypeRenewed:        {api.WebhookEventTypeMembershipRenewed, (*Handlers).MembershipAt},
		membership.TypeRenewalRefused: {api.WebhookEventTypeMembershipRenewalRefused, (*Handlers).MembershipAt},
		membership.TypeRenewalSet:     {api.WebhookEventTypeMembershipRenewalSet, (*Handlers).MembershipAt},
		membership.TypeChanged:        {api.WebhookEventTypeMembershipChanged, (*Handlers).MembershipAt},
		membership.TypeCanceled:       {api.WebhookEventTypeMembershipCanceled, (*Handlers).MembershipAt},
		membership.TypeEnded:          {api.WebhookEventTypeMembershipEnded, (*Handlers).MembershipAt},
	}
}

// Events shows events as they are sent to webhook endpoints.
type Events struct {
	handlers *Handlers
	table    map[string]outsideEvent
}

// EventPorts are what showing events calls out to. All of them are needed.
type EventPorts struct {
	Journal   handling.Journal
	Positions handling.Positions
	Balances  wallets.Balances
	Wallets   wallets.Wallets
}

// NewEvents returns what shows events. registry decodes them.
func NewEvents(registry *journal.Registry, p EventPorts) *Events {
	return &Events{
		// Nothing that is shown is signed with the secret of the installation.
		handlers: NewHandlers(registry, nil, Ports{
			Shared: handling.Ports{Journal: p.Journal, Positions: p.Positions}, Wallets: wallets.Ports{Wallets: p.Wallets, Balances: p.Balances},
		}, handling.Config{}),
		table: outsideEvents(),
	}
}

// Name returns what events of a type are called outside; ok is false for those that nobody is told of.
func (v *Events) Name(eventType string) (name string, ok bool) {
	outside, ok := v.table[eventType]
	return string(outside.name), ok
}

// webhookEvent is api.WebhookEvent, whose data may be of many shapes.
type webhookEvent struct {
	ID        string               `json:"id"`
	Type      api.WebhookEventType `json:"type"`
	Timestamp time.Time            `json:"timestamp"`
	Data      any                  `json:"data"`
}

// Show returns the body that is posted for an event: the same each time, but for the balances of a wallet.
//
// Errors: nobody is told of events of its type; and those of the ports.
func (v *Events) Show(ctx context.Context, e *journal.Event) ([]byte, error) {
	outside, ok := v.table[e.Type]
	if !ok {
		return nil, fmt.Errorf("nobody is told of event %d, a %s", e.Position, e.Type)
	}
	if err := v.handlers.Registry.Decode(e); err != nil {
		return nil, err
	}
	data, err := outside.show(v.handlers, ctx, e)
	if err != nil {
		return nil, err
	}
	return json.Marshal(webhookEvent{ID: e.ID().Format("evt"), Type: outside.name, Timestamp: handling.Time(e.RecordedAt), Data: data})
}

// transactionAt shows the transaction that an event is.
func (h *Handlers) transactionAt(_ context.Context, e *journal.Event) (any, error) {
	return h.Transaction(e, "")
}
