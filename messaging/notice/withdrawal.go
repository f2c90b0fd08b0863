package notice

import "github.com/florinledger/florin/wallet/withdrawal"

func settled(body withdrawal.Settled) notice {
	return withdrawn(TopicWithdrawalSettled, body.Step, "Your withdrawal was paid out", "were paid out of your wallet.")
}

// failed tells of a withdrawal that the bank did not pay, or paid and got back. The reason is written for the owner.
func failed(body withdrawal.Failed) notice {
	what := "could not be paid out"
	if body.Returned {
		what = "were paid out and came back"
	}
	return withdrawn(TopicWithdrawalFailed, body.Step, "Your withdrawal has failed", what+". They are yours to spend again."+because(body.Reason))
}

// canceled tells of a withdrawal that staff, or a service, called back. Who did it himself knows it.
func canceled(body withdrawal.Canceled) notice {
	if body.ByOwner {
		return notice{}
	}
	return withdrawn(TopicWithdrawalCanceled, body.Step, "Your withdrawal was canceled",
		"that were to be withdrawn are in your wallet again."+because(body.Reason))
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return " The reason: " + reason
}

func withdrawn(topic string, step withdrawal.Step, subject, what string) notice {
	return notice{
		wallet: step.WalletID, topic: topic, about: step.WithdrawalID, subject: subject, body: written(step.Amount) + " " + what,
	}
}
