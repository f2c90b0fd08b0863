package withdrawal

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/florinledger/florin/ledger"
)

// Type says what kind of place money goes to.
type Type string

// The kinds of places.
const (
	// IBAN is an account at a bank in a country that has IBANs.
	IBAN Type = "iban"
	// USBank is an account at a bank in the United States.
	USBank Type = "us_bank"
	// Provider is somebody's account at a provider, such as a connected account.
	Provider Type = "provider"
)

// Destination is where money goes. It names a person, so that it is sealed wherever it is kept; see [Sealer].
type Destination struct {
	Type Type `json:"type"`
	// Name is the account holder's, of a bank account.
	Name string `json:"name,omitempty"`
	IBAN string `json:"iban,omitempty"`
	BIC  string `json:"bic,omitempty"`

	RoutingNumber string `json:"routing_number,omitempty"`
	AccountNumber string `json:"account_number,omitempty"`
	// AccountType is checking or savings, of a bank account in the United States; empty if nobody says.
	AccountType string `json:"account_type,omitempty"`

	Provider string `json:"provider,omitempty"`
	Account  string `json:"account,omitempty"`
}

// String keeps destinations out of logs.
func (Destination) String() string { return "[redacted]" }

// GoString keeps destinations out of logs.
func (Destination) GoString() string { return "[redacted]" }

// Tidy returns a destination as banks write it: an IBAN and a BIC without spaces and in capitals, numbers
// without spaces.
func (d Destination) Tidy() Destination {
	d.Name = strings.TrimSpace(d.Name)
	d.IBAN, d.BIC = strings.ToUpper(unspaced(d.IBAN)), strings.ToUpper(unspaced(d.BIC))
	d.RoutingNumber, d.AccountNumber = unspaced(d.RoutingNumber), unspaced(d.AccountNumber)
	return d
}

func unspaced(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// Hint is by what its owner knows a destination again.
type Hint struct {
	// Country is that of an IBAN (ISO 3166, two letters).
	Country string
	// AccountType and Provider are the destination's.
	AccountType string
	Provider    string
	// LastFour is how the number of the account ends; less of one that is shorter than eight characters.
	LastFour string
}

// Hint returns a destination's hint. It is about a person too, and is not to be kept in the clear.
func (d Destination) Hint() Hint {
	switch d.Type {
	case IBAN:
		return Hint{Country: d.IBAN[:min(2, len(d.IBAN))], LastFour: lastFour(d.IBAN)}
	case USBank:
		return Hint{AccountType: d.AccountType, LastFour: lastFour(d.AccountNumber)}
	case Provider:
		return Hint{Provider: d.Provider, LastFour: lastFour(d.Account)}
	}
	return Hint{}
}

func lastFour(number string) string {
	characters := []rune(number)
	return string(characters[len(characters)-min(4, len(characters)/2):])
}

// Validate reports what is wrong with the form of d, which is tidy; pointers begin with "/destination".
func (d Destination) Validate() []ledger.FieldError {
	f := destinationForm{d: d}
	switch d.Type {
	case IBAN:
		f.holder()
		f.say("iban", checkIBAN(d.IBAN))
		if d.BIC != "" {
			f.say("bic", checkBIC(d.BIC))
		}
		f.only("name", "iban", "bic")
	case USBank:
		f.holder()
		f.say("routing_number", checkRoutingNumber(d.RoutingNumber))
		f.say("account_number", checkAccountNumber(d.AccountNumber))
		if t := d.AccountType; t != "" && t != "checking" && t != "savings" {
			f.say("account_type", "want checking or savings")
		}
		f.only("name", "routing_number", "account_number", "account_type")
	case Provider:
		if d.Provider == "" || strings.IndexFunc(d.Provider, func(r rune) bool { return !isName(r) }) >= 0 {
			f.say("provider", "want the provider's name: small letters, digits, - and _")
		}
		f.Text("/destination/provider", d.Provider, MaxProvider)
		if strings.TrimSpace(d.Account) == "" {
			f.say("account", "want the account's id at the provider")
		}
		f.Text("/destination/account", d.Account, MaxAccount)
		f.only("provider", "account")
	default:
		f.say("type", "want iban, us_bank or provider")
	}
	return f.Errors()
}

func isName(r rune) bool { return isDigit(r) || r >= 'a' && r <= 'z' || r == '-' || r == '_' }

// destinationForm collects what is wrong with a destination.
type destinationForm struct {
	ledger.Form
	d Destination
}

// say notes what is wrong with a field, if anything is.
func (f *destinationForm) say(field, wrong string) {
	if wrong != "" {
		f.Addf("/destination/"+field, "%s", wrong)
	}
}

func (f *destinationForm) holder() {
	if f.d.Name == "" {
		f.say("name", "want the name of the account's holder")
	}
	f.Text("/destination/name", f.d.Name, MaxName)
}

// only refuses what belongs to another kind of place: who sends it means something else.
func (f *destinationForm) only(fields ...string) {
	d := f.d
	for _, field := range [...]struct{ name, text string }{
		{"name", d.Name}, {"iban", d.IBAN}, {"bic", d.BIC}, {"routing_number", d.RoutingNumber}, {"account_number", d.AccountNumber},
		{"account_type", d.AccountType}, {"provider", d.Provider}, {"account", d.Account},
	} {
		known := false
		for _, name := range fields {
			known = known || name == field.name
		}
		if field.text != "" && !known {
			f.say(field.name, fmt.Sprintf("a destination of the type %s has no such field", d.Type))
		}
	}
}

// checkBIC says what is wrong with a business identifier code (ISO 9362); "" for nothing.
func checkBIC(bic string) string {
	fits := len(bic) == 8 || len(bic) == 11
	for i, r := range bic {
		fits = fits && (isCapital(r) || isDigit(r) && (i < 4 || i > 5))
	}
	if !fits {
		return "want a BIC of 8 or 11 characters, such as COBADEFFXXX"
	}
	return ""
}

// checkRoutingNumber says what is wrong with a routing number of the American Bankers Association; "" for
// nothing. Its digits, weighed by 3, 7 and 1 in turn, sum up to a multiple of ten.
func checkRoutingNumber(number string) string {
	sum := 0
	for i, r := range number {
		if !isDigit(r) {
			return "want nine digits"
		}
		sum += [...]int{3, 7, 1}[i%3] * int(r-'0')
	}
	switch {
	case len(number) != 9:
		return "want nine digits"
	case sum == 0 || sum%10 != 0:
		return "its check digit does not fit: it is mistyped"
	}
	return ""
}

func checkAccountNumber(number string) string {
	if len(number) < MinAccountNumber || len(number) > MaxAccountNumber || strings.IndexFunc(number, func(r rune) bool { return !isDigit(r) }) >= 0 {
		return fmt.Sprintf("want %d to %d digits", MinAccountNumber, MaxAccountNumber)
	}
	return ""
}
