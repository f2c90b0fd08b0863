package exchange

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// rate is what the writer knows of a pair.
type rate struct {
	Rate      string    `json:"rate,omitempty"`
	Spread    string    `json:"spread,omitempty"`
	MinAmount string    `json:"min_amount,omitempty"`
	ValidFor  int64     `json:"valid_for,omitempty"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	// Version is the position of the last event that set it; 0 for a pair that was withdrawn.
	Version int64 `json:"version,omitempty"`
}

func rates() journal.Kind[rate] { return journal.NewKind[rate]("exchange-rate") }

func pairID(from, to string) string { return from + "/" + to }

// findRate returns what is listed of a pair of asset codes.
func findRate(s *journal.Scope, from, to string) (r rate, listed bool) {
	r, _ = rates().Get(s, pairID(from, to))
	return r, r.Version != 0
}

func rateStream(from, to string) string { return "exchange-rate/" + pairID(from, to) }

func decideSetRate(s *journal.Scope, c SetRate) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	before, listed := findRate(s, c.From, c.To)
	from, sold := ledger.AssetScale(s, c.From)
	to, bought := ledger.AssetScale(s, c.To)
	least, leastErr := c.least(s)
	switch {
	case !sold:
		return ledger.ErrUnknownAsset.At("/from").Because("%s is not registered", c.From)
	case !bought:
		return ledger.ErrUnknownAsset.At("/to").Because("%s is not registered", c.To)
	case leastErr != nil:
		return leastErr
	case c.IfVersion != nil && *c.IfVersion != before.Version:
		return ledger.ErrVersionMismatch.With(ledger.VersionNow{Version: before.Version})
	}
	body := RateSet{
		From: c.From, To: c.To, Rate: plain(c.Rate), Spread: "0", MinAmount: least,
		ValidFor: int64(DefaultValidFor / time.Second), CreatedAt: s.Now(),
	}
	if c.Spread != nil {
		body.Spread = plain(*c.Spread)
	}
	if c.ValidFor != nil {
		body.ValidFor = *c.ValidFor
	}
	if least == "" {
		body.MinAmount = journal.FormatAmount(termsOf(body.Rate, body.Spread).leastFor(decimal.New(DefaultLeastUnits, -to), from, to))
	}
	if listed {
		body.CreatedAt = before.CreatedAt
	}
	s.Emit(journal.Event{Ledger: ledger.Main, Stream: rateStream(c.From, c.To), Type: TypeRateSet, Schema: 1, Body: body})
	return nil
}

// least is the minimum that was named, at its asset's scale; empty if none was.
func (c SetRate) least(s *journal.Scope) (string, error) {
	if c.MinAmount == nil {
		return "", nil
	}
	least, err := wallet.Amount(s, ledger.Money{Amount: *c.MinAmount, Asset: c.From})
	if r := journal.AsRefusal(err); r != nil {
		return "", r.At("/min_amount")
	}
	return journal.FormatAmount(least), err
}

func decideWithdrawRate(s *journal.Scope, c WithdrawRate) error {
	if ledger.CheckAssetCode(c.From) != nil || ledger.CheckAssetCode(c.To) != nil {
		return ErrRateNotFound // before the codes become a part of a key that is looked up
	}
	before, listed := findRate(s, c.From, c.To)
	switch {
	case !listed:
		return ErrRateNotFound
	case c.IfVersion != nil && *c.IfVersion != before.Version:
		return ledger.ErrVersionMismatch.With(ledger.VersionNow{Version: before.Version})
	}
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: rateStream(c.From, c.To), Type: TypeRateWithdrawn, Schema: 1,
		Body: RateWithdrawn{From: c.From, To: c.To},
	})
	return nil
}

// CustomerRate is what a spread, in percent, leaves of a mid rate. Errors: one of them is no decimal number.
func CustomerRate(mid, spread string) (string, error) {
	m, err := decimal.NewFromString(mid)
	if err != nil {
		return "", fmt.Errorf("exchange: rate: %w", err)
	}
	p, err := decimal.NewFromString(spread)
	if err != nil {
		return "", fmt.Errorf("exchange: spread: %w", err)
	}
	return terms{m, p}.rate().String(), nil
}

// Rate is a pair of the table as it is shown.
type Rate struct {
	From, To string
	// Rate is the mid rate, CustomerRate what the spread, in percent, leaves of it.
	Rate, Spread, CustomerRate string
	// MinAmount is in From at its scale; empty for none, which is of pairs that were set before there was a default.
	MinAmount string
	// ValidFor is how long its quotes stand, in seconds.
	ValidFor int64
	// CreatedAt is when it was listed, UpdatedAt when it was last set.
	CreatedAt, UpdatedAt time.Time
	// Version is the position of the last event that set it.
	Version int64
}

// ShowRate shows a pair as an event set it, which has been decoded. Errors: it is of another type, or holds no rate.
func ShowRate(e *journal.Event) (Rate, error) {
	body, ok := e.Body.(RateSet)
	if !ok {
		return Rate{}, fmt.Errorf("exchange: event %d is a %s, want %s", e.Position, e.Type, TypeRateSet)
	}
	customer, err := CustomerRate(body.Rate, body.Spread)
	return Rate{
		From: body.From, To: body.To, Rate: body.Rate, Spread: body.Spread, CustomerRate: customer,
		MinAmount: body.MinAmount, ValidFor: body.ValidFor, CreatedAt: body.CreatedAt, UpdatedAt: e.RecordedAt, Version: e.Position,
	}, err
}
