package membership

import (
	"net/url"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/payment"
)

// Subscribe asks for a membership that is bought and renewed at a provider, on a page of the provider's. The provider is
// chosen by the edge.
//
// Refusals: ErrPlanNotFound, ErrPlanInactive, ErrPlanNotBilled, ErrMembershipExists, users.ErrUserNotFound; the ledger's
// ErrInvalidField.
type Subscribe struct {
	As       wallet.As `json:"as"`
	Provider string    `json:"provider"`
	Plan     string    `json:"plan"`
	// UserID is the member: whoever asks, unless a service does.
	UserID string `json:"user_id"`
	// SuccessURL and CancelURL are where the member's browser goes from the provider's page.
	SuccessURL string `json:"success_url"`
	CancelURL  string `json:"cancel_url,omitempty"`
}

// Validate reports what is wrong with the form of c.
func (c Subscribe) Validate() []ledger.FieldError {
	var f form
	f.Check("/plan", checkCode(c.Plan))
	if c.SuccessURL == "" {
		f.Addf("/success_url", "want the page that the member comes back to")
	}
	for pointer, text := range map[string]string{"/success_url": c.SuccessURL, "/cancel_url": c.CancelURL} {
		if text != "" && !isPage(text) {
			f.Addf(pointer, "want an absolute http or https URL of at most %d bytes", payment.MaxURL)
		}
	}
	return f.Errors()
}

// isPage reports whether a text is the address of a page.
func isPage(text string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= payment.MaxURL && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// RecordPage tells what a provider answered that was asked for the page on which a membership is bought.
//
// Refusals: ErrMembershipNotFound.
type RecordPage struct {
	MembershipID string `json:"membership_id"`
	// Page is the provider's id of it, and Handover its address, sealed; unless it failed.
	Page     string          `json:"page,omitempty"`
	Handover seal.Text       `json:"handover,omitempty"`
	Failure  payment.Failure `json:"failure,omitzero"`
}

func decideSubscribe(s *journal.Scope, c Subscribe) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	plan, sold := FindPlan(s, c.Plan)
	has, _ := members().Get(s, c.UserID)
	_, registered := users.Find(s, c.UserID)
	switch {
	case !c.As.Owns(c.UserID) || users.IsErased(s, c.UserID), c.As.Principal != c.UserID && !registered:
		return users.ErrUserNotFound.At("/user_id")
	case !sold:
		return ErrPlanNotFound.At("/plan")
	case !plan.Active:
		return ErrPlanInactive.At("/plan")
	case plan.ProviderPrice == "":
		return ErrPlanNotBilled.At("/plan")
	case has.Live:
		return ErrMembershipExists.With(Existing{MembershipID: has.MembershipID})
	}
	about := About{MembershipID: s.NextID().Format(membershipPrefix), UserID: c.UserID, Provider: c.Provider, Since: s.Now().UTC()}
	return about.record(s, journal.Event{Type: TypeOrdered, Body: Ordered{
		About: about, Standing: pending(plan, about.Since), Price: plan.ProviderPrice, SuccessURL: c.SuccessURL, CancelURL: c.CancelURL, OrderedBy: c.As.Principal,
	}})
}

// pending is how a membership stands that a provider bills, before anything is paid.
func pending(p Plan, now time.Time) Standing {
	until := now.Add(PageLife)
	return Standing{
		Status: StatusPending, Until: until, NextAt: until, Period: Period{Plan: p.Code, Price: p.Price},
		Earned: journal.FormatAmount(wallet.Figure(p.Price.Amount).Sub(wallet.Figure(p.Price.Amount))), Billing: &Billing{},
	}
}

// decideRecordPage notes what the provider answered. What it tells may have been faster, and knows more.
func decideRecordPage(s *journal.Scope, c RecordPage) error {
	m, found := Find(s, c.MembershipID)
	if !found || m.Billing == nil {
		return ErrMembershipNotFound
	}
	m.Billing = m.Billing.clone()
	m.Billing.Page = c.Page
	if m.Status == StatusPending {
		m.Billing.Handover = c.Handover
		if c.Failure.Code != "" {
			m.Standing = m.ended(StatusLapsed, BecauseUnpaid, s.Now().UTC())
		}
	}
	return m.record(s, journal.Event{Type: TypePageOpened, Body: PageOpened{About: m.About, Standing: m.Standing, Failure: c.Failure}})
}
