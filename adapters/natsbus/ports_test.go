package natsbus

import "github.com/florinledger/florin/ledger/journal"

// The ports that this package implements.
var (
	_ journal.Bus        = (*Bus)(nil)
	_ journal.Source     = (*Source)(nil)
	_ journal.Replier    = (*Replier)(nil)
	_ journal.HighWater  = (*HighWater)(nil)
	_ journal.Publisher  = (*Publisher)(nil)
	_ journal.Subscriber = (*Subscriber)(nil)
)
