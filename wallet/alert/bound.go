package alert

import (
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// Bound is the mark of an alert: exactly one of the two, at the asset's scale. It may be negative, for
// wallets that have credit.
type Bound struct {
	Below string `json:"below,omitempty"`
	Above string `json:"above,omitempty"`
}

// Crossed reports whether a balance that goes from one figure to another passes the mark, in the direction
// that the alert is set for.
func (b Bound) Crossed(had, has decimal.Decimal) bool {
	if b.Below != "" {
		mark := wallet.Figure(b.Below)
		return had.Cmp(mark) >= 0 && has.Cmp(mark) < 0
	}
	mark := wallet.Figure(b.Above)
	return had.Cmp(mark) <= 0 && has.Cmp(mark) > 0
}

// move is what a transaction did to what is available in a wallet, in one asset.
type move struct {
	wallet, asset string
	had, has      decimal.Decimal
}

// movesOf returns what an event did to the wallets that are asked for, in the order of its postings. The event
// says what there was after it, and so what there was before: nothing has to be remembered.
func movesOf(e *journal.Event, of func(walletID string) bool) (moves []move) {
	if e.Ledger != ledger.Main { // others may have accounts of these names
		return nil
	}
	for i := range e.Postings {
		p := &e.Postings[i]
		id, part, ok := wallet.PartOf(p.Account)
		if !ok || part != wallet.Available || !of(id) {
			continue
		}
		at := 0
		for at < len(moves) && (moves[at].wallet != id || moves[at].asset != p.Asset) {
			at++
		}
		if at == len(moves) {
			moves = append(moves, move{id, p.Asset, p.Balance, p.Balance})
		}
		if p.Side == journal.Credit {
			moves[at].had = moves[at].had.Sub(p.Amount)
		} else {
			moves[at].had = moves[at].had.Add(p.Amount)
		}
	}
	return moves
}
