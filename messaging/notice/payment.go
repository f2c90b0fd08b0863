package notice

import (
	"strings"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// progressed tells of a payment that failed after its payer had gone: one that was under way. Who is told on the
// provider's page that his card is declined needs no message; that money came in is told of by itself.
func progressed(body payment.Progressed) notice {
	if body.Status != payment.StatusFailed || body.Failure.Code != payment.FailureLate {
		return notice{}
	}
	return notice{
		wallet: body.WalletID, topic: TopicPaymentFailed, about: body.PaymentID,
		subject: "A payment has failed",
		body:    "A payment into your wallet was not completed by the bank it was to come from. Nothing was taken.",
	}
}

func givenBack(body payment.RefundDone) notice {
	return notice{
		wallet: body.WalletID, topic: TopicRefunded, about: body.PaymentID,
		subject: "A payment was refunded",
		body:    written(body.Amount) + " of a payment went back to where it came from, and left your wallet.",
	}
}

// cameBack tells of a refund that was not made, or came back, where the wallet has its money again.
func cameBack(e *journal.Event, body payment.RefundUndone) notice {
	for _, p := range e.Postings {
		if p.Side == journal.Credit && strings.HasPrefix(p.Account, "liabilities:wallets:") {
			return notice{
				wallet: body.WalletID, topic: TopicRefundFailed, about: body.PaymentID,
				subject: "A refund has failed",
				body:    written(body.Amount) + " that were to go back to where they came from could not. They are in your wallet again.",
			}
		}
	}
	return notice{} // it was closed by then
}
