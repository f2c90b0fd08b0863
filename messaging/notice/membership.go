package notice

import (
	"fmt"

	"github.com/florinledger/florin/users/membership"
)

func renewed(body membership.Renewed) notice {
	return ofMember(TopicMembershipRenewed, body.About, "Your membership was renewed", fmt.Sprintf(
		"%s for %s were paid from your wallet. It is good until %s.", written(body.Period.Price), body.Period.Plan, dated(body.Until),
	))
}

// notRenewed tells of a renewal that was refused: why, and until when there is time.
func notRenewed(body membership.RenewalRefused) notice {
	return ofMember(TopicMembershipRefused, body.About, "Your membership could not be renewed", fmt.Sprintf(
		"%s could not be paid from your wallet. %s It is tried again on %s. The membership is good until %s.", body.Period.Plan,
		inWords(body.Problem.Code, body.Problem.Title, body.Problem.Detail), dated(body.NextAt), dated(body.Until),
	))
}

func membershipCanceled(body membership.Canceled) notice {
	text := fmt.Sprintf("%s has ended.", body.Period.Plan)
	if body.Days > 0 {
		text += fmt.Sprintf(" %s for %d days went back to your wallet.", written(body.Refunded), body.Days)
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
	return notice{wallet: about.WalletID, topic: topic, about: about.MembershipID, subject: subject, body: body}
}
