package handling

import (
	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/exchange"
	"github.com/florinledger/florin/wallet/withdrawal"
)

// Transaction shows an event with postings, whichever core made it. reversedBy is the id of its
// reversal, if it has one by now.
//
// Every posting shows its balance: whoever is let in to the routes that answer transactions may
// read all accounts.
func (h *Base) Transaction(e *journal.Event, reversedBy string) (api.Transaction, error) {
	if err := h.Registry.Decode(e); err != nil {
		return api.Transaction{}, err
	}
	t := api.Transaction{
		ID: e.TransactionID(), Ledger: e.Ledger, Number: e.Number, Type: e.Type,
		Position:    journal.Token{Shard: e.Shard, Position: e.Position}.String(),
		EffectiveAt: Time(e.EffectiveAt), RecordedAt: Time(e.RecordedAt),
		ReversedBy: reversedBy, Actor: e.Actor, CommandID: e.Command.String(),
		Postings: Each(e.Postings, postingOf),
	}
	var metadata map[string]string
	switch body := e.Body.(type) {
	case ledger.TransactionPosted:
		t.Reference, t.Description, metadata = body.Reference, body.Description, body.Metadata
	case ledger.TransactionReversed:
		t.Reverses, t.Description = body.Reverses, body.Reason
	case wallet.Transferred:
		t.Reference, t.Description, metadata = body.Reference, body.Description, body.Metadata
	case wallet.Credited:
		t.Reference, t.Description, metadata = body.Reference, body.Description, body.Metadata
	case wallet.Debited:
		t.Reference, t.Description, metadata = body.Reference, body.Description, body.Metadata
	case exchange.Exchanged:
		t.Reference, t.Description, metadata = body.Reference, body.Description, body.Metadata
	case withdrawal.Requested:
		t.Reference, t.Description, metadata = body.Reference, body.Description, body.Metadata
	case withdrawal.Failed:
		t.Description = body.Reason
	case withdrawal.Canceled:
		t.Description = body.Reason
	case wallet.HoldPlaced:
		t.Description, metadata = body.Description, body.Metadata
	}
	t.Metadata = Metadata(metadata)
	return t, nil
}

func postingOf(p journal.Posting) api.Posting {
	return api.Posting{
		Account: p.Account, Side: Side(p.Side), Amount: journal.FormatAmount(p.Amount), Asset: p.Asset,
		BalanceAfter: journal.FormatAmount(p.Balance),
	}
}
