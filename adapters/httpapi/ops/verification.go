package ops

import (
	"context"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
)

// GetVerification implements api.StrictServerInterface.
func (h *Handlers) GetVerification(ctx context.Context, _ api.GetVerificationRequestObject) (api.GetVerificationResponseObject, error) {
	last, open, err := h.ports.Verifications.Recent(ctx)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	var shown api.GetVerification200JSONResponse
	if last != nil {
		v := verificationOf(*last)
		shown.Last = v
	}
	if open != nil {
		v := verificationOf(*open)
		shown.Running = v
	}
	return shown, nil
}

// StartVerification implements api.StrictServerInterface.
func (h *Handlers) StartVerification(ctx context.Context, _ api.StartVerificationRequestObject) (api.StartVerificationResponseObject, error) {
	v, err := h.ports.Verifications.Ask(ctx, request.CallOf(ctx).Principal.Subject)
	if err != nil {
		return nil, request.Unavailable(err)
	}
	return api.StartVerification202JSONResponse(verificationOf(v)), nil
}

func verificationOf(v journal.Verification) api.Verification {
	shown := api.Verification{
		ID: v.ID, Status: api.VerificationStatus(v.Status()), AskedBy: v.AskedBy, AskedAt: handling.Time(v.AskedAt), BeganAt: handling.TimeIfAny(v.BeganAt),
		EndedAt: handling.TimeIfAny(v.EndedAt), Position: v.Position, Total: v.Total, Failure: v.Failure,
	}
	if v.Report == nil {
		return shown
	}
	for _, c := range v.Report.Checks {
		shown.Checks = append(shown.Checks, api.VerificationCheck{Name: c.Name, Rows: c.Rows, Findings: c.Findings, TookMs: c.Took, Note: c.Note})
	}
	for _, f := range v.Report.Findings {
		shown.Findings = append(shown.Findings, api.VerificationFinding{Check: f.Check, Position: f.Position, Detail: f.Detail})
	}
	return shown
}
