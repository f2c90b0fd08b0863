package wallet

import (
	"maps"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// SpendingLimit is how much a wallet may give out in an asset, at the asset's scale; empty for any amount.
type SpendingLimit struct {
	PerTransaction string `json:"per_transaction,omitempty"`
	PerDay         string `json:"per_day,omitempty"`
}

// The limits of spending, as ErrSpendingLimitExceeded names them.
const (
	limitPerTransaction = "per_transaction"
	limitPerDay         = "per_day"
)

// Exceeded is which limit is exceeded: the members of ErrSpendingLimitExceeded.
type Exceeded struct {
	// Limit is per_transaction or per_day.
	Limit   string       `json:"limit"`
	Allowed ledger.Money `json:"allowed"`
	// Used is what was spent of the day's limit before, and EndsAt when that day ends.
	Used   *ledger.Money `json:"used,omitempty"`
	EndsAt time.Time     `json:"ends_at,omitzero"`
}

func decideSetSpendingLimit(s *journal.Scope, c SetSpendingLimit) error {
	if err := ledger.Malformed(c.Validate()); err != nil {
		return err
	}
	w, found := Find(s, c.WalletID)
	limit, limitErr := c.limit(s)
	switch {
	case !found:
		return ErrWalletNotFound
	case limitErr != nil:
		return limitErr
	case w.Status == StatusClosed:
		return ErrWalletClosed
	case limit == w.Spending[c.Asset]:
		return nil
	}
	s.Emit(journal.Event{
		Ledger: ledger.Main, Stream: Stream(c.WalletID), Type: TypeSpendingLimitSet, Schema: 1,
		Body: SpendingLimitSet{WalletID: c.WalletID, Asset: c.Asset, SpendingLimit: limit},
	})
	return nil
}

// limit is what is asked for, at the asset's scale.
func (c SetSpendingLimit) limit(s *journal.Scope) (out SpendingLimit, err error) {
	read := func(field string, text *string) string {
		if text == nil || err != nil {
			return ""
		}
		amount, parseErr := ledger.ParseSigned(*text)
		if err = parseErr; err == nil {
			amount, err = atScale(s, amount, c.Asset)
		}
		if r := journal.AsRefusal(err); r != nil && r.Pointer == "/amount/amount" {
			err = r.At("/" + field)
		}
		return journal.FormatAmount(amount)
	}
	if _, known := ledger.AssetScale(s, c.Asset); !known {
		return out, ledger.ErrUnknownAsset.At("/asset").Because("%s is not registered", c.Asset)
	}
	out = SpendingLimit{PerTransaction: read(limitPerTransaction, c.PerTransaction), PerDay: read(limitPerDay, c.PerDay)}
	return out, err
}

// setSpending notes a limit. What was there before may be another's to read, and stays as it is.
func (w *State) setSpending(asset string, limit SpendingLimit) {
	w.Spending = withLimit(w.Spending, asset, limit)
}

// withLimit returns limits with one of them set, or, when it limits nothing, gone.
func withLimit(limits map[string]SpendingLimit, asset string, limit SpendingLimit) map[string]SpendingLimit {
	limits = maps.Clone(limits)
	if limits == nil {
		limits = map[string]SpendingLimit{}
	}
	limits[asset] = limit
	if limit == (SpendingLimit{}) {
		delete(limits, asset)
	}
	return limits
}

// checkSpending refuses to give out more than the wallet may. amount counts for the day; whole is what is
// held against the limit of one transaction, which for a hold is all of it, or it would be placed small
// and then increased.
func (w State) checkSpending(s *journal.Scope, walletID, asset string, amount, whole decimal.Decimal) error {
	limit, limited := w.Spending[asset]
	if !limited {
		return nil
	}
	if limit.PerTransaction != "" && whole.GreaterThan(Figure(limit.PerTransaction)) {
		return ErrSpendingLimitExceeded.Because("at most %s %s at once", limit.PerTransaction, asset).With(Exceeded{
			Limit: limitPerTransaction, Allowed: ledger.Money{Amount: limit.PerTransaction, Asset: asset},
		})
	}
	if limit.PerDay == "" {
		return nil
	}
	day := w.dayOf(s, walletID, asset, s.Now())
	used := Figure(day.Amount)
	if used.Add(amount).GreaterThan(Figure(limit.PerDay)) {
		return ErrSpendingLimitExceeded.Because("at most %s %s a day, of which %s are spent", limit.PerDay, asset, day.Amount).With(Exceeded{
			Limit: limitPerDay, Allowed: ledger.Money{Amount: limit.PerDay, Asset: asset},
			Used: &ledger.Money{Amount: day.Amount, Asset: asset}, EndsAt: day.Until,
		})
	}
	return nil
}
