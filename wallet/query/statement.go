package query

import (
	"errors"
	"iter"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/wallet"
)

// ErrUnbalanced says that what was read for a statement does not add up: opening and movements are not the
// closing that the balances say. The books or their projections are wrong, and nothing is to be stated.
var ErrUnbalanced = errors.New("query: opening and movements of a statement are not its closing")

// StatementFilter says what a statement is of.
type StatementFilter struct {
	Wallet wallet.Wallet
	// Asset is the one to state; empty for all.
	Asset string
	// From (inclusive) and Until (exclusive) bound the effective time.
	From, Until time.Time
	// UpTo is the last position that counts, as in [EntryFilter].
	UpTo int64
}

// Statement is what stood in a wallet at two times, and what came between them in sum, as of one position.
// Whatever is recorded after that position changes nothing in it.
type Statement struct {
	Wallet wallet.Wallet
	// OwnerName is what the owner wants to be called; empty where that is unknown, or not for the reader.
	OwnerName   string
	From, Until time.Time
	Position    int64
	// Asset is the one that was asked for; empty for all.
	Asset string
	// Assets are those that stood or moved, by code.
	Assets []StatementAsset
}

// StatementAsset is a statement in one asset. Opening and the changes of its lines are Closing.
type StatementAsset struct {
	Opening, Closing Balance
	// Lines is how many there are, In and Out what came to the wallet and left it; Out is not above zero. What
	// moves between parts is neither.
	Lines   int64
	In, Out decimal.Decimal
}

// Asset is the asset's code.
func (a StatementAsset) Asset() string { return a.Closing.Asset }

// Lines reads the lines of a statement in one of its assets, or in all for an empty one: oldest first by effective
// time, with running balances. An error is the last that comes. Once all has come without one, the lines were
// as many as the statement says and led from each opening to its closing; if not, that is [ErrUnbalanced].
type Lines func(asset string) iter.Seq2[Entry, error]
