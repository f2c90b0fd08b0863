package postgres

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/wallet/payment"
)

// What is not answered is kept until it is, and comes when its time has come, in the order of that.
func TestPaymentCalls(t *testing.T) {
	t.Parallel()
	p := NewPaymentCalls(newPeople(t).pool)
	first, second := payment.Call{Position: 7, Provider: payment.Stripe, Attempts: 1}, payment.Call{Position: 9, Provider: payment.Simulated, Attempts: 1}
	require.NoError(t, p.SetAside(t.Context(), first, noon().Add(time.Minute), "no answer\x00 "+strings.Repeat("ä", maxFault)))
	require.NoError(t, p.SetAside(t.Context(), second, noon(), ""))
	due := func(at time.Time, limit int) []payment.Call {
		t.Helper()
		calls, err := p.Due(t.Context(), at, limit)
		require.NoError(t, err)
		return calls
	}
	require.Equal(t, []payment.Call{second}, due(noon(), 10))
	require.Equal(t, []payment.Call{second, first}, due(noon().Add(time.Hour), 10))
	require.Equal(t, []payment.Call{second}, due(noon().Add(time.Hour), 1))
	second.Attempts = 2
	require.NoError(t, p.SetAside(t.Context(), second, noon().Add(2*time.Minute), "again"))
	require.Equal(t, []payment.Call{first, second}, due(noon().Add(time.Hour), 10))
	for range 2 {
		require.NoError(t, p.Answered(t.Context(), 7))
	}
	require.Equal(t, []payment.Call{second}, due(noon().Add(time.Hour), 10))
}

// Who leaves so many calls in a row unanswered is down, until it answers one, or answers when it is asked whether it
// does: then one fault is enough.
func TestPaymentProvidersDown(t *testing.T) {
	t.Parallel()
	p := NewPaymentCalls(newPeople(t).pool)
	away := errors.New("no answer")
	heard := func(fault error) (was [2]bool) {
		t.Helper()
		var err error
		was[0], was[1], err = p.Heard(t.Context(), payment.Stripe, fault)
		require.NoError(t, err)
		return was
	}
	isDown := func() bool {
		t.Helper()
		down, err := p.Down(t.Context())
		require.NoError(t, err)
		require.False(t, down[payment.Simulated])
		return down[payment.Stripe]
	}
	require.Equal(t, [2]bool{false, false}, heard(nil))
	for range payment.FaultsUntilDown - 1 {
		require.Equal(t, [2]bool{false, false}, heard(away))
	}
	require.Equal(t, [2]bool{false, false}, heard(nil), "in a row")
	for range payment.FaultsUntilDown - 1 {
		require.Equal(t, [2]bool{false, false}, heard(away))
	}
	require.False(t, isDown())
	require.Equal(t, [2]bool{true, false}, heard(away))
	require.Equal(t, [2]bool{true, true}, heard(away))
	require.True(t, isDown())
	require.Equal(t, [2]bool{false, true}, heard(nil))
	require.False(t, isDown())
	for range payment.FaultsUntilDown {
		heard(away)
	}
	require.NoError(t, p.Recovered(t.Context(), payment.Stripe))
	require.NoError(t, p.Recovered(t.Context(), payment.Simulated))
	require.False(t, isDown())
	require.Equal(t, [2]bool{true, false}, heard(away))
}
