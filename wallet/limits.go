package wallet

// The limits of wallets. Each says what it protects. Those of descriptions and metadata are the
// ledger's.
const (
	// MaxName, in bytes, is a line on a screen.
	MaxName = 255
	// MaxOwner bounds the name of a principal, which is part of an index.
	MaxOwner = 255
)
