package journal

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

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
		buf = AppendAmount(buf, p.Amount)
		buf = append(buf, `","`...)
		buf = append(buf, p.Asset...)
		buf = append(buf, `","`...)
		buf = AppendAmount(buf, p.Balance)
		buf = append(buf, `"]`...)
	}
	return append(buf, ']')
}

// FormatAmount writes d with all the decimals that it has: 10.50 stays 10.50, which
// [decimal.Decimal.String] makes 10.5.
func FormatAmount(d decimal.Decimal) string {
	var buf [32]byte
	return string(AppendAmount(buf[:0], d))
}

// AppendAmount appends what [FormatAmount] returns. Nearly every amount fits in 64 bits, and is
// written without the big numbers behind it.
func AppendAmount(buf []byte, d decimal.Decimal) []byte {
	decimals := int(-d.Exponent())
	if decimals < 0 || decimals > 18 || d.NumDigits() > 18 {
		return append(buf, d.StringFixed(max(int32(decimals), 0))...)
	}
	n := d.CoefficientInt64()
	if n < 0 {
		buf, n = append(buf, '-'), -n
	}
	var digits [20]byte
	text := strconv.AppendInt(digits[:0], n, 10)
	if decimals == 0 {
		return append(buf, text...)
	}
	for range decimals + 1 - len(text) { // at least one digit before the point
		buf = append(buf, '0')
	}
	buf = append(buf, text...)
	point := len(buf) - decimals
	return slices.Insert(buf, point, '.')
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
		if strings.ContainsAny(r[2]+r[4], "eE") { // never written, and 1e999999999 would fill the memory
			return nil, fmt.Errorf("postings: row %d: an exponent", i)
		}
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
