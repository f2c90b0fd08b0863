package membership

import (
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// The types of the commands of memberships. Data is the command's struct as JSON.
const (
	CommandCreatePlan     = "create-plan"
	CommandChangePlan     = "change-plan"
	CommandBuy            = "buy-membership"
	CommandCancel         = "cancel-membership"
	CommandChange         = "change-membership"
	CommandRunMemberships = "run-memberships"
	// Of memberships that a provider bills; [payment.CommandRecordBilling] is what it tells.
	CommandSubscribe    = "subscribe-membership"
	CommandRecordPage   = "record-membership-page"
	CommandRecordAnswer = "record-membership-answer"
)

// CreatePlan offers a plan, and registers the asset in which its days are counted: [DayAsset].
//
// Refusals: ErrPlanTaken, and the ledger's ErrInvalidField, ErrUnknownAsset, ErrAmountScale, ErrAssetTaken (the asset is
// registered with decimals).
type CreatePlan struct {
	Code string `json:"code"`
	Offer
	Period Length `json:"period"`
}

// Offer is what may change of a plan.
type Offer struct {
	Name  string       `json:"name"`
	Price ledger.Money `json:"price"`
	// ProviderPrice is what a payment provider calls the same; empty for none.
	ProviderPrice string `json:"provider_price,omitempty"`
	// Active says that it is sold. Who has it keeps it, and it is renewed.
	Active bool `json:"active"`
}

// ChangePlan changes a plan; what is nil stays. A price is for periods that begin after it. With nothing to change it
// changes nothing.
//
// Refusals: ErrPlanNotFound, and the ledger's ErrVersionMismatch, ErrInvalidField, ErrUnknownAsset, ErrAmountScale.
type ChangePlan struct {
	Code string `json:"code"`
	// IfVersion, if not nil, is the version that the plan must have.
	IfVersion     *int64        `json:"if_version,omitempty"`
	Name          *string       `json:"name,omitempty"`
	Price         *ledger.Money `json:"price,omitempty"`
	ProviderPrice *string       `json:"provider_price,omitempty"`
	Active        *bool         `json:"active,omitempty"`
}

// Buy makes the owner of a wallet a member, and pays for the first period from the wallet.
//
// Refusals: ErrPlanNotFound, ErrPlanInactive, ErrMembershipExists; the wallet's ErrWalletNotFound, ErrWalletFrozen,
// ErrWalletClosed, ErrSpendingLimitExceeded; the ledger's ErrInvalidField, ErrInsufficientFunds.
type Buy struct {
	As       wallet.As `json:"as"`
	Plan     string    `json:"plan"`
	WalletID string    `json:"wallet_id"`
}

// On is which membership somebody acts on.
type On struct {
	As           wallet.As `json:"as"`
	MembershipID string    `json:"membership_id"`
	// IfVersion, if not nil, is the version that the membership must have.
	IfVersion *int64 `json:"if_version,omitempty"`
}

// When says when a membership is to end.
type When string

// The times at which a membership ends by a [Cancel].
const (
	AtPeriodEnd When = "period_end"
	AtOnce      When = "now"
)

// Cancel ends a membership: at the end of its period, which is not renewed then, or at once, and then what is not
// earned goes back to its wallet. In grace both are at once.
//
// Refusals: ErrMembershipNotFound, ErrMembershipEnded, ErrMembershipUnchanged (it is canceled at its period's end already),
// ErrMembershipBehind; the wallet's ErrWalletClosed, when there is something to give back; the ledger's
// ErrVersionMismatch, ErrInvalidField.
type Cancel struct {
	On
	At When `json:"at"`
}

// Change makes a membership one of another plan, at once: what is not earned of the period goes back to the wallet, and
// a period of the other plan that begins now is paid, in one transaction. A membership that was to end at its
// period's end is renewed again, which is all that a change to its own plan does.
//
// Refusals: ErrMembershipNotFound, ErrMembershipEnded, ErrMembershipInGrace, ErrMembershipUnchanged, ErrMembershipBehind,
// ErrPlanNotFound, ErrPlanInactive; the wallet's ErrWalletClosed, and when more is paid than comes back ErrWalletFrozen,
// ErrSpendingLimitExceeded; the ledger's ErrVersionMismatch, ErrInvalidField, ErrInsufficientFunds.
type Change struct {
	On
	Plan string `json:"plan"`
}

// RunMemberships books the days that have passed, and renews or ends periods that are over, up to MaxSteps of each
// membership. Florin asks for it. What is not a membership's next due time was done already, or is not to
// be: it needs nothing. The result is [Ran].
//
// Refusals: ErrMembershipNotDue, when nothing is due and something is to come.
type RunMemberships struct {
	Due []Due `json:"due"`
}

// Due is a membership, and when something of it is due.
type Due struct {
	MembershipID string    `json:"membership_id"`
	At           time.Time `json:"at"`
}

// Ran is what became of what was asked for: how many days were booked, and how many periods renewed, refused and
// ended; and which memberships have nothing due yet.
type Ran struct {
	Days    int      `json:"days"`
	Renewed int      `json:"renewed"`
	Refused int      `json:"refused"`
	Ended   int      `json:"ended"`
	Left    []string `json:"left,omitempty"`
}
