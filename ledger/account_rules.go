package ledger

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger/journal"
)

// rules are the accounts' rules, by ledger and address: the last account-set event of each.
func rules() journal.Kind[AccountSet] { return journal.NewKind[AccountSet]("account") }

func accountID(ledger, address string) string { return ledger + "/" + address }

// floor returns the account's least balance in an asset; ok is false when there is none.
func (a *AccountSet) floor(asset string) (least decimal.Decimal, ok bool) {
	for _, m := range a.MinBalance {
		if m.Asset == asset {
			least, err := ParseSigned(m.Amount)
			return least, err == nil
		}
	}
	return decimal.Decimal{}, false
}

// SetAccount sets rules of an account: what is given is set, what is nil stays. The account need
// not have been posted to.
//
// Owned accounts take metadata only; their rules are their domain's, and because of that a domain
// that posts to them reads no rules.
//
// Refusals: ErrInvalidField, ErrAmountScale, ErrLedgerNotFound, ErrUnknownAsset, ErrOwnedAccount,
// ErrVersionMismatch.
type SetAccount struct {
	Ledger  string `json:"ledger"`
	Address string `json:"address"`
	// MinBalance, if not nil, replaces the whole list; a negative minimum is a credit line.
	MinBalance *[]Money           `json:"min_balance,omitempty"`
	Metadata   *map[string]string `json:"metadata,omitempty"`
	Frozen     *bool              `json:"frozen,omitempty"`
	// IfVersion, if not nil, is the version that the account's rules must have; 0 for an account
	// without rules.
	IfVersion *int64 `json:"if_version,omitempty"`
}

// Validate reports what is wrong with the form of c. The address stands in the path of the route:
// an error in it has the pointer "/address".
func (c SetAccount) Validate() []FieldError {
	var f Form
	f.Check("/address", CheckAddress(c.Address))
	if c.Metadata != nil {
		f.Metadata(*c.Metadata)
	}
	if c.MinBalance == nil {
		return f.errors
	}
	if len(*c.MinBalance) > MaxFloors {
		f.Addf("/min_balance", "want at most %d", MaxFloors)
		return f.errors
	}
	seen := make(map[string]bool, len(*c.MinBalance))
	for i, m := range *c.MinBalance {
		_, err := ParseSigned(m.Amount)
		f.Check(fmt.Sprintf("/min_balance/%d/amount", i), err)
		f.Check(fmt.Sprintf("/min_balance/%d/asset", i), CheckAssetCode(m.Asset))
		if seen[m.Asset] {
			f.Addf(fmt.Sprintf("/min_balance/%d/asset", i), "the asset stands in the list already")
		}
		seen[m.Asset] = true
	}
	return f.errors
}

func decideSetAccount(s *journal.Scope, c SetAccount) error {
	if err := Malformed(c.Validate()); err != nil {
		return err
	}
	if _, ok := findBook(s, c.Ledger); !ok {
		return ErrLedgerNotFound
	}
	if Owned(c.Ledger, c.Address) && (c.MinBalance != nil || c.Frozen != nil) {
		return ErrOwnedAccount
	}
	now, _ := rules().Get(s, accountID(c.Ledger, c.Address))
	if c.IfVersion != nil && *c.IfVersion != now.Version {
		return ErrVersionMismatch.With(VersionNow{now.Version})
	}
	now.Address = c.Address
	now.Version++
	if c.Frozen != nil {
		now.Frozen = *c.Frozen
	}
	if c.Metadata != nil {
		now.Metadata = *c.Metadata
	}
	if c.MinBalance != nil {
		least, err := floorsAtScale(s, *c.MinBalance)
		if err != nil {
			return err
		}
		now.MinBalance = least
	}
	s.Emit(journal.Event{
		Ledger: c.Ledger, Stream: stream(c.Ledger), Type: TypeAccountSet, Schema: 1, Body: now,
	})
	return nil
}

// VersionNow says which version an object has, as members of a problem.
type VersionNow struct {
	Version int64 `json:"version"`
}

// floorsAtScale writes minimum balances with the decimals of their assets.
func floorsAtScale(s *journal.Scope, list []Money) ([]Money, error) {
	out := make([]Money, len(list))
	var problem error
	for i, m := range list {
		// All assets are asked for before the first problem is told: what is not at hand is then
		// loaded in one go.
		scale, ok := AssetScale(s, m.Asset)
		if problem != nil {
			continue
		}
		if !ok {
			problem = ErrUnknownAsset.At(fmt.Sprintf("/min_balance/%d/asset", i)).Because("%s is not registered", m.Asset)
			continue
		}
		least, err := ParseSigned(m.Amount)
		if err != nil {
			return nil, err
		}
		if least, ok = atScale(least, scale); !ok {
			problem = tooManyDecimals(m.Asset, scale).At(fmt.Sprintf("/min_balance/%d/amount", i))
			continue
		}
		out[i] = Money{Amount: format(least), Asset: m.Asset}
	}
	return out, problem
}

func tooManyDecimals(asset string, scale int32) *journal.Refusal {
	return ErrAmountScale.Because("%s has %d decimals", asset, scale)
}
