package membership

import (
	"errors"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// form is the wallet's, with what plans are made of. Pointers are into the body of a command's route.
type form struct{ wallet.Form }

// errCode says that a text is no code of a plan.
var errCode = errors.New("want an upper-case letter followed by up to 27 of A-Z, 0-9, _, . and -")

// checkCode reports nil when code is one from which a code of an asset can be made.
func checkCode(code string) error {
	if len(code) > MaxCode || ledger.CheckAssetCode(code) != nil {
		return errCode
	}
	return nil
}

func (f *form) offer(o Offer) {
	if o.Name == "" {
		f.Addf("/name", "want a name")
	}
	f.Text("/name", o.Name, MaxName)
	_, err := ledger.ParseAmount(o.Price.Amount)
	f.Check("/price/amount", err)
	f.Check("/price/asset", ledger.CheckAssetCode(o.Price.Asset))
	f.Text("/provider_price", o.ProviderPrice, MaxProviderPrice)
}

// Validate reports what is wrong with the form of c.
func (c CreatePlan) Validate() []ledger.FieldError {
	var f form
	f.Check("/code", checkCode(c.Code))
	f.offer(c.Offer)
	if c.Period.months() == 0 {
		f.Addf("/period", "want P1M or P1Y")
	}
	return f.Errors()
}

// Validate reports what is wrong with the form of c. A plan's code that is none is no error of form: it stands in the
// path, and there is no such plan.
func (c ChangePlan) Validate() []ledger.FieldError {
	var f form
	f.offer(c.apply(Offer{Name: "As it is", Price: ledger.Money{Amount: "1", Asset: "USD"}}))
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c Buy) Validate() []ledger.FieldError {
	var f form
	f.Check("/plan", checkCode(c.Plan))
	f.WalletID("/wallet_id", c.WalletID)
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c Cancel) Validate() []ledger.FieldError {
	var f form
	if c.At != AtOnce && c.At != AtPeriodEnd {
		f.Addf("/at", "want period_end or now")
	}
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c Change) Validate() []ledger.FieldError {
	var f form
	f.Check("/plan", checkCode(c.Plan))
	return f.Errors()
}
