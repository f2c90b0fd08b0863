package exchange

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

const quotePrefix = "quo"

// use is what a quote was used for.
type use struct {
	By string `json:"by"` // the txn_… id of the exchange
}

// uses are the quotes that were used, by id.
func uses() journal.Kind[use] { return journal.NewKind[use]("quote-used") }

func decideIssueQuote(s *journal.Scope, c IssueQuote) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	listed, found := findRate(s, c.From.Asset, c.To.Asset)
	from, sold := ledger.AssetScale(s, c.From.Asset)
	to, bought := ledger.AssetScale(s, c.To.Asset)
	switch {
	case c.Rate != nil && c.As.Role != wallet.Service:
		return ErrTermsForbidden.At("/rate")
	case !c.As.Owns(c.Owner):
		return ErrTermsForbidden.At("/owner_id")
	case !sold:
		return ledger.ErrUnknownAsset.At("/from/asset").Because("%s is not registered", c.From.Asset)
	case !bought:
		return ledger.ErrUnknownAsset.At("/to/asset").Because("%s is not registered", c.To.Asset)
	case c.Rate == nil && !found:
		return ErrRateNotFound.At("/to").Because("%s is not exchanged for %s", c.From.Asset, c.To.Asset)
	}
	body := c.promise(listed, s.Now())
	if err := body.fix(s, c, from, to); err != nil {
		return err
	}
	body.QuoteID = s.NextID().Format(quotePrefix)
	s.Emit(journal.Event{Ledger: ledger.Main, Stream: "quote/" + body.QuoteID, Type: TypeQuoteIssued, Schema: 1, Body: body})
	return nil
}

// promise is a quote at the rate that is listed, or that was named, without its amounts.
func (c IssueQuote) promise(listed rate, now time.Time) Quoted {
	q := Quoted{
		Owner: c.Owner, From: Side{Asset: c.From.Asset}, To: Side{Asset: c.To.Asset},
		MidRate: listed.Rate, Spread: listed.Spread, MinAmount: listed.MinAmount,
	}
	if c.Rate != nil {
		q.MidRate, q.Spread, q.MinAmount = plain(*c.Rate), "0", ""
	}
	q.Rate = q.terms().rate().String()
	q.ExpiresAt = now.Add(DefaultValidFor)
	if listed.ValidFor != 0 {
		q.ExpiresAt = now.Add(time.Duration(listed.ValidFor) * time.Second)
	}
	return q
}

func (q *Quoted) terms() terms { return termsOf(q.MidRate, q.Spread) }

// fix says what is paid and what is got, if one of them was named. from and to are the scales of the assets.
func (q *Quoted) fix(s *journal.Scope, c IssueQuote, from, to int32) error {
	var paid decimal.Decimal
	var err error
	pointer := "/from"
	switch {
	case c.From.Amount != "":
		if paid, err = amountAt(s, pointer, ledger.Money(c.From)); err != nil {
			return err
		}
	case c.To.Amount != "":
		pointer = "/to"
		wanted, err := amountAt(s, pointer, ledger.Money(c.To))
		if err != nil {
			return err
		}
		paid = q.terms().leastFor(wanted, from, to)
	default:
		return nil
	}
	p, err := q.worth(paid, to, pointer+"/amount")
	q.From.Amount, q.To.Amount = journal.FormatAmount(paid), journal.FormatAmount(p.customer)
	return err
}

// worth is what an amount comes to under the quote, if that can be booked. Refusals point at pointer.
func (q *Quoted) worth(paid decimal.Decimal, scale int32, pointer string) (parts, error) {
	p := q.terms().of(paid, scale)
	if q.MinAmount != "" && paid.LessThan(wallet.Figure(q.MinAmount)) {
		return p, ErrTooSmall.At(pointer).Because("at least %s %s are exchanged at once", q.MinAmount, q.From.Asset).
			With(Least{MinAmount: ledger.Money{Amount: q.MinAmount, Asset: q.From.Asset}})
	}
	return p, p.bookable(paid, pointer)
}

// findQuote returns a quote by its id, which may be any text and names its place in the journal. used is the
// transaction that used it, if one did.
func findQuote(s *journal.Scope, id string) (q Quoted, used string, ok bool) {
	place, err := journal.ParsePlaceID(quotePrefix, id)
	if err != nil {
		return q, "", false
	}
	row, _ := uses().Get(s, id)
	e, ok := s.Event(place.Position())
	if !ok || !place.Names(e) {
		return q, "", false
	}
	q, ok = e.Body.(Quoted)
	return q, row.By, ok
}

// Quote is a quote as it is shown.
type Quote struct {
	Quoted
	// CreatedAt is when it was issued.
	CreatedAt time.Time
}

// ShowQuote shows a quote as it was issued by an event, which has been decoded. Errors: it is of another type.
func ShowQuote(e *journal.Event) (Quote, error) {
	body, ok := e.Body.(Quoted)
	if !ok {
		return Quote{}, fmt.Errorf("exchange: event %d is a %s, want %s", e.Position, e.Type, TypeQuoteIssued)
	}
	return Quote{Quoted: body, CreatedAt: e.RecordedAt}, nil
}
