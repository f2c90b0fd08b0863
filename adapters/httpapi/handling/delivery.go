package handling

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
)

// Take has a provider's event recorded. What it tells of has happened: it is kept, and any outcome that is recorded is
// good news to the sender, who repeats the event only when there is none.
func (h *Base) Take(ctx context.Context, c journal.Command) (receipt api.WebhookReceipt, err error) {
	c.Trace = request.CallOf(ctx).Trace()
	// Who hears of no outcome delivers again: what it tells of is kept, and is no less true by then.
	a, err := h.Commands.Record(ctx, c)
	if err != nil {
		return receipt, Undecided(err)
	}
	if a.Replayed {
		request.CallOf(ctx).SetReplayed()
	}
	request.CallOf(ctx).SetPosition(journal.Token{Shard: MainShard, Position: a.Outcome.Position})
	if a.Outcome.Status != journal.Done {
		h.Log.LogAttrs(ctx, slog.LevelError, "a provider's event was not booked", slog.String("caller", c.Actor),
			slog.String("command", c.ID.String()))
	}
	return ReceiptOf(a.Outcome)
}

// BadDelivery is the answer to a body that is not taken. detail says what is wrong with one that cannot be read.
func BadDelivery(err error, detail string) error {
	switch {
	case errors.Is(err, payment.ErrSignature):
		return &request.Problem{Code: "invalid-signature", Cause: err}
	case errors.Is(err, payment.ErrMalformed):
		return &request.Problem{Code: "malformed-body", Detail: detail, Cause: err}
	case errors.Is(err, payment.ErrLivemode):
		return &request.Problem{Code: "livemode-mismatch", Cause: err}
	}
	return request.Unavailable(err)
}

// ReceiptOf says what became of an event.
func ReceiptOf(o journal.Outcome) (api.WebhookReceipt, error) {
	receipt := api.WebhookReceipt{Received: true}
	switch o.Status {
	case journal.Done:
		var result payment.Result
		if err := json.Unmarshal(o.Result, &result); err != nil {
			return receipt, fmt.Errorf("result of command %s: %w", o.Command, err)
		}
		receipt.Outcome = result.Result
	case journal.Dead:
		receipt.Outcome = "dead"
	case journal.Refused:
		receipt.Outcome = "refused"
	}
	return receipt, nil
}
