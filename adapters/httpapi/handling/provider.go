package handling

import (
	"context"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// EventIn picks the event of a command that is looked for, and decodes it.
type EventIn func(journal.Answer) (*journal.Event, error)

// AwaitProvider waits for the event that says what the provider answered. The caller who waits in vain asks again with
// the same key, and waits for the same answer.
func (h *Base) AwaitProvider(ctx context.Context, asking *journal.Event, pick EventIn) (*journal.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, providerPatience)
	defer cancel()
	for pause := providerPoll; ; pause = min(2*pause, providerPollMax) {
		answer, err := h.ProviderAnswer(ctx, asking, pick)
		if err != nil || answer != nil {
			return answer, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, request.NewProblem("outcome-unknown", "the payment provider has not answered yet")
		}
	}
}

// ProviderAnswer is what the provider answered; nil while it has not.
func (h *Base) ProviderAnswer(ctx context.Context, asking *journal.Event, pick EventIn) (*journal.Event, error) {
	a, ended, _, err := h.Outcomes.Outcome(ctx, payment.AnswerID(asking))
	if err != nil {
		return nil, request.Unavailable(err)
	}
	if !ended {
		return nil, nil //nolint:nilnil // not yet
	}
	if err := h.Fetch(ctx, &a); err != nil {
		return nil, err
	}
	return pick(a)
}
