package risk_test

import (
	"testing"

	"github.com/florinledger/florin/wallet/risk"
)

// Whatever somebody writes for a condition is judged or refused with its place, and never stops the writer.
func FuzzConditions(f *testing.F) {
	for _, when := range []string{
		`user.payments_hour >= 5`, `payment.amount + decimal("10.50") > 3 * 2`, `card.country in ["KP"] ? true : !false`,
		`user.id.startsWith("a")`, `decimal()`, `a.b.c.d`, `[{"a": 1}.a]`, `((((`, "user.id == '\u0000'", `9223372036854775807 + 1 > 0`,
	} {
		f.Add(when)
	}
	f.Fuzz(func(t *testing.T, when string) {
		if len(when) > risk.MaxWhen {
			return
		}
		program, broken := risk.Compile([]risk.Rule{{Name: "a", When: when, Decision: risk.Refuse}})
		for _, b := range broken {
			if b.Line < 1 || b.Column < 1 || b.Detail == "" {
				t.Errorf("%q is broken at %d:%d: %q", when, b.Line, b.Column, b.Detail)
			}
		}
		if broken != nil {
			return
		}
		for _, facts := range []risk.Facts{known(), withCard()} {
			first := program.Judge(&facts)
			if again := program.Judge(&facts); first.Decision != again.Decision {
				t.Errorf("%q decides %s and then %s", when, first.Decision, again.Decision)
			}
		}
	})
}
