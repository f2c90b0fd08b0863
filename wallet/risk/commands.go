package risk

import (
	"strings"

	"github.com/florinledger/florin/ledger"
)

// CommandSetRules is the type of the command whose data is a [SetRules].
const CommandSetRules = "set-risk-rules"

// SetRules replaces the rules that are live. For finance.
//
// Refusals: the ledger's ErrInvalidField, ErrVersionMismatch.
type SetRules struct {
	// Rules may be none: then every payment is let through.
	Rules []Rule `json:"rules"`
	// Note says what the change is for.
	Note  string `json:"note"`
	SetBy string `json:"set_by"`
	// IfVersion, if not nil, is the version that must be live; 0 while there are no rules.
	IfVersion *int64 `json:"if_version,omitempty"`
}

// Validate reports what is wrong with the form of c, conditions included, each with its position.
func (c SetRules) Validate() []ledger.FieldError {
	errs, _ := c.Ready()
	return errs
}

// Ready returns the rules of c ready to judge, or what is wrong with c.
func (c SetRules) Ready() ([]ledger.FieldError, *Program) {
	var f ledger.Form
	if strings.TrimSpace(c.Note) == "" {
		f.Addf("/note", "want what the change is for")
	}
	f.Text("/note", c.Note, ledger.MaxDescription)
	program := validate(&f, c.Rules)
	return f.Errors(), program
}
