package risk

import (
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Facts are what is known of a payment when it is judged. Amounts are in the payment's asset, at its scale.
type Facts struct {
	Payment PaymentFacts `json:"payment"`
	// User is whose wallet it is for, and Wallet that wallet, each before this payment.
	User   PartyFacts `json:"user"`
	Wallet PartyFacts `json:"wallet"`
	// Card is what it is paid with; nil before the charge shows one.
	Card *CardFacts `json:"card,omitempty"`
}

// PaymentFacts are those of the payment itself.
type PaymentFacts struct {
	Amount   string `json:"amount"`
	Asset    string `json:"asset"`
	Method   string `json:"method"`
	Provider string `json:"provider"`
	// AskedBy is who asked for it: the user, or a service.
	AskedBy string `json:"asked_by"`
}

// PartyFacts are those of a user or a wallet.
type PartyFacts struct {
	ID string `json:"id"`
	// AgeHours is how long there is one, in whole hours.
	AgeHours int64 `json:"age_hours"`
	History
}

// CardFacts are those of a card.
type CardFacts struct {
	Card
	// Users is how many users paid with it so far, this one included, up to MaxUsers.
	Users int64 `json:"users"`
	History
}

// Card is a card as a provider tells it apart.
type Card struct {
	// ID is a digest of the provider's fingerprint of the card, which is none of its numbers.
	ID string `json:"id"`
	// Country issued it, as two letters; Brand and Funding are in the provider's words. Empty for unknown.
	Country string `json:"country,omitempty"`
	Brand   string `json:"brand,omitempty"`
	Funding string `json:"funding,omitempty"`
}

// History is what was counted of somebody's payments, or a card's.
type History struct {
	// PaymentsHour and PaymentsDay are how many payments were asked for, and AmountHour and AmountDay how much, in the
	// asset of the payment that is judged.
	PaymentsHour int64  `json:"payments_hour"`
	PaymentsDay  int64  `json:"payments_day"`
	AmountHour   string `json:"amount_hour"`
	AmountDay    string `json:"amount_day"`
	// RefusedDay are those that rules or finance refused; FailedDay are tries to pay that failed.
	RefusedDay int64 `json:"refused_day"`
	FailedDay  int64 `json:"failed_day"`
	// Paid and Disputed are how many ever brought money in, and were ever disputed.
	Paid     int64 `json:"paid"`
	Disputed int64 `json:"disputed"`
}

// fact is one that rules may name.
type fact struct {
	name string
	kind *cel.Type
	read func(*Facts) ref.Val
}

func textFact(name string, read func(*Facts) string) fact {
	return fact{name, cel.StringType, func(f *Facts) ref.Val { return types.String(read(f)) }}
}

func countFact(name string, read func(*Facts) int64) fact {
	return fact{name, cel.IntType, func(f *Facts) ref.Val { return types.Int(read(f)) }}
}

func amountFact(name string, read func(*Facts) string) fact {
	return fact{name, amountType, func(f *Facts) ref.Val { return amountOf(read(f)) }}
}

// facts are all of them.
func facts() []fact {
	out := []fact{
		amountFact("payment.amount", func(f *Facts) string { return f.Payment.Amount }),
		textFact("payment.asset", func(f *Facts) string { return f.Payment.Asset }),
		textFact("payment.method", func(f *Facts) string { return f.Payment.Method }),
		textFact("payment.provider", func(f *Facts) string { return f.Payment.Provider }),
		textFact("payment.asked_by", func(f *Facts) string { return f.Payment.AskedBy }),

		textFact("user.id", func(f *Facts) string { return f.User.ID }),
		countFact("user.age_hours", func(f *Facts) int64 { return f.User.AgeHours }),
		textFact("wallet.id", func(f *Facts) string { return f.Wallet.ID }),
		countFact("wallet.age_hours", func(f *Facts) int64 { return f.Wallet.AgeHours }),

		textFact("card.id", func(f *Facts) string { return f.Card.ID }),
		textFact("card.country", func(f *Facts) string { return f.Card.Country }),
		textFact("card.brand", func(f *Facts) string { return f.Card.Brand }),
		textFact("card.funding", func(f *Facts) string { return f.Card.Funding }),
		countFact("card.users", func(f *Facts) int64 { return f.Card.Users }),
	}
	for who, read := range map[string]func(*Facts) *History{
		"user":   func(f *Facts) *History { return &f.User.History },
		"wallet": func(f *Facts) *History { return &f.Wallet.History },
		"card":   func(f *Facts) *History { return &f.Card.History },
	} {
		out = append(out,
			countFact(who+".payments_hour", func(f *Facts) int64 { return read(f).PaymentsHour }),
			countFact(who+".payments_day", func(f *Facts) int64 { return read(f).PaymentsDay }),
			amountFact(who+".amount_hour", func(f *Facts) string { return read(f).AmountHour }),
			amountFact(who+".amount_day", func(f *Facts) string { return read(f).AmountDay }),
			countFact(who+".refused_day", func(f *Facts) int64 { return read(f).RefusedDay }),
			countFact(who+".failed_day", func(f *Facts) int64 { return read(f).FailedDay }),
			countFact(who+".paid", func(f *Facts) int64 { return read(f).Paid }),
			countFact(who+".disputed", func(f *Facts) int64 { return read(f).Disputed }),
		)
	}
	return out
}

// FactNames are the names that rules may use, sorted.
func FactNames() []string {
	var names []string
	for _, f := range facts() {
		names = append(names, f.name)
	}
	slices.Sort(names)
	return names
}

// view is facts as conditions read them.
type view struct {
	facts  *Facts
	byName map[string]fact
}

// ResolveName implements cel.Activation.
func (v view) ResolveName(name string) (any, bool) {
	f, ok := v.byName[name]
	if !ok {
		return nil, false
	}
	return f.read(v.facts), true
}

// Parent implements cel.Activation.
func (v view) Parent() cel.Activation { return nil }
