package risk_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet/risk"
)

// known are facts of a payment of ten and a half dollars.
func known() risk.Facts {
	return risk.Facts{
		Payment: risk.PaymentFacts{Amount: "10.50", Asset: "USD", Method: "checkout", Provider: "stripe", AskedBy: "usr_ann"},
		User:    risk.PartyFacts{ID: "usr_ann", AgeHours: 30, History: risk.History{PaymentsHour: 5, PaymentsDay: 7, AmountHour: "50.00", AmountDay: "89.50", Paid: 3}},
		Wallet:  risk.PartyFacts{ID: "wal_1", AgeHours: 2},
	}
}

func withCard() risk.Facts {
	f := known()
	f.Card = &risk.CardFacts{Card: risk.Card{ID: "c1", Country: "US", Brand: "visa", Funding: "prepaid"}, Users: 2}
	return f
}

func TestConditions(t *testing.T) {
	t.Parallel()
	for when, want := range map[string]bool{
		`user.payments_hour >= 5`:                                        true,
		`user.payments_hour > 5`:                                         false,
		`payment.amount == decimal("10.5")`:                              true,
		`payment.amount != decimal("10.50")`:                             false,
		`payment.amount >= decimal("10.50") && payment.asset == "USD"`:   true,
		`payment.amount > decimal("10.50")`:                              false,
		`payment.amount < 11 && 10 < payment.amount`:                     true,
		`user.amount_day + payment.amount == decimal("100.00")`:          true,
		`payment.amount * 2 - decimal("0.01") == decimal("20.99")`:       true,
		`user.amount_day > decimal("123456789012345678901234567890.12")`: false,
		`wallet.amount_day > decimal("-1")`:                              true, // nothing was counted
		`user.id in ["usr_eve", "usr_ann"]`:                              true,
		`!(user.id.startsWith("usr_")) || user.id.endsWith("eve")`:       false,
		`user.id.contains("r_a")`:                                        true,
		`user.age_hours < 48 ? wallet.age_hours < 3 : false`:             true,
		`user.payments_day - user.payments_hour == 2`:                    true,
		`true`:   true,
		"true\n": true,
	} {
		program, broken := risk.Compile([]risk.Rule{{Name: "it", When: when, Decision: risk.Refuse}})
		require.Empty(t, broken, when)
		f := known()
		assert.Equal(t, want, program.Judge(&f).Decision == risk.Refuse, when)
	}
	program, broken := risk.Compile([]risk.Rule{{Name: "it", When: `card.country == "US" && card.users == 2 && card.funding != "credit" && card.amount_hour == decimal("0")`, Decision: risk.Refuse}})
	require.Empty(t, broken)
	f, g := known(), withCard()
	assert.Equal(t, []risk.Decision{risk.Allow, risk.Refuse}, []risk.Decision{program.Judge(&f).Decision, program.Judge(&g).Decision})
}

// A broken condition does not load, and says where it is broken.
func TestBroken(t *testing.T) {
	t.Parallel()
	for when, want := range map[string]string{
		``:                      "line 1, column 1: want a condition",
		`user.payments_hour >=`: "line 1, column 22: Syntax error",
		"payment.asset == \"USD\" &&\n  user.ages > 3": `line 2, column 3: there is no fact user.ages; known are user.age_hours, `,
		`amount > 3`:                            `line 1, column 1: there is no fact amount; facts are those of payment, user, wallet and card`,
		`user > 3`:                              `line 1, column 1: there is no fact user; known are `,
		`payment.amount > 10.5`:                 `line 1, column 18: 10.5 is a float: write decimal("10.5")`,
		`payment.amount > decimal("10,50")`:     "line 1, column 26: want digits with an optional fraction",
		`payment.amount > decimal(user.id)`:     `line 1, column 26: want one text in quotes, such as decimal("10.50")`,
		`payment.amount`:                        "line 1, column 1: want a condition, which is true or false, and not a decimal",
		`payment.amount == "10.50"`:             "line 1, column 16: found no matching overload for '_==_'",
		`user.id > 3`:                           "line 1, column 9: found no matching overload for '_>_'",
		`now() > 3`:                             "line 1, column 4: undeclared reference to 'now'",
		`timestamp("2026-01-01T00:00:00Z") > 3`: "line 1, column 10: undeclared reference to 'timestamp'",
		`user.id.matches("(a+)+b")`:             "line 1, column 16: undeclared reference to 'matches'",
		`[1, 2].exists(x, x > 1)`:               "line 1, column ",
		`user.payments_hour / 2 > 1`:            "line 1, column 20: undeclared reference to '_/_'",
		`user.id in [` + strings.Repeat(`"u",`, 480) + `"u"] || user.id.contains("a")`: "it costs ",
	} {
		c := risk.SetRules{Note: "test", Rules: []risk.Rule{{Name: "fine", When: "true", Decision: risk.Allow}, {Name: "broken", When: when, Decision: risk.Refuse}}}
		errs := c.Validate()
		require.NotEmpty(t, errs, when)
		assert.Equal(t, "/rules/1/when", errs[0].Pointer, when)
		assert.Contains(t, errs[0].Detail, want, when)
	}
}

func TestRulesForm(t *testing.T) {
	t.Parallel()
	fine := risk.Rule{Name: "a", When: "true", Decision: risk.Allow}
	change := func(f func(*risk.Rule)) []risk.Rule {
		r := fine
		f(&r)
		return []risk.Rule{fine, r}
	}
	for pointer, c := range map[string]risk.SetRules{
		"/note":             {Rules: []risk.Rule{fine}, Note: " "},
		"/rules":            {Rules: make([]risk.Rule, risk.MaxRules+1), Note: "n"},
		"/rules/1/name":     {Rules: []risk.Rule{fine, fine}, Note: "n"},
		"/rules/1/decision": {Rules: change(func(r *risk.Rule) { r.Name, r.Decision = "b", "block" }), Note: "n"},
		"/rules/1/reason":   {Rules: change(func(r *risk.Rule) { r.Name, r.Reason = "b", strings.Repeat("x", risk.MaxReason+1) }), Note: "n"},
		"/rules/1/when":     {Rules: change(func(r *risk.Rule) { r.Name, r.When = "b", strings.Repeat(" ", risk.MaxWhen)+"1" }), Note: "n"},
	} {
		errs := c.Validate()
		require.Len(t, errs, 1, pointer)
		assert.Equal(t, pointer, errs[0].Pointer)
	}
	assert.Empty(t, risk.SetRules{Note: "none at all"}.Validate())
	assert.Equal(t, "/rules/1/name", risk.SetRules{Note: "n", Rules: change(func(r *risk.Rule) { r.Name = "" })}.Validate()[0].Pointer)
	assert.Implements(t, (*error)(nil), ledger.Malformed(risk.SetRules{}.Validate()))
}

// What weighs more than what.
func TestJudgment(t *testing.T) {
	t.Parallel()
	rule := func(name, when string, d risk.Decision) risk.Rule {
		return risk.Rule{Name: name, When: when, Decision: d, Reason: name + "!"}
	}
	refuse, review, allow := rule("no", "user.paid > 0", risk.Refuse), rule("look", "user.paid > 1", risk.Review), rule("friend", "user.paid > 2", risk.Allow)
	card := rule("card", `card.funding == "prepaid"`, risk.Review)
	broken := rule("overflow", "user.paid * 9223372036854775807 > 0", risk.Refuse)
	reason := func(r risk.Rule) risk.Reason { return risk.Reason{Rule: r.Name, Decision: r.Decision, Text: r.Reason} }
	for name, c := range map[string]struct {
		rules []risk.Rule
		facts risk.Facts
		want  risk.Judgment
	}{
		"nothing":                {nil, known(), risk.Judgment{Decision: risk.Allow}},
		"nothing fits":           {[]risk.Rule{rule("x", "user.paid > 9", risk.Refuse)}, known(), risk.Judgment{Decision: risk.Allow}},
		"refuse before review":   {[]risk.Rule{review, refuse}, known(), risk.Judgment{Decision: risk.Refuse, Reasons: []risk.Reason{reason(refuse), reason(review)}}},
		"review":                 {[]risk.Rule{review}, known(), risk.Judgment{Decision: risk.Review, Reasons: []risk.Reason{reason(review)}}},
		"an exception":           {[]risk.Rule{refuse, allow, review}, known(), risk.Judgment{Decision: risk.Allow, Reasons: []risk.Reason{reason(allow)}}},
		"the card waits":         {[]risk.Rule{card}, known(), risk.Judgment{Decision: risk.Allow}},
		"the card, and no other": {[]risk.Rule{refuse, card}, withCard(), risk.Judgment{Decision: risk.Review, Reasons: []risk.Reason{reason(card)}}},
		"an exception for cards": {[]risk.Rule{card, allow}, withCard(), risk.Judgment{Decision: risk.Allow, Reasons: []risk.Reason{reason(allow)}}},
		"not to be worked out": {[]risk.Rule{broken}, known(), risk.Judgment{Decision: risk.Review, Reasons: []risk.Reason{
			{Rule: "overflow", Decision: risk.Review, Text: "overflow! (the rule could not be worked out: integer overflow)"},
		}}},
		"without a reason": {[]risk.Rule{{Name: "n", When: "true", Decision: risk.Refuse}}, known(), risk.Judgment{Decision: risk.Refuse, Reasons: []risk.Reason{{Rule: "n", Decision: risk.Refuse, Text: "n"}}}},
	} {
		program, wrong := risk.Compile(c.rules)
		require.Empty(t, wrong, name)
		assert.Equal(t, c.want, program.Judge(&c.facts), name)
	}
}

func TestTry(t *testing.T) {
	t.Parallel()
	program, broken := risk.Compile([]risk.Rule{
		{Name: "large", When: `payment.amount >= 10`, Decision: risk.Review, Reason: "large"}, {Name: "prepaid", When: `card.funding == "prepaid"`, Decision: risk.Refuse, Reason: "prepaid"},
	})
	require.Empty(t, broken)
	assessed := func(f risk.Facts, amount string, d risk.Decision) *risk.Assessment {
		f.Payment.Amount = amount
		return &risk.Assessment{Judgment: risk.Judgment{Decision: d}, Facts: f}
	}
	got := program.Try([]risk.Past{
		{ID: "same", Asked: assessed(known(), "9.99", risk.Allow)},
		{ID: "now reviewed", Asked: assessed(known(), "10.00", risk.Allow)},
		{ID: "now allowed", Asked: assessed(known(), "1.00", risk.Refuse)},
		{ID: "still refused", Asked: assessed(known(), "1.00", risk.Allow), Charged: assessed(withCard(), "1.00", risk.Refuse)},
		{ID: "now refused", Asked: assessed(known(), "10.00", risk.Review), Charged: assessed(withCard(), "10.00", risk.Allow)},
		{ID: "old"},
	})
	assert.Equal(t, risk.Trial{
		Tried: 5, Unknown: 1,
		Was: map[risk.Decision]int{risk.Allow: 2, risk.Refuse: 2, risk.Review: 1},
		Now: map[risk.Decision]int{risk.Allow: 2, risk.Review: 1, risk.Refuse: 2},
		Changed: []risk.Changed{
			{ID: "now reviewed", Was: risk.Allow, Now: risk.Review, Reasons: []risk.Reason{{Rule: "large", Decision: risk.Review, Text: "large"}}},
			{ID: "now allowed", Was: risk.Refuse, Now: risk.Allow},
			{ID: "now refused", Was: risk.Review, Now: risk.Refuse, Reasons: []risk.Reason{{Rule: "prepaid", Decision: risk.Refuse, Text: "prepaid"}}},
		},
	}, got)
}
