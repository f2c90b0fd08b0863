package alert

import (
	"context"

	"github.com/florinledger/florin/ledger/journal"
)

// OfWallet are the alerts of a wallet; there is at least one.
type OfWallet struct {
	WalletID string
	Alerts   []Standing
}

// Alerts answers which alerts there are, from decision state as the writer's last commit left it.
type Alerts interface {
	// Alerts returns the next wallets that have alerts, after a wallet that was returned before, in the order
	// of their ids; "" is before all of them. At most limit; fewer only at the end.
	Alerts(ctx context.Context, afterWallet string, limit int) ([]OfWallet, error)
}

// Commands has commands decided.
type Commands interface {
	// Record returns what became of a command that is never too late, the same for each repeat.
	Record(ctx context.Context, c journal.Command) (journal.Answer, error)
}
