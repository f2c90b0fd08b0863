package main

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/query"
)

const (
	// expirySweep is the name under which one process at a time looks for holds that are due, and who
	// asks for their end.
	expirySweep = "florin:expiry"
	// expiryTogether is of how many wallets the holds go in one command.
	expiryTogether = 250
)

// newExpiries has holds expire of which nobody has touched the wallet since they were due. It asks for the first
// hold of each wallet, with which all others go that are due there. list is [readmodel.Reads.Due], and expired
// counts.
func newExpiries(list func(ctx context.Context, afterWallet string, limit int) ([]query.Due, error), expired func(n int),
	do func(context.Context, journal.Command) (journal.Answer, error), log *slog.Logger) *sweep {
	return &sweep{
		name: expirySweep, things: "holds", together: expiryTogether, early: wallet.ErrHoldNotDue, do: do, log: log,
		due: func(ctx context.Context, after due, limit int) (out []due, _ error) {
			found, err := list(ctx, after.wallet, limit)
			for _, d := range found {
				out = append(out, due{id: d.HoldID, at: d.ExpiresAt, wallet: d.WalletID})
			}
			return out, err
		},
		order: func(some []due) (string, any) {
			c := wallet.ExpireHolds{HoldIDs: make([]string, len(some))}
			for i, d := range some {
				c.HoldIDs[i] = d.id
			}
			return wallet.CommandExpireHolds, c
		},
		told: func(a journal.Answer) ([]string, int, error) {
			var result wallet.HoldsLeft
			if a.Outcome.Result != nil {
				if err := json.Unmarshal(a.Outcome.Result, &result); err != nil {
					return nil, 0, err
				}
			}
			if a.Replayed {
				return result.Left, 0, nil
			}
			expired(a.Outcome.Count)
			return result.Left, a.Outcome.Count, nil
		},
	}
}
