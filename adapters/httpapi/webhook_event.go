package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
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
		wallet.TypeWalletOpened:       {api.WebhookEventTypeWalletOpened, (*Handlers).openedWallet},
		wallet.TypeWalletFrozen:       {api.WebhookEventTypeWalletFrozen, (*Handlers).walletAt},
		wallet.TypeWalletUnfrozen:     {api.WebhookEventTypeWalletUnfrozen, (*Handlers).walletAt},
		wallet.TypeWalletClosed:       {api.WebhookEventTypeWalletClosed, (*Handlers).walletAt},
		wallet.TypeWalletCredited:     {api.WebhookEventTypeWalletCredited, (*Handlers).transactionAt},
		wallet.TypeWalletDebited:      {api.WebhookEventTypeWalletDebited, (*Handlers).transactionAt},
		wallet.TypeTransferred:        {api.WebhookEventTypeTransferMade, (*Handlers).transactionAt},
		exchange.TypeExchanged:        {api.WebhookEventTypeExchangeMade, (*Handlers).transactionAt},
		wallet.TypeHoldPlaced:         {api.WebhookEventTypeHoldPlaced, (*Handlers).holdAt},
		wallet.TypeHoldIncreased:      {api.WebhookEventTypeHoldIncreased, (*Handlers).holdAt},
		wallet.TypeHoldCaptured:       {api.WebhookEventTypeHoldCaptured, (*Handlers).holdAt},
		wallet.TypeHoldReleased:       {api.WebhookEventTypeHoldReleased, (*Handlers).holdAt},
		wallet.TypeHoldExpired:        {api.WebhookEventTypeHoldExpired, (*Handlers).holdAt},
		payment.TypeReceived:          {api.WebhookEventTypePaymentReceived, (*Handlers).paymentAt},
		payment.TypeRefunded:          {api.WebhookEventTypePaymentRefunded, (*Handlers).paymentAt},
		payment.TypeAssigned:          {api.WebhookEventTypePaymentAssigned, (*Handlers).paymentAt},
		withdrawal.TypeRequested:      {api.WebhookEventTypeWithdrawalRequested, (*Handlers).withdrawalStep},
		withdrawal.TypeApproved:       {api.WebhookEventTypeWithdrawalApproved, (*Handlers).withdrawalStep},
		withdrawal.TypeSent:           {api.WebhookEventTypeWithdrawalSent, (*Handlers).withdrawalStep},
		withdrawal.TypeSettled:        {api.WebhookEventTypeWithdrawalSettled, (*Handlers).withdrawalStep},
		withdrawal.TypeFailed:         {api.WebhookEventTypeWithdrawalFailed, (*Handlers).withdrawalStep},
		withdrawal.TypeCanceled:       {api.WebhookEventTypeWithdrawalCanceled, (*Handlers).withdrawalStep},
		schedule.TypeScheduleRefused:  {api.WebhookEventTypeScheduleRefused, (*Handlers).scheduleRefused},
		alert.TypeFired:               {api.WebhookEventTypeAlertFired, (*Handlers).alertFired},
		membership.TypeBought:         {api.WebhookEventTypeMembershipBought, (*Handlers).membershipAt},
		membership.TypeRenewed:        {api.WebhookEventTypeMembershipRenewed, (*Handlers).membershipAt},
		membership.TypeRenewalRefused: {api.WebhookEventTypeMembershipRenewalRefused, (*Handlers).membershipAt},
		membership.TypeRenewalSet:     {api.WebhookEventTypeMembershipRenewalSet, (*Handlers).membershipAt},
		membership.TypeChanged:        {api.WebhookEventTypeMembershipChanged, (*Handlers).membershipAt},
		membership.TypeCanceled:       {api.WebhookEventTypeMembershipCanceled, (*Handlers).membershipAt},
		membership.TypeEnded:          {api.WebhookEventTypeMembershipEnded, (*Handlers).membershipAt},
	}
}

// Events shows events as they are sent to webhook endpoints.
type Events struct {
	handlers *Handlers
	table    map[string]outsideEvent
}

// EventPorts are what showing events calls out to. All of them are needed.
type EventPorts struct {
	Journal   Journal
	Positions Positions
	Balances  WalletBalances
	Wallets   Wallets
}

// NewEvents returns what shows events. registry decodes them.
func NewEvents(registry *journal.Registry, p EventPorts) *Events {
	return &Events{
		// Nothing that is shown is signed with the secret of the installation.
		handlers: NewHandlers(registry, nil, Ports{
			Shared: SharedPorts{Journal: p.Journal, Positions: p.Positions}, Wallets: WalletsPorts{Wallets: p.Wallets, Balances: p.Balances},
		}, HandlersConfig{}),
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
	if err := v.handlers.registry.Decode(e); err != nil {
		return nil, err
	}
	data, err := outside.show(v.handlers, ctx, e)
	if err != nil {
		return nil, err
	}
	return json.Marshal(webhookEvent{ID: e.ID().Format("evt"), Type: outside.name, Timestamp: shown(e.RecordedAt), Data: data})
}

// transactionAt shows the transaction that an event is.
func (h *Handlers) transactionAt(_ context.Context, e *journal.Event) (any, error) {
	return h.transaction(e, "")
}
