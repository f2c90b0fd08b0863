package membership

import "github.com/florinledger/florin/ledger/journal"

// The refusals of memberships. Members named here are those of the problem. The wallet and the ledger add their own.
var (
	// ErrPlanNotFound: there is no such plan.
	ErrPlanNotFound = journal.Refuse("plan-not-found", "There is no such plan.")
	// ErrPlanTaken: there is a plan of that code.
	ErrPlanTaken = journal.Refuse("plan-taken", "There is a plan of this code already.")
	// ErrPlanInactive: the plan is not sold any more.
	ErrPlanInactive = journal.Refuse("plan-inactive", "The plan is not sold any more.")

	// ErrMembershipNotFound: there is no such membership, or it is somebody else's.
	ErrMembershipNotFound = journal.Refuse("membership-not-found", "There is no such membership.")
	// ErrMembershipExists: somebody has one membership at a time. Members: [Existing].
	ErrMembershipExists = journal.Refuse("membership-exists", "There is a membership already: it is changed, or canceled first.")
	// ErrMembershipEnded: it has lapsed, or was canceled.
	ErrMembershipEnded = journal.Refuse("membership-ended", "The membership has ended.")
	// ErrMembershipInGrace: what is owed for the period that has begun comes first.
	ErrMembershipInGrace = journal.Refuse("membership-in-grace", "The membership is not paid for: it is renewed before it is changed.")
	// ErrMembershipUnchanged: it is of that plan, or ends as it is asked to.
	ErrMembershipUnchanged = journal.Refuse("membership-unchanged", "The membership is so already.")
	// ErrMembershipBehind: so many days have passed unbooked that others have to be booked first.
	ErrMembershipBehind = journal.Refuse("membership-behind", "Days of the membership that have passed are still being booked.")
	// ErrPlanNotBilled: no provider has a price for the plan.
	ErrPlanNotBilled = journal.Refuse("plan-not-billed", "The plan has no price at the payment provider.")
	// ErrMembershipAsked: the provider has not answered yet to what was asked of it before.
	ErrMembershipAsked = journal.Refuse("membership-asked", "The provider is being asked for something else of the membership.")
	// ErrMembershipElsewhere: another billing system sells it.
	ErrMembershipElsewhere = journal.Refuse("membership-elsewhere", "The membership is sold by another system, which has to be asked.")
	// ErrMembershipNotDue: its time is to come. It is Florin's own question that was early, so that nothing is
	// recorded and it is asked again.
	ErrMembershipNotDue = journal.RefuseMalformed("membership-not-due", "Nothing of the membership is due yet.")
)

// Existing is which membership somebody has: the members of ErrMembershipExists.
type Existing struct {
	MembershipID string `json:"membership_id"`
}

// refusals are all of them, for the registry.
func refusals() []*journal.Refusal {
	return []*journal.Refusal{
		ErrPlanNotFound, ErrPlanTaken, ErrPlanInactive, ErrMembershipNotFound, ErrMembershipExists, ErrMembershipEnded,
		ErrMembershipInGrace, ErrMembershipUnchanged, ErrMembershipBehind, ErrMembershipNotDue,
		ErrPlanNotBilled, ErrMembershipAsked, ErrMembershipElsewhere,
	}
}
