package risk_test

import (
	"fmt"
	"testing"

	"github.com/florinledger/florin/wallet/risk"
)

// BenchmarkRiskJudge is what judging one payment by twenty rules costs the writer.
func BenchmarkRiskJudge(b *testing.B) {
	program := twenty(b)
	f, g := known(), withCard()
	for name, facts := range map[string]*risk.Facts{"asked": &f, "card": &g} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				program.Judge(facts)
			}
		})
	}
}

// BenchmarkRiskCompile is what making twenty rules ready costs, once for each time they are set.
func BenchmarkRiskCompile(b *testing.B) {
	for b.Loop() {
		twenty(b)
	}
}

// twenty are rules of the usual kinds, of which none fits.
func twenty(b *testing.B) *risk.Program {
	b.Helper()
	kinds := []string{
		`user.payments_hour >= 50`,
		`payment.asset == "USD" && payment.amount >= decimal("1000.00")`,
		`user.age_hours < 1 && user.amount_day + payment.amount > decimal("500.00")`,
		`card.country in ["KP", "IR", "SY", "CU"] || card.users > 3`,
		`user.failed_day > 3 && user.paid == 0`,
	}
	var rules []risk.Rule
	for i := range 20 {
		rules = append(rules, risk.Rule{Name: fmt.Sprint(i), When: kinds[i%len(kinds)], Decision: risk.Refuse, Reason: "r"})
	}
	program, broken := risk.Compile(rules)
	if broken != nil {
		b.Fatal(broken)
	}
	return program
}
