package wallets

import (
	"cmp"
	"encoding/json"
	"io"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/wallet"
	wallets "github.com/florinledger/florin/wallet/query"
)

// writeStatement writes an [api.WalletStatement], line by line. Its members stand in the order in which they are
// read, and closing last: without it, it is none.
func writeStatement(w io.Writer, s *wallets.Statement, lines wallets.Lines) error {
	out := jsonWriter{w: w}
	out.text(`{"wallet_id":`)
	out.value(s.Wallet.ID)
	out.member("wallet_name", s.Wallet.Name)
	out.member("owner_id", s.Wallet.Owner)
	out.member("owner_name", s.OwnerName)
	out.member("time_zone", cmp.Or(s.Wallet.TimeZone, wallet.UTC))
	out.text(`,"from":`)
	out.value(handling.Time(s.From))
	out.text(`,"until":`)
	out.value(handling.Time(s.Until))
	out.member("position", handling.Position(s.Position))
	out.text(`,"opening":`)
	out.value(handling.Each(s.Assets, func(a wallets.StatementAsset) api.StatementBalance { return statementBalanceOf(a.Opening) }))
	out.text(`,"movements":`)
	out.value(handling.Each(s.Assets, statementMovementsOf))
	out.text(`,"lines":[`)
	comma := ""
	for e, err := range lines("") {
		if err != nil {
			return err
		}
		out.text(comma)
		out.value(walletEntryOf(e))
		if comma = ","; out.err != nil {
			return out.err // nobody takes the rest
		}
	}
	out.text(`],"closing":`)
	out.value(handling.Each(s.Assets, func(a wallets.StatementAsset) api.StatementBalance { return statementBalanceOf(a.Closing) }))
	out.text("}\n")
	return out.err
}

func statementBalanceOf(b wallets.Balance) api.StatementBalance {
	a := walletAmountsOf(b)
	return api.StatementBalance{Asset: b.Asset, Available: a.Available, Held: a.Held, Pending: a.Pending, Disputed: a.Disputed, Total: a.Total}
}

func statementMovementsOf(a wallets.StatementAsset) api.StatementMovements {
	scale := handling.Scale(a.Closing.Total())
	return api.StatementMovements{Asset: a.Asset(), Lines: a.Lines, In: a.In.StringFixed(scale), Out: a.Out.StringFixed(scale)}
}

// jsonWriter writes JSON in parts, and keeps its first error.
type jsonWriter struct {
	w   io.Writer
	err error
}

func (o *jsonWriter) text(text string) {
	if o.err == nil {
		_, o.err = io.WriteString(o.w, text)
	}
}

func (o *jsonWriter) value(v any) {
	if o.err != nil {
		return
	}
	data, err := json.Marshal(v)
	if err == nil {
		_, err = o.w.Write(data)
	}
	o.err = err
}

// member writes a further member of an object, which is left out when it is empty.
func (o *jsonWriter) member(name, value string) {
	if value != "" {
		o.text(`,"` + name + `":`)
		o.value(value)
	}
}
