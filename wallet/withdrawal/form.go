package withdrawal

import (
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// Check reports what is wrong with the form of c and of where the money is to go, which is tidy and not sealed
// yet.
func (c Request) Check(d Destination) []ledger.FieldError {
	return append(c.form(), d.Validate()...)
}

// Validate reports what is wrong with the form of c. Where the money goes comes sealed: the edge has looked at it
// with [Request.Check], and what is looked at here is what the edge made.
func (c Request) Validate() []ledger.FieldError {
	var f wallet.Form
	switch c.DestinationType {
	case IBAN, USBank, Provider:
	default:
		f.Addf("/destination/type", "want iban, us_bank or provider")
	}
	if len(c.Destination) == 0 || len(c.Destination) > maxSealed {
		f.Addf("/destination", "want a sealed destination")
	}
	return append(c.form(), f.Errors()...)
}

// form looks at everything but the destination.
func (c Request) form() []ledger.FieldError {
	var f wallet.Form
	f.WalletID("/wallet_id", c.WalletID)
	f.Amount(c.Amount)
	f.Text("/description", c.Description, ledger.MaxDescription)
	f.Text("/reference", c.Reference, ledger.MaxReference)
	f.Metadata(c.Metadata)
	return f.Errors()
}

// Validate reports what is wrong with the form of c. A withdrawal's id that is none is no error of form: it stands
// in the path, and there is no such withdrawal.
func (c Cancel) Validate() []ledger.FieldError {
	var f wallet.Form
	f.Text("/reason", c.Reason, ledger.MaxDescription)
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c Send) Validate() []ledger.FieldError {
	var f wallet.Form
	f.Text("/bank_reference", c.BankReference, MaxBankReference)
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c Settle) Validate() []ledger.FieldError {
	var f wallet.Form
	f.Text("/bank_reference", c.BankReference, MaxBankReference)
	return f.Errors()
}

// Validate reports what is wrong with the form of c.
func (c Fail) Validate() []ledger.FieldError {
	var f wallet.Form
	f.Reason(c.Reason)
	return f.Errors()
}
