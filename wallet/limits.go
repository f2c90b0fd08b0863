package wallet

import "time"

// The limits of wallets. Each says what it protects. Those of descriptions and metadata are the
// ledger's.
const (
	// MaxName, in bytes, is a line on a screen.
	MaxName = 255
	// MaxOwner bounds the name of a principal, which is part of an index.
	MaxOwner = 255
	// MaxExpiry is how long a hold may wait for its time: a year, leap years included. What is set
	// aside for longer is forgotten.
	MaxExpiry = 366 * 24 * time.Hour
	// MaxExpiring is how many holds of one wallet may be open that will expire: all of them may be due
	// at once, and are then released in one decision.
	MaxExpiring = 10_000
	// expiryPage is how many of them stand on the first page, in the wallet's own row; page n has room for n
	// times more. A page is written anew when a hold comes or goes: with these, what a wallet with few of them
	// writes is little, and one that has all of them has 50 pages, none with more than 400.
	expiryPage = 8
	// MaxShares is how many wallets a split pays at most: each is looked up when somebody asks for the
	// split. A payroll is a batch of transfers.
	MaxShares = 100
)
