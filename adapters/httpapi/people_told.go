package httpapi

import (
	"context"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/membership"
)

// What others are told of by webhooks.

// membershipAt shows a membership as an event left it.
func (h *peopleHandlers) membershipAt(_ context.Context, e *journal.Event) (any, error) {
	return membershipOf(membership.Membership{}.After(e)), nil
}
