package alert

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// decideFire judges by the transaction itself and by what the alerts are now: whoever asks may ask late, or
// again. The positions that a row keeps say what it has seen.
func decideFire(s *journal.Scope, c FireAlerts) error {
	place, err := journal.ParsePlaceID("txn", c.TransactionID)
	if err != nil {
		return ledger.ErrTransactionNotFound
	}
	e, ok := s.Event(place.Position())
	if !ok || !place.Names(e) {
		return ledger.ErrTransactionNotFound
	}
	moves := movesOf(e, func(string) bool { return true })
	lists := make([][]Standing, len(moves))
	for i, m := range moves {
		lists[i], _ = Standings().Get(s, m.wallet)
	}
	for i, m := range moves {
		for _, a := range lists[i] {
			if !a.fires(e, m) {
				continue
			}
			s.Emit(journal.Event{
				Ledger: ledger.Main, Stream: wallet.Stream(m.wallet), Type: TypeFired, Schema: 1,
				Body: Fired{
					AlertID: a.ID, WalletID: m.wallet, Asset: a.Asset, Bound: a.Bound, Balance: journal.FormatAmount(m.has),
					TransactionID: c.TransactionID, Position: e.Position, At: e.RecordedAt,
				},
			})
		}
	}
	return nil
}
