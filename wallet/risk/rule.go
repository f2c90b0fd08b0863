package risk

import (
	"fmt"

	"github.com/florinledger/florin/ledger"
)

// Decision is what becomes of a payment.
type Decision string

// The decisions.
const (
	// Allow: it goes on.
	Allow Decision = "allow"
	// Review: it waits until finance has decided.
	Review Decision = "review"
	// Refuse: it is not taken; what was paid already is given back.
	Refuse Decision = "refuse"
)

// Rule is a condition and what is decided where it fits.
type Rule struct {
	// Name tells rules apart.
	Name string `json:"name"`
	// When is a condition in the Common Expression Language over [FactNames].
	When     string   `json:"when"`
	Decision Decision `json:"decision"`
	// Reason is why, for people; empty for the name.
	Reason string `json:"reason,omitempty"`
}

// Reason is a rule that fitted.
type Reason struct {
	Rule     string   `json:"rule"`
	Decision Decision `json:"decision"`
	Text     string   `json:"reason"`
}

// Judgment is what rules say of a payment.
type Judgment struct {
	Decision Decision `json:"decision"`
	// Rules is the version of the rules that were asked; 0 while there were none.
	Rules int64 `json:"rules,omitempty"`
	// Reasons are the rules that fitted and counted, in their order.
	Reasons []Reason `json:"reasons,omitempty"`
}

// Assessment is a judgment with what it was made of.
type Assessment struct {
	Judgment
	Facts Facts `json:"facts"`
}

// validate checks the form of a set of rules, conditions included.
func validate(f *ledger.Form, rules []Rule) *Program {
	if len(rules) > MaxRules {
		f.Addf("/rules", "want at most %d rules", MaxRules)
		return nil
	}
	seen := map[string]bool{}
	for i, r := range rules {
		at := func(field string) string { return fmt.Sprintf("/rules/%d/%s", i, field) }
		switch {
		case r.Name == "":
			f.Addf(at("name"), "want a name")
		case seen[r.Name]:
			f.Addf(at("name"), "another rule has this name")
		}
		seen[r.Name] = true
		f.Text(at("name"), r.Name, MaxName)
		f.Text(at("reason"), r.Reason, MaxReason)
		if r.Decision != Allow && r.Decision != Review && r.Decision != Refuse {
			f.Addf(at("decision"), "want allow, review or refuse")
		}
		if len(r.When) > MaxWhen {
			f.Addf(at("when"), "want at most %d bytes", MaxWhen)
			return nil
		}
	}
	program, broken := Compile(rules)
	for _, b := range broken {
		f.Addf(fmt.Sprintf("/rules/%d/when", b.Rule), "%s", b.Error())
	}
	return program
}
