package httpapi

import (
	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet/schedule"
)

// The parameters whose values are those of one area.

func depthParam() request.Parameter { return request.IntParam("depth", 1, request.MaxDepthFilter) }

func orderParam() request.Parameter {
	return request.EnumParam("order", string(api.EntryOrderRecorded), string(api.EntryOrderEffective))
}

func modeParam() request.Parameter {
	return request.EnumParam("mode", string(api.BatchModeIndependent), string(api.BatchModeAtomic))
}

func statementFormatParam() request.Parameter {
	return request.EnumParam("format", string(api.StatementFormatJSON), string(api.StatementFormatCsv), string(api.StatementFormatPdf))
}

func accountTypeParam() request.Parameter {
	return request.EnumParam("type", string(api.AccountTypeAssets), string(api.AccountTypeLiabilities),
		string(api.AccountTypeEquity), string(api.AccountTypeIncome), string(api.AccountTypeExpenses))
}

func walletStatusParam() request.Parameter {
	return request.EnumParam("status", string(api.WalletStatusOpen), string(api.WalletStatusFrozen), string(api.WalletStatusClosed))
}

func paymentStatusParam() request.Parameter {
	return request.EnumParam("status", string(api.PaymentStatusCreated), string(api.PaymentStatusReview), string(api.PaymentStatusRefused), string(api.PaymentStatusProcessing), string(api.PaymentStatusRequiresAction),
		string(api.PaymentStatusFailed), string(api.PaymentStatusCanceled), string(api.PaymentStatusSucceeded),
		string(api.PaymentStatusPartiallyRefunded), string(api.PaymentStatusRefunded), string(api.PaymentStatusDisputed))
}

func reviewStatusParam() request.Parameter {
	return request.EnumParam("status", string(api.ReviewStatusOpen), string(api.ReviewStatusAllowed), string(api.ReviewStatusRefused))
}

func withdrawalStatusParam() request.Parameter {
	return request.EnumParam("status", string(api.WithdrawalStatusRequested), string(api.WithdrawalStatusApproved), string(api.WithdrawalStatusSent),
		string(api.WithdrawalStatusSettled), string(api.WithdrawalStatusFailed), string(api.WithdrawalStatusCanceled))
}

func holdStatusParam() request.Parameter {
	return request.EnumParam("status", string(api.HoldStatusOpen), string(api.HoldStatusCaptured), string(api.HoldStatusReleased), string(api.HoldStatusExpired))
}

func deliveryStatusParam() request.Parameter {
	return request.EnumParam("status", string(api.WebhookDeliveryStatusPending), string(api.WebhookDeliveryStatusDelivered), string(api.WebhookDeliveryStatusFailed))
}

func scheduleStatusParam() request.Parameter {
	return request.EnumParam("status", string(schedule.StatusActive), string(schedule.StatusPaused), string(schedule.StatusEnded))
}

func walletIDParam() request.Parameter {
	return request.Parameter{Name: "wallet_id", Want: func(value string) string {
		if _, err := journal.ParseID("wal", value); err != nil {
			return "a wallet's id, wal_ and 26 characters"
		}
		return ""
	}}
}

func roleParam() request.Parameter { return request.EnumParam("role", users.AllRoles()...) }

func membershipParam() request.Parameter {
	return request.EnumParam("membership", string(api.MembershipStatusNone), string(api.MembershipStatusActive), string(api.MembershipStatusGrace),
		string(api.MembershipStatusLapsed), string(api.MembershipStatusCanceled))
}

func membershipStateParam() request.Parameter {
	return request.EnumParam("status", string(api.MembershipStatePending), string(api.MembershipStateActive), string(api.MembershipStateGrace),
		string(api.MembershipStateLapsed), string(api.MembershipStateCanceled))
}

func planParam() request.Parameter {
	return request.Parameter{Name: "plan", Want: func(value string) string {
		if len(value) > membership.MaxCode || ledger.CheckAssetCode(value) != nil {
			return "the code of a plan, such as PRO"
		}
		return ""
	}}
}

func emailParam() request.Parameter {
	return request.Parameter{Name: "email", Want: func(value string) string {
		if users.CheckEmail(value) != "" {
			return "an email address, such as ann@example.com"
		}
		return ""
	}}
}

func boxParam() request.Parameter {
	return request.EnumParam("box", string(api.MessageBoxInbox), string(api.MessageBoxSent), string(api.MessageBoxNotes))
}

func messageParam(name string) request.Parameter {
	return request.Parameter{Name: name, Want: func(value string) string {
		if _, err := journal.ParseID("msg", value); err != nil {
			return "a message's id, msg_ and 26 characters"
		}
		return ""
	}}
}

func assetParam() request.Parameter { return assetCodeParam("asset") }

func assetCodeParam(name string) request.Parameter {
	return request.Parameter{Name: name, Want: func(value string) string {
		if ledger.CheckAssetCode(value) != nil {
			return "the code of an asset, such as USD"
		}
		return ""
	}}
}
