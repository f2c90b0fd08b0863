package notice

import (
	"fmt"

	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/wallet"
)

func renewed(body membership.Renewed) notice {
	text := fmt.Sprintf("%s for %s were paid from your wallet.", written(body.Period.Price), body.Period.Plan)
	if body.Provider != "" {
		text = body.Period.Plan + " was renewed."
	}
	return ofMember(TopicMembershipRenewed, body.About, "Your membership was renewed", fmt.Sprintf("%s It is good until %s.", text, dated(body.Until)))
}

// notRenewed tells of a renewal that was refused: why, and until when there is time.
func notRenewed(body membership.RenewalRefused) notice {
	how, next := "paid from your wallet", fmt.Sprintf("It is tried again on %s. ", dated(body.NextAt))
	if body.Provider != "" { // which tries again at its own times
		how, next = "paid", ""
	}
	return ofMember(TopicMembershipRefused, body.About, "Your membership could not be renewed", fmt.Sprintf(
		"%s could not be %s. %s %sThe membership is good until %s.", body.Period.Plan, how,
		inWords(body.Problem.Code, body.Problem.Title, body.Problem.Detail), next, dated(body.Until),
	))
}

func membershipCanceled(body membership.Canceled) notice {
	text := fmt.Sprintf("%s has ended.", body.Period.Plan)
	switch {
	case body.Days > 0 && body.Provider == "":
		text += fmt.Sprintf(" %s for %d days went back to your wallet.", written(body.Refunded), body.Days)
	case body.Days > 0 && !wallet.Figure(body.Refunded.Amount).IsZero():
		text += fmt.Sprintf(" %s for %d days go back to where they were paid from.", written(body.Refunded), body.Days)
	}
	return ofMember(TopicMembershipCanceled, body.About, "Your membership was canceled", text)
}

// membershipEnded tells of one that was not renewed: because it was canceled before, or could not be paid.
func membershipEnded(body membership.Ended) notice {
	if body.Status == membership.StatusCanceled {
		return ofMember(TopicMembershipCanceled, body.About, "Your membership has ended", fmt.Sprintf(
			"%s was canceled, and was good until %s.", body.Period.Plan, dated(body.Until),
		))
	}
	return ofMember(TopicMembershipLapsed, body.About, "Your membership has lapsed", fmt.Sprintf(
		"%s could not be renewed, and was good until %s.", body.Period.Plan, dated(body.Until),
	))
}

func ofMember(topic string, about membership.About, subject, body string) notice {
	person := ""
	if about.WalletID == "" {
		person = about.UserID
	}
	return notice{wallet: about.WalletID, person: person, topic: topic, about: about.MembershipID, subject: subject, body: body}
}
