package risk_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/ledger/journal/decidetest"
	"github.com/florinledger/florin/wallet/risk"
)

func TestFrozenEvents(t *testing.T) {
	t.Parallel()
	decidetest.Frozen(t, risk.Register, map[string]any{
		"risk-rules-set.v1": risk.RulesSet{
			Version: 2, Note: "After the attack of March", SetBy: "usr_boss",
			Rules: []risk.Rule{{Name: "velocity", When: "user.payments_hour == 5", Decision: risk.Refuse, Reason: "Too many payments in an hour."}},
		},
	})
}

func TestSetRules(t *testing.T) {
	t.Parallel()
	cores := []func(*journal.Registry){ledger.Register, risk.Register}
	b := decidetest.Open(t, true, cores...)
	zero, two := int64(0), int64(2)
	c := risk.SetRules{Rules: []risk.Rule{{Name: "a", When: "user.paid == 0", Decision: risk.Review}}, Note: "first", SetBy: "usr_boss", IfVersion: &zero}
	first := b.Do(risk.CommandSetRules, c)[0]
	shown, err := risk.Show(first)
	require.NoError(t, err)
	assert.Equal(t, risk.RuleSet{RulesSet: risk.RulesSet{Version: 1, Rules: c.Rules, Note: "first", SetBy: "usr_boss"}, SetAt: first.RecordedAt}, shown)
	require.ErrorIs(t, b.When(risk.CommandSetRules, c).Refusal, ledger.ErrVersionMismatch)
	c.IfVersion = nil
	assert.Equal(t, int64(2), b.Do(risk.CommandSetRules, c)[0].Body.(risk.RulesSet).Version)
	c.IfVersion, c.Rules = &two, nil
	assert.Equal(t, []risk.Rule{}, b.Do(risk.CommandSetRules, c)[0].Body.(risk.RulesSet).Rules)
	c.Rules = []risk.Rule{{Name: "a", When: "user.paid = 0", Decision: risk.Review}}
	refusal := b.When(risk.CommandSetRules, c).Refusal
	require.ErrorIs(t, refusal, ledger.ErrInvalidField)
	assert.Equal(t, "/rules/0/when", refusal.Pointer)
	assert.Contains(t, refusal.Detail, "line 1, column 11")
	assert.Equal(t, b.State(), b.Replay(cores...).State())
}
