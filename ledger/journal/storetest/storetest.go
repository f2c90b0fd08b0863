// Package storetest holds a journal's store to what the engine relies on. Every store passes the
// same cases: the ones that lose money quietly when a store gets them nearly right.
//
//	func TestStore(t *testing.T) { storetest.Run(t, open) }
package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
)

// Harness is a store under test, empty, with shard 0, and what the cases need beside its ports.
type Harness struct {
	Store  journal.Store
	Reader journal.Reader
	Inbox  journal.Inbox
	// Turn puts the clock that the lease of shard 0 runs on forward by d, or back where d is negative.
	Turn func(t *testing.T, d time.Duration)
	// Twin returns a second hand that claims the same term of office of shard 0.
	Twin func(t *testing.T, term journal.Term) journal.Term
	// Dead returns the dead letters, oldest first.
	Dead func(t *testing.T) []journal.DeadLetter
}

// Run runs every case, each on a store of its own from open.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	t.Helper()
	cases := map[string]func(*testing.T, Harness){
		"a new journal is empty":                               emptyAtFirst,
		"what is written is read":                              roundTrip,
		"a page is a range of positions":                       pages,
		"the chain holds over commits and terms":               chained,
		"recorded times are kept to the microsecond":           recordedTimes,
		"replaying an answer twice gives the same":             replayTwice,
		"an answer too long is told without its events":        longAnswer,
		"a reader never skips what commits late":               concurrentReader,
		"two writers with one head give one winner":            oneWinner,
		"the same head serves once":                            sameHeadOnce,
		"a take-over fences the old term":                      takeOverFences,
		"a batch of refusals only is fenced too":               refusalsFenced,
		"the head moves for refusals":                          refusalsOnly,
		"a state row at another version aborts the batch":      staleState,
		"a state row that should not exist aborts the batch":   unexpectedState,
		"a state row that should exist aborts the batch":       missingState,
		"state is written over the version decided on":         stateOverwritten,
		"a clock that is off stops the writer":                 clockSkew,
		"an outcome is recorded once":                          outcomeOnce,
		"bad data takes its batch down and nothing else":       badData,
		"postings that do not balance are not written":         unbalanced,
		"events that do not follow the head are not written":   outOfOrder,
		"a cancelled append writes nothing":                    cancelled,
		"a dead letter is kept whole":                          deadLetter,
		"the writer loads what is there and no more":           loads,
		"the inbox keeps commands in order, once":              inboxOrder,
		"a page of the inbox is bounded by bytes":              inboxBounded,
		"an inbox command is settled by the commit":            inboxSettled,
		"an inbox command stays when the commit fails":         inboxStays,
		"an answered command does not go into the inbox again": inboxAnswered,
		"a lease is held by one":                               leaseHeld,
		"a lease lapses and is taken":                          leaseLapses,
		"a lease of a clock that was ahead is taken":           leaseAhead,
		"a lease is given up":                                  leaseResigned,
		"each take-over raises the epoch":                      epochRaised,
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, open(t))
		})
	}
}

// takeOver begins a term that ends with the test.
func takeOver(t *testing.T, h Harness) journal.Term {
	t.Helper()
	term, err := h.Store.TakeOver(t.Context(), 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = term.Close() }) // some cases have ended it already
	return term
}

// unchanged asserts that the journal ends at head and knows nothing of the commands.
func unchanged(t *testing.T, h Harness, head journal.Head, ids ...journal.CommandID) {
	t.Helper()
	now, err := h.Reader.Head(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, head, now)
	beyond, err := h.Reader.Events(t.Context(), 0, head.Position, 1)
	require.NoError(t, err)
	require.Empty(t, beyond)
	for _, id := range ids {
		_, ok, _, err := h.Inbox.Outcome(t.Context(), id)
		require.NoError(t, err)
		require.False(t, ok, "an outcome of %s", id)
	}
}
