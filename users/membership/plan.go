package membership

import (
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// Plan is what is sold: a price for a period.
type Plan struct {
	// Code is an upper-case letter followed by up to 27 of A-Z, 0-9, "_", "." and "-".
	Code string `json:"code"`
	Offer
	Period    Length    `json:"period"`
	CreatedAt time.Time `json:"created_at"`
	// Version is the position of the last event about the plan.
	Version int64 `json:"version"`
}

// daySuffix makes the code of an asset of a plan's.
const daySuffix = "-DAY"

// DayAsset is the code of the asset in which days of a plan are counted: PRO-DAY. It has no decimals.
func DayAsset(plan string) string { return plan + daySuffix }

func plans() journal.Kind[Plan] { return journal.NewKind[Plan]("plan") }

// FindPlan returns a plan. ok is false when there is none of that code, which may be any text.
func FindPlan(s *journal.Scope, code string) (p Plan, ok bool) {
	if checkCode(code) != nil {
		return Plan{}, false
	}
	return plans().Get(s, code)
}

func planStream(code string) string { return "plan/" + code }

func decideCreatePlan(s *journal.Scope, c CreatePlan) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	_, taken := FindPlan(s, c.Code)
	offer, offerErr := c.Offer.atScale(s)
	assetErr := ledger.DecideRegisterAsset(s, ledger.RegisterAsset{Code: DayAsset(c.Code), Scale: 0})
	switch {
	case taken:
		return ErrPlanTaken
	case offerErr != nil:
		return offerErr
	case assetErr != nil:
		return assetErr
	}
	s.Emit(journal.Event{
		Stream: planStream(c.Code), Type: TypePlanCreated, Schema: 1, Body: PlanCreated{Code: c.Code, Offer: offer, Period: c.Period},
	})
	return nil
}

// atScale returns an offer with its price at the asset's scale. Refusals point below /price.
func (o Offer) atScale(s *journal.Scope) (Offer, error) {
	price, err := wallet.Amount(s, o.Price)
	if r := journal.AsRefusal(err); r != nil {
		return o, r.At("/price" + r.Pointer[len("/amount"):])
	}
	o.Price.Amount = journal.FormatAmount(price)
	return o, err
}

func decideChangePlan(s *journal.Scope, c ChangePlan) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	p, found := FindPlan(s, c.Code)
	offer, offerErr := c.apply(p.Offer).atScale(s)
	switch {
	case !found:
		return ErrPlanNotFound
	case c.IfVersion != nil && *c.IfVersion != p.Version:
		return ledger.ErrVersionMismatch.With(ledger.VersionNow{Version: p.Version})
	case offerErr != nil:
		return offerErr
	case offer == p.Offer:
		return nil
	}
	s.Emit(journal.Event{Stream: planStream(c.Code), Type: TypePlanChanged, Schema: 1, Body: PlanChanged{Code: c.Code, Offer: offer}})
	return nil
}

// apply returns an offer with the changes made.
func (c ChangePlan) apply(o Offer) Offer {
	if c.Name != nil {
		o.Name = *c.Name
	}
	if c.Price != nil {
		o.Price = *c.Price
	}
	if c.ProviderPrice != nil {
		o.ProviderPrice = *c.ProviderPrice
	}
	if c.Active != nil {
		o.Active = *c.Active
	}
	return o
}

// After returns a plan as an event of its own left it. The event has been decoded. Other events leave it as it was.
func (p Plan) After(e *journal.Event) Plan {
	switch body := e.Body.(type) {
	case PlanCreated:
		p = Plan{Code: body.Code, Offer: body.Offer, Period: body.Period, CreatedAt: e.RecordedAt}
	case PlanChanged:
		p.Offer = body.Offer
	default:
		return p
	}
	p.Version = e.Position
	return p
}

// CodeOf is which plan the body of an event is about; empty for one of anything else.
func CodeOf(body any) string {
	switch b := body.(type) {
	case PlanCreated:
		return b.Code
	case PlanChanged:
		return b.Code
	}
	return ""
}
