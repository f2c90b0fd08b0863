package journal

import (
	"errors"
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

// errPostings says that a text is not what AppendPostings writes.
var errPostings = errors.New("postings: not the stored form")

// ParsePostings reads what AppendPostings wrote, and nothing else: it is on the way of every event
// to every reader, and a general JSON decoder takes ten times as long. Empty input has no postings.
func ParsePostings(data []byte) ([]Posting, error) {
	if len(data) == 0 {
		return nil, nil
	}
	text := string(data) // one copy, of which the fields are parts
	if !strings.HasPrefix(text, "[[") || !strings.HasSuffix(text, "]]") {
		return nil, errPostings
	}
	ps := make([]Posting, 0, 1+strings.Count(text, "],["))
	for row := range strings.SplitSeq(text[2:len(text)-2], "],[") {
		p, err := parsePosting(row)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", len(ps), err)
		}
		ps = append(ps, p)
	}
	return ps, nil
}

// parsePosting reads "account","side","amount","asset","balance".
func parsePosting(row string) (p Posting, err error) {
	var fields [5]string
	rest := row + ","
	for i := range fields {
		var ok bool
		if rest, ok = strings.CutPrefix(rest, `"`); !ok {
			return p, errPostings
		}
		if fields[i], rest, ok = strings.Cut(rest, `",`); !ok || strings.ContainsAny(fields[i], `"\`) {
			return p, errPostings
		}
	}
	if rest != "" || (fields[1] != "d" && fields[1] != "c") {
		return p, errPostings
	}
	p = Posting{Account: fields[0], Side: Side(fields[1][0]), Asset: fields[3]}
	if p.Amount, err = parseAmount(fields[2]); err != nil {
		return p, err
	}
	p.Balance, err = parseAmount(fields[4])
	return p, err
}

// parseAmount reads what FormatAmount wrote. Up to 18 digits it does without big numbers.
func parseAmount(text string) (decimal.Decimal, error) {
	digits, decimals := text, 0
	if point := strings.IndexByte(text, '.'); point >= 0 && len(text) <= 20 {
		digits, decimals = text[:point]+text[point+1:], len(text)-point-1
	}
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil && len(digits) <= 19 && digits[0] != '+' {
		return decimal.New(n, int32(-decimals)), nil
	}
	if strings.ContainsAny(text, "eE") { // never written, and 1e999999999 would fill the memory
		return decimal.Decimal{}, errPostings
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return d, fmt.Errorf("%w: %w", errPostings, err)
	}
	return d, nil
}
