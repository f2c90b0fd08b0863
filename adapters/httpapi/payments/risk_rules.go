package payments

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
	wallets "github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/risk"
)

// GetRiskRules implements api.StrictServerInterface. They are read as the writer's last commit left them.
func (h *Handlers) GetRiskRules(ctx context.Context, r api.GetRiskRulesRequestObject) (api.GetRiskRulesResponseObject, error) {
	at, ok, err := h.ports.Rules.RiskRules(ctx, r.Params.Version)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case !ok && r.Params.Version != 0:
		return nil, &request.Problem{Code: "risk-rules-not-found"}
	case !ok:
		request.CallOf(ctx).SetVersion(0)
		return api.GetRiskRules200JSONResponse{Rules: []api.RiskRule{}}, nil
	}
	events, err := h.Journal.EventsAt(ctx, handling.MainShard, []int64{at.Position})
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case len(events) != 1:
		return nil, handling.NotInJournal(at.Position)
	}
	shown, err := h.rulesAt(&events[0])
	request.CallOf(ctx).SetVersion(shown.Version)
	return api.GetRiskRules200JSONResponse(shown), err
}

// SetRiskRules implements api.StrictServerInterface.
func (h *Handlers) SetRiskRules(ctx context.Context, r api.SetRiskRulesRequestObject) (api.SetRiskRulesResponseObject, error) {
	c := risk.SetRules{Note: r.Body.Note, SetBy: request.CallOf(ctx).Principal.Subject, Rules: make([]risk.Rule, len(r.Body.Rules))}
	for i, one := range r.Body.Rules {
		c.Rules[i] = risk.Rule{Name: one.Name, When: one.When, Decision: risk.Decision(one.Decision), Reason: one.Reason}
	}
	var err error
	if c.IfVersion, err = request.IfMatch(r.Params.IfMatch); err != nil {
		return nil, err
	}
	wrong, program := c.Ready()
	if err := request.Malformed(wrong); err != nil {
		return nil, err
	}
	if r.Params.Try {
		shown, err := h.tryRules(ctx, c, program)
		return api.SetRiskRules200JSONResponse(shown), err
	}
	a, later, err := h.Submit(ctx, handling.Order{CommandType: risk.CommandSetRules, Data: c, Key: r.Params.IdempotencyKey})
	switch {
	case err != nil:
		return nil, err
	case later != nil:
		return api.SetRiskRules202JSONResponse{AcceptedJSONResponse: *later}, nil
	}
	shown, err := h.SetRulesOf(a)
	if err == nil {
		request.CallOf(ctx).SetVersion(shown.Version)
	}
	return api.SetRiskRules200JSONResponse(shown), err
}

// SetRulesOf shows the rules that a command set.
func (h *Handlers) SetRulesOf(a journal.Answer) (api.RiskRules, error) {
	e, _, err := handling.Only[risk.RulesSet](h.Registry, a)
	if err != nil {
		return api.RiskRules{}, err
	}
	return h.rulesAt(e)
}

// tryRules holds rules against payments of the past. Nothing is recorded.
func (h *Handlers) tryRules(ctx context.Context, c risk.SetRules, program *risk.Program) (api.RiskRules, error) {
	at, _, err := h.ports.Rules.RiskRules(ctx, 0)
	if err != nil {
		return api.RiskRules{}, request.Unavailable(err)
	}
	if c.IfVersion != nil && *c.IfVersion != at.Version {
		return api.RiskRules{}, &request.Problem{Code: "version-mismatch", Members: map[string]any{"version": at.Version}}
	}
	if _, err := h.See(ctx, "", wallets.Payments); err != nil {
		return api.RiskRules{}, err
	}
	past, err := h.past(ctx)
	if err != nil {
		return api.RiskRules{}, err
	}
	trial := program.Try(past)
	counts := func(by map[risk.Decision]int) api.RiskCounts {
		return api.RiskCounts{Allow: by[risk.Allow], Review: by[risk.Review], Refuse: by[risk.Refuse]}
	}
	shown := api.RiskTrial{
		Tried: trial.Tried, Unknown: trial.Unknown, Was: counts(trial.Was), Now: counts(trial.Now), Changed: []api.RiskChange{},
	}
	for _, one := range trial.Changed {
		shown.Changed = append(shown.Changed, api.RiskChange{
			PaymentID: one.ID, Was: api.RiskDecision(one.Was), Now: api.RiskDecision(one.Now), Reasons: reasonsOf(one.Reasons),
		})
	}
	return api.RiskRules{Version: at.Version + 1, Rules: rulesOf(c.Rules), Note: c.Note, Trial: shown}, nil
}

// past returns the last payments, with what was known of them when they were judged.
func (h *Handlers) past(ctx context.Context) ([]risk.Past, error) {
	found, err := h.ports.Payments.Payments(ctx, wallets.PaymentFilter{Limit: risk.MaxTried})
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case len(found) == 0:
		return nil, nil
	}
	var positions []int64
	for _, at := range found {
		positions = append(positions, at.Created)
		if at.Judged != 0 {
			positions = append(positions, at.Judged)
		}
	}
	byPosition, err := h.decodedAt(ctx, positions)
	if err != nil {
		return nil, err
	}
	past := make([]risk.Past, len(found))
	for i, at := range found {
		created := byPosition[at.Created]
		if created == nil {
			return nil, handling.NotInJournal(at.Created)
		}
		if body, ok := created.Body.(payment.Created); ok {
			past[i] = risk.Past{ID: body.PaymentID, Asked: body.Assessment}
		}
		if judged := byPosition[at.Judged]; judged != nil {
			if body, ok := judged.Body.(payment.Judged); ok {
				past[i].Charged = &body.Assessment
			}
		}
	}
	return past, nil
}

// rulesAt shows the rules that an event set.
func (h *Handlers) rulesAt(e *journal.Event) (api.RiskRules, error) {
	if err := h.Registry.Decode(e); err != nil {
		return api.RiskRules{}, err
	}
	set, err := risk.Show(e)
	return api.RiskRules{
		Version: set.Version, Rules: rulesOf(set.Rules), Note: set.Note, SetBy: set.SetBy, SetAt: handling.TimeIfAny(set.SetAt),
	}, err
}

func rulesOf(rules []risk.Rule) []api.RiskRule {
	out := make([]api.RiskRule, len(rules))
	for i, r := range rules {
		out[i] = api.RiskRule{Name: r.Name, When: r.When, Decision: api.RiskDecision(r.Decision), Reason: r.Reason}
	}
	return out
}

func reasonsOf(reasons []risk.Reason) []api.RiskReason {
	out := make([]api.RiskReason, len(reasons))
	for i, r := range reasons {
		out[i] = api.RiskReason{Rule: r.Rule, Decision: api.RiskDecision(r.Decision), Reason: r.Text}
	}
	return out
}

// reasonTexts are reasons as everybody reads them: without the rules.
func reasonTexts(reasons []risk.Reason) []string {
	out := make([]string, len(reasons))
	for i, r := range reasons {
		out[i] = r.Text
	}
	return out
}
