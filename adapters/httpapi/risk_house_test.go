package httpapi

import (
	"context"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet/payment"
	wallets "github.com/florinledger/florin/wallet/query"
	"github.com/florinledger/florin/wallet/risk"
)

// Reviews implements payments.Reviews, of those that were opened before anybody paid.
func (h *house) Reviews(_ context.Context, f wallets.ReviewFilter) (out []wallets.FoundReview, err error) {
	facts(h, func(e *journal.Event, b payment.Created) {
		if b.FirstStatus() == payment.StatusReview && (f.Before == 0 || e.Position < f.Before) {
			out = append(out, wallets.FoundReview{Opened: e.Position, Created: e.Position})
		}
	})
	return out[:min(f.Limit, len(out))], h.broken
}

// Review implements payments.Reviews.
func (h *house) Review(ctx context.Context, position int64) (at wallets.FoundReview, ok bool, err error) {
	all, err := h.Reviews(ctx, wallets.ReviewFilter{Limit: 1000})
	for _, one := range all {
		if one.Opened == position {
			return one, true, err
		}
	}
	return at, false, err
}

// RiskRules implements payments.Rules.
func (h *house) RiskRules(_ context.Context, version int64) (at risk.Live, ok bool, err error) {
	facts(h, func(e *journal.Event, b risk.RulesSet) {
		if version == 0 || b.Version == version {
			at, ok = risk.Live{Version: b.Version, Rules: b.Rules, Position: e.Position}, true
		}
	})
	return at, ok, h.broken
}
