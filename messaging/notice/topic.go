package notice

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
	"github.com/florinledger/florin/wallet/payment"
	"github.com/florinledger/florin/wallet/schedule"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// The topics of notices.
const (
	TopicTopUp    = "top-up-received"
	TopicRefunded = "payment-refunded"
	TopicFrozen   = "wallet-frozen"
	TopicExpired  = "hold-expired"
	TopicRefusal  = "schedule-refused"
	// TopicPaymentFailed tells of a payment that came to nothing, TopicRefundFailed of a refund that came back.
	TopicPaymentFailed = "payment-failed"
	TopicRefundFailed  = "refund-failed"
	// TopicDisputed and TopicDisputeEnded tell of a dispute of a payment into the wallet.
	TopicDisputed     = "payment-disputed"
	TopicDisputeEnded = "dispute-ended"
	TopicAlert        = "balance-alert"
	// TopicWithdrawalSettled, TopicWithdrawalFailed and TopicWithdrawalCanceled tell how a withdrawal ended.
	TopicWithdrawalSettled  = "withdrawal-settled"
	TopicWithdrawalFailed   = "withdrawal-failed"
	TopicWithdrawalCanceled = "withdrawal-canceled"
	// TopicMembershipRenewed, TopicMembershipRefused, TopicMembershipLapsed and TopicMembershipCanceled tell how a
	// membership goes on, or ends.
	TopicMembershipRenewed  = "membership-renewed"
	TopicMembershipRefused  = "membership-renewal-refused"
	TopicMembershipLapsed   = "membership-lapsed"
	TopicMembershipCanceled = "membership-canceled"
)

// notice is what an owner is told.
type notice struct {
	wallet  string
	person  string // who is told, where it is about no wallet
	topic   string
	about   string // the id of what it is about
	subject string
	body    string
}

// Wants reports whether owners may have to be told of events of a type.
func Wants(eventType string) bool {
	switch eventType {
	case payment.TypeReceived, payment.TypeAssigned, payment.TypeRefunded, wallet.TypeWalletFrozen, wallet.TypeHoldExpired,
		payment.TypeProgressed, payment.TypeRefundSettled, payment.TypeRefundFailed, payment.TypeFundsWithdrawn, payment.TypeFundsReinstated, payment.TypeDisputeLost, alert.TypeFired, schedule.TypeScheduleRefused,
		withdrawal.TypeSettled, withdrawal.TypeFailed, withdrawal.TypeCanceled,
		membership.TypeRenewed, membership.TypeRenewalRefused, membership.TypeCanceled, membership.TypeEnded:
		return true
	}
	return false
}

// of returns what is to be told of an event, which has been decoded; ok is false for nothing.
func of(e *journal.Event) (n notice, ok bool) {
	switch body := e.Body.(type) {
	case payment.Received:
		n = topUp(body.WalletID, body.Payment, body.Amount)
	case payment.Assigned:
		if len(e.Postings) > 0 {
			n = topUp(body.WalletID, body.Payment, body.Amount)
		}
	case payment.Refunded:
		n = notice{
			wallet: body.WalletID, topic: TopicRefunded, about: body.Payment,
			subject: "A payment was refunded",
			body:    written(body.Amount) + " of a payment went back to where it came from, and left your wallet.",
		}
	case payment.Progressed:
		n = progressed(body)
	case payment.RefundDone:
		n = givenBack(body)
	case payment.RefundUndone:
		n = cameBack(e, body)
	case wallet.Frozen:
		n = notice{
			wallet: body.WalletID, topic: TopicFrozen, about: body.WalletID,
			subject: "Your wallet is frozen",
			// Why is what staff write for staff: it may not be for the owner to know.
			body: "Your wallet takes money in and gives none out until somebody has looked at it.",
		}
	case wallet.HoldExpired:
		n = notice{
			wallet: body.WalletID, topic: TopicExpired, about: body.HoldID,
			subject: "A hold has expired",
			body:    written(body.Amount) + " that were set aside in your wallet are yours to spend again.",
		}
	case schedule.Refused:
		n = refused(body)
	case payment.FundsMoved:
		n = disputed(e.Type, body)
	case payment.DisputeSettled:
		if e.Type == payment.TypeDisputeLost {
			n = notice{
				wallet: body.WalletID, topic: TopicDisputeEnded, about: body.Payment,
				subject: "A dispute was lost",
				body:    "What was set aside for a disputed payment into your wallet went back to whoever disputed it.",
			}
		}
	case alert.Fired:
		n = crossed(body)
	case withdrawal.Settled:
		n = settled(body)
	case withdrawal.Failed:
		n = failed(body)
	case withdrawal.Canceled:
		n = canceled(body)
	case membership.Renewed:
		n = renewed(body)
	case membership.RenewalRefused:
		n = notRenewed(body)
	case membership.Canceled:
		n = membershipCanceled(body)
	case membership.Ended:
		n = membershipEnded(body)
	}
	return n, n.wallet != "" || n.person != ""
}

// disputed tells of what a provider took for a dispute, or gave back.
func disputed(eventType string, body payment.FundsMoved) notice {
	if eventType == payment.TypeFundsReinstated {
		return notice{
			wallet: body.WalletID, topic: TopicDisputeEnded, about: body.Payment,
			subject: "A dispute was won",
			body:    "What was set aside for a disputed payment into your wallet is yours to spend again.",
		}
	}
	return notice{
		wallet: body.WalletID, topic: TopicDisputed, about: body.Payment,
		subject: "A payment is disputed",
		body:    "A payment into your wallet is disputed. As much is set aside in your wallet until that is settled.",
	}
}

func crossed(f alert.Fired) notice {
	n := notice{
		wallet: f.WalletID, topic: TopicAlert, about: f.AlertID,
		body: "A transaction left " + f.Balance + " " + f.Asset + " available in your wallet.",
	}
	if f.Below != "" {
		n.subject = "Your balance fell below " + f.Below + " " + f.Asset
	} else {
		n.subject = "Your balance rose above " + f.Above + " " + f.Asset
	}
	return n
}

func topUp(walletID, paymentID string, amount ledger.Money) notice {
	return notice{
		wallet: walletID, topic: TopicTopUp, about: paymentID,
		subject: "Your top-up has arrived",
		body:    written(amount) + " came into your wallet.",
	}
}

func written(m ledger.Money) string { return m.Amount + " " + m.Asset }
