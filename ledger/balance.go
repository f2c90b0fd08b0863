package ledger

import (
	"encoding/json"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
)

// Balance is what an account holds of one asset. The zero value is that of an account that was
// never posted to.
type Balance struct {
	// Debits and Credits are the sums of all postings on that side, at the asset's scale.
	Debits, Credits decimal.Decimal
	// Version is the number of transactions that touched the account in this asset.
	Version int64
}

// On returns the balance seen from a side: what is on it less what is on the other.
func (b Balance) On(side journal.Side) decimal.Decimal {
	if side == journal.Debit {
		return b.Debits.Sub(b.Credits)
	}
	return b.Credits.Sub(b.Debits)
}

// storedBalance is how a balance is kept. The names are short because there are many of them.
type storedBalance struct {
	Debits  string `json:"d"`
	Credits string `json:"c"`
	Version int64  `json:"v"`
}

// AppendJSON writes the sums as strings with all their decimals, so that a row that was read back
// equals the one that was written. The journal calls it for every posting; by reflection it would
// take five times as long.
func (b Balance) AppendJSON(buf []byte) []byte {
	buf = journal.AppendAmount(append(buf, `{"d":"`...), b.Debits)
	buf = journal.AppendAmount(append(buf, `","c":"`...), b.Credits)
	buf = strconv.AppendInt(append(buf, `","v":`...), b.Version, 10)
	return append(buf, '}')
}

// MarshalJSON implements json.Marshaler with what AppendJSON writes.
func (b Balance) MarshalJSON() ([]byte, error) { return b.AppendJSON(nil), nil }

// UnmarshalJSON reads what MarshalJSON wrote.
func (b *Balance) UnmarshalJSON(data []byte) (err error) {
	var row storedBalance
	if err = json.Unmarshal(data, &row); err != nil {
		return err
	}
	b.Version = row.Version
	if b.Debits, err = decimal.NewFromString(row.Debits); err != nil {
		return err
	}
	b.Credits, err = decimal.NewFromString(row.Credits)
	return err
}

func balances() journal.Kind[Balance] { return journal.NewKind[Balance]("balance") }

func balanceID(ledger, account, asset string) string { return ledger + "/" + account + "/" + asset }

// BalanceOf returns what an account holds of an asset as of everything decided so far.
func BalanceOf(s *journal.Scope, ledger, account, asset string) Balance {
	b, _ := balances().Get(s, balanceID(ledger, account, asset))
	return b
}

// evolveBalances books the postings of any event, of whatever core.
func evolveBalances(s *journal.Scope, e *journal.Event) {
	if len(e.Postings) == 0 {
		return
	}
	kind := balances()
	c := fold(e.Postings)
	for i := range c.list {
		id := balanceID(e.Ledger, c.list[i].account, c.list[i].asset)
		b, _ := kind.Get(s, id)
		kind.Put(s, id, c.list[i].apply(b))
	}
}
