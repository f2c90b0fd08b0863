package wallet

import (
	"fmt"
	"strings"
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// Form is the ledger's, with the things that wallets name. Pointers are into the body of a command's
// route.
type Form struct{ ledger.Form }

// WalletID checks that a text looks like a wallet's id. Whether there is one is for the look-up.
func (f *Form) WalletID(pointer, id string) {
	if _, err := journal.ParseID(walletPrefix, id); err != nil {
		f.Addf(pointer, "want a wallet's id, wal_ and 26 characters")
	}
}

// Amount checks the form of an amount at /amount.
func (f *Form) Amount(m ledger.Money) {
	_, err := ledger.ParseAmount(m.Amount)
	f.Check("/amount/amount", err)
	f.Check("/amount/asset", ledger.CheckAssetCode(m.Asset))
}

func (f *Form) payee(p Payee) {
	if p.ToWallet != "" {
		f.WalletID("/to_wallet", p.ToWallet)
	}
	if p.ToAccount != "" {
		f.Check("/to_account", ledger.CheckAddress(p.ToAccount))
	}
	if p.ToWallet != "" && p.ToAccount != "" {
		f.Addf("/to_account", "want to_wallet or to_account, not both")
	}
}

// Validate reports what is wrong with the form of c.
func (c OpenWallet) Validate() []ledger.FieldError {
	var f Form
	if c.Owner == "" {
		f.Addf("/owner_id", "want the id of an owner")
	}
	f.Text("/owner_id", c.Owner, MaxOwner)
	f.Text("/name", c.Name, MaxName)
	f.Metadata(c.Metadata)
	f.timeZone(c.TimeZone)
	return f.Errors()
}

func (f *Form) timeZone(name string) {
	if _, err := Zone(name); err != nil {
		f.Addf("/time_zone", "want a name of the IANA time zone database, such as Europe/Berlin")
	}
}

// Validate reports what is wrong with the form of c.
func (c ChangeWallet) Validate() []ledger.FieldError {
	var f Form
	if c.Name != nil {
		f.Text("/name", *c.Name, MaxName)
	}
	if c.Metadata != nil {
		f.Metadata(*c.Metadata)
	}
	if c.TimeZone != nil {
		f.timeZone(*c.TimeZone)
	}
	return f.Errors()
}

// Reason checks a reason at /reason.
func (f *Form) Reason(reason string) {
	if strings.TrimSpace(reason) == "" {
		f.Addf("/reason", "want a reason")
	}
	f.Text("/reason", reason, ledger.MaxDescription)
}

// Validate reports what is wrong with the form of c.
func (c FreezeWallet) Validate() []ledger.FieldError {
	var f Form
	f.Reason(c.Reason)
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c UnfreezeWallet) Validate() []ledger.FieldError { return FreezeWallet(c).Validate() }

// Validate reports what is wrong with the form of c.
func (c CloseWallet) Validate() []ledger.FieldError {
	var f Form
	f.Reason(c.Reason)
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c SetCreditLimit) Validate() []ledger.FieldError {
	var f Form
	limit, err := ledger.ParseSigned(c.Limit.Amount)
	f.Check("/amount", err)
	if limit.IsNegative() {
		f.Addf("/amount", "want zero or more")
	}
	f.Check("/asset", ledger.CheckAssetCode(c.Limit.Asset))
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c SetSpendingLimit) Validate() []ledger.FieldError {
	var f Form
	check := func(pointer string, text *string) {
		if text == nil {
			return
		}
		limit, err := ledger.ParseSigned(*text)
		f.Check(pointer, err)
		if limit.IsNegative() {
			f.Addf(pointer, "want zero or more")
		}
	}
	check("/per_transaction", c.PerTransaction)
	check("/per_day", c.PerDay)
	f.Check("/asset", ledger.CheckAssetCode(c.Asset))
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c NewTransfer) Validate() []ledger.FieldError {
	var f Form
	f.WalletID("/from_wallet", c.FromWallet)
	f.WalletID("/to_wallet", c.ToWallet)
	if c.ToWallet == c.FromWallet {
		f.Addf("/to_wallet", "want another wallet than the one that pays")
	}
	f.Amount(c.Amount)
	f.Text("/description", c.Description, ledger.MaxDescription)
	f.Text("/reference", c.Reference, ledger.MaxReference)
	f.Metadata(c.Metadata)
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c CreditWallet) Validate() []ledger.FieldError {
	var f Form
	f.Amount(c.Amount)
	f.Check("/account", ledger.CheckAddress(c.Account))
	f.Text("/description", c.Description, ledger.MaxDescription)
	f.Text("/reference", c.Reference, ledger.MaxReference)
	f.Metadata(c.Metadata)
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c DebitWallet) Validate() []ledger.FieldError { return CreditWallet(c).Validate() }

// Validate reports what is wrong with the form of c. Whether the shares come to the amount is for the
// decider.
func (c Split) Validate() []ledger.FieldError {
	var f Form
	f.WalletID("/from_wallet", c.FromWallet)
	f.Amount(c.Amount)
	if len(c.To) < 1 || len(c.To) > MaxShares {
		f.Addf("/to", "want 1 to %d shares", MaxShares)
	} else {
		f.shares(c)
	}
	f.Text("/description", c.Description, ledger.MaxDescription)
	f.Text("/reference", c.Reference, ledger.MaxReference)
	f.Metadata(c.Metadata)
	return f.Errors()
}

func (f *Form) shares(c Split) {
	seen, rest := map[string]bool{c.FromWallet: true}, false
	for i, share := range c.To {
		at := func(field string) string { return fmt.Sprintf("/to/%d%s", i, field) }
		f.WalletID(at("/wallet"), share.Wallet)
		if seen[share.Wallet] {
			f.Addf(at("/wallet"), "want another wallet than the one that pays, and each but once")
		}
		seen[share.Wallet] = true
		switch {
		case share.Amount != nil && share.Percent == "" && !share.Rest:
			_, err := ledger.ParseAmount(share.Amount.Amount)
			f.Check(at("/amount/amount"), err)
			if share.Amount.Asset != c.Amount.Asset {
				f.Addf(at("/amount/asset"), "want the asset of the whole amount")
			}
		case share.Amount == nil && share.Percent != "" && !share.Rest:
			f.Check(at("/percent"), checkPercent(share.Percent))
		case share.Amount == nil && share.Percent == "" && share.Rest:
			if rest {
				f.Addf(at("/rest"), "another share has the rest already")
			}
			rest = true
		default:
			f.Addf(at(""), "want exactly one of amount, percent and rest")
		}
	}
}

// Validate reports what is wrong with the form of c.
func (c IncreaseHold) Validate() []ledger.FieldError {
	var f Form
	f.Amount(c.Amount)
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c PlaceHold) Validate() []ledger.FieldError {
	var f Form
	f.WalletID("/wallet_id", c.WalletID)
	f.Amount(c.Amount)
	f.payee(c.Payee)
	if c.ToWallet != "" && c.ToWallet == c.WalletID {
		f.Addf("/to_wallet", "want another wallet than the one that pays")
	}
	switch seconds := int64(MaxExpiry / time.Second); {
	case c.ExpiresIn == nil:
	case c.ExpiresAt != nil:
		f.Addf("/expires_in", "want expires_in or expires_at, not both")
	case *c.ExpiresIn < 1 || *c.ExpiresIn > seconds:
		f.Addf("/expires_in", "want 1 to %d seconds", seconds)
	}
	f.Text("/description", c.Description, ledger.MaxDescription)
	f.Metadata(c.Metadata)
	return f.Errors()
}

// Validate reports what is wrong with the form of c. A hold's id that is none is no error of form:
// it stands in the path, and there is no such hold.
func (c CaptureHold) Validate() []ledger.FieldError {
	var f Form
	if c.Amount != nil {
		f.Amount(*c.Amount)
	}
	f.payee(c.Payee)
	return f.Errors()
}
