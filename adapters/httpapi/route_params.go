package httpapi

import (
	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet/schedule"
)

// The parameters whose values are those of one area.

func depthParam() parameter { return intParam("depth", 1, MaxDepthFilter) }
func orderParam() parameter {
	return enumParam("order", string(api.EntryOrderRecorded), string(api.EntryOrderEffective))
}

func modeParam() parameter {
	return enumParam("mode", string(api.BatchModeIndependent), string(api.BatchModeAtomic))
}

func statementFormatParam() parameter {
	return enumParam("format", string(api.StatementFormatJSON), string(api.StatementFormatCsv), string(api.StatementFormatPdf))
}

func accountTypeParam() parameter {
	return enumParam("type", string(api.AccountTypeAssets), string(api.AccountTypeLiabilities),
		string(api.AccountTypeEquity), string(api.AccountTypeIncome), string(api.AccountTypeExpenses))
}

func walletStatusParam() parameter {
	return enumParam("status", string(api.WalletStatusOpen), string(api.WalletStatusFrozen), string(api.WalletStatusClosed))
}

func paymentStatusParam() parameter {
	return enumParam("status", string(api.PaymentStatusCreated), string(api.PaymentStatusProcessing), string(api.PaymentStatusRequiresAction),
		string(api.PaymentStatusFailed), string(api.PaymentStatusCanceled), string(api.PaymentStatusSucceeded),
		string(api.PaymentStatusPartiallyRefunded), string(api.PaymentStatusRefunded), string(api.PaymentStatusDisputed))
}

func withdrawalStatusParam() parameter {
	return enumParam("status", string(api.WithdrawalStatusRequested), string(api.WithdrawalStatusApproved), string(api.WithdrawalStatusSent),
		string(api.WithdrawalStatusSettled), string(api.WithdrawalStatusFailed), string(api.WithdrawalStatusCanceled))
}

func holdStatusParam() parameter {
	return enumParam("status", string(api.HoldStatusOpen), string(api.HoldStatusCaptured), string(api.HoldStatusReleased), string(api.HoldStatusExpired))
}

func deliveryStatusParam() parameter {
	return enumParam("status", string(api.WebhookDeliveryStatusPending), string(api.WebhookDeliveryStatusDelivered), string(api.WebhookDeliveryStatusFailed))
}

func scheduleStatusParam() parameter {
	return enumParam("status", string(schedule.StatusActive), string(schedule.StatusPaused), string(schedule.StatusEnded))
}

func walletIDParam() parameter {
	return parameter{name: "wallet_id", want: func(value string) string {
		if _, err := journal.ParseID("wal", value); err != nil {
			return "a wallet's id, wal_ and 26 characters"
		}
		return ""
	}}
}

func roleParam() parameter { return enumParam("role", users.AllRoles()...) }

func membershipParam() parameter {
	return enumParam("membership", string(api.MembershipStatusNone), string(api.MembershipStatusActive), string(api.MembershipStatusGrace),
		string(api.MembershipStatusLapsed), string(api.MembershipStatusCanceled))
}

func membershipStateParam() parameter {
	return enumParam("status", string(api.MembershipStateActive), string(api.MembershipStateGrace),
		string(api.MembershipStateLapsed), string(api.MembershipStateCanceled))
}

func planParam() parameter {
	return parameter{name: "plan", want: func(value string) string {
		if len(value) > membership.MaxCode || ledger.CheckAssetCode(value) != nil {
			return "the code of a plan, such as PRO"
		}
		return ""
	}}
}

func emailParam() parameter {
	return parameter{name: "email", want: func(value string) string {
		if users.CheckEmail(value) != "" {
			return "an email address, such as ann@example.com"
		}
		return ""
	}}
}

func boxParam() parameter {
	return enumParam("box", string(api.MessageBoxInbox), string(api.MessageBoxSent), string(api.MessageBoxNotes))
}

func messageParam(name string) parameter {
	return parameter{name: name, want: func(value string) string {
		if _, err := journal.ParseID("msg", value); err != nil {
			return "a message's id, msg_ and 26 characters"
		}
		return ""
	}}
}

func assetParam() parameter { return assetCodeParam("asset") }

func assetCodeParam(name string) parameter {
	return parameter{name: name, want: func(value string) string {
		if ledger.CheckAssetCode(value) != nil {
			return "the code of an asset, such as USD"
		}
		return ""
	}}
}
