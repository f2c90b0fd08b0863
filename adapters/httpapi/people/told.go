package people

import (
	"context"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/membership"
)

// What others are told of by webhooks.

// MembershipAt shows a membership as an event left it.
func (h *Handlers) MembershipAt(_ context.Context, e *journal.Event) (any, error) {
	return membershipOf(membership.Membership{}.After(e)), nil
}
