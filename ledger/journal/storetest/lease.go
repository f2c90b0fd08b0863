package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// campaign asserts what a holder is told.
func campaign(t *testing.T, h Harness, holder string, want bool) {
	t.Helper()
	held, err := h.Store.Campaign(t.Context(), 0, holder)
	require.NoError(t, err)
	require.Equal(t, want, held, "%s holds the lease", holder)
}

func leaseHeld(t *testing.T, h Harness) {
	campaign(t, h, "a", true)
	campaign(t, h, "b", false)
	campaign(t, h, "a", true) // renewed
	campaign(t, h, "b", false)
}

func leaseLapses(t *testing.T, h Harness) {
	campaign(t, h, "a", true)
	h.Lapse(t)
	campaign(t, h, "b", true)
	campaign(t, h, "a", false)
	h.Lapse(t)
	campaign(t, h, "b", true) // nobody else wanted it
	campaign(t, h, "a", false)
}

func leaseResigned(t *testing.T, h Harness) {
	campaign(t, h, "a", true)
	require.NoError(t, h.Store.Resign(t.Context(), 0, "b")) // not its to give up
	campaign(t, h, "b", false)
	require.NoError(t, h.Store.Resign(t.Context(), 0, "a"))
	campaign(t, h, "b", true)
	campaign(t, h, "a", false)
}
