package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// silence is how long a holder says nothing whose lease is over.
const silence = journal.LeaseTerm + time.Millisecond

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
	h.Turn(t, silence)
	campaign(t, h, "b", true)
	campaign(t, h, "a", false)
	h.Turn(t, silence)
	campaign(t, h, "b", true) // nobody else wanted it
	campaign(t, h, "a", false)
}

// A store whose clock was ahead may have given a lease that ends in an hour by the right one, and its holder may be dead.
func leaseAhead(t *testing.T, h Harness) {
	campaign(t, h, "a", true)
	h.Turn(t, -journal.LeaseTerm/2) // as clocks are put right all the time
	campaign(t, h, "b", false)
	h.Turn(t, -time.Hour)
	campaign(t, h, "b", true)
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
