package journal

import (
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"
)

// Postings are kept as one JSON array of rows, [account, side, amount, asset, balance], because a
// row of names per posting would be half of the journal:
//
//	[["equity:opening","d","100","USD","-100"],["liabilities:a","c","100","USD","100"]]

// AppendPostings appends the stored form of ps to buf; nothing when ps is empty. Decimals keep
// their scale, so the same postings always give the same bytes.
func AppendPostings(buf []byte, ps []Posting) []byte {
	if len(ps) == 0 {
		return buf
	}
	buf = append(buf, '[')
	for i, p := range ps {
		if i > 0 {
			buf = append(buf, ',')
		}
		// Addresses, assets and decimals are made of characters that JSON does not escape.
		buf = append(buf, `["`...)
		buf = append(buf, p.Account...)
		buf = append(buf, `","`...)
		buf = append(buf, byte(p.Side))
		buf = append(buf, `","`...)
		buf = append(buf, FormatAmount(p.Amount)...)
		buf = append(buf, `","`...)
		buf = append(buf, p.Asset...)
		buf = append(buf, `","`...)
		buf = append(buf, FormatAmount(p.Balance)...)
		buf = append(buf, `"]`...)
	}
	return append(buf, ']')
}

// FormatAmount writes d with all the decimals that it has: 10.50 stays 10.50, which
// [decimal.Decimal.String] makes 10.5.
func FormatAmount(d decimal.Decimal) string {
	if e := d.Exponent(); e < 0 {
		return d.StringFixed(-e)
	}
	return d.String()
}

// ParsePostings reads what AppendPostings wrote. Empty input has no postings.
func ParsePostings(data []byte) ([]Posting, error) {
	if len(data) == 0 {
		return nil, nil
	}
	var rows [][5]string
	if err := json.Unmarshal(data, &rows); err != nil {
		return nil, fmt.Errorf("postings: %w", err)
	}
	ps := make([]Posting, len(rows))
	for i, r := range rows {
		amount, err := decimal.NewFromString(r[2])
		if err != nil {
			return nil, fmt.Errorf("postings: row %d: amount: %w", i, err)
		}
		balance, err := decimal.NewFromString(r[4])
		if err != nil {
			return nil, fmt.Errorf("postings: row %d: balance: %w", i, err)
		}
		if r[1] != "d" && r[1] != "c" {
			return nil, fmt.Errorf("postings: row %d: side %q", i, r[1])
		}
		ps[i] = Posting{Account: r[0], Side: Side(r[1][0]), Amount: amount, Asset: r[3], Balance: balance}
	}
	return ps, nil
}
