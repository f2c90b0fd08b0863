package main

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/users/query"
)

// membershipSweep is the name under which one process at a time looks for memberships of which a day has passed or a
// period is over, and who asks for that to be booked.
const membershipSweep = "florin:memberships"

// newMembershipSweep has days booked that have passed, and periods renewed or ended that are over. list is
// [readmodel.Reads.DueMemberships], and ran counts.
func newMembershipSweep(list func(ctx context.Context, after query.DueMembership, limit int) ([]query.DueMembership, error), ran func(membership.Ran),
	do func(context.Context, journal.Command) (journal.Answer, error), log *slog.Logger) *sweep {
	return &sweep{
		name: membershipSweep, things: "memberships", together: membership.MaxTogether, early: membership.ErrMembershipNotDue, do: do, log: log,
		due: func(ctx context.Context, after due, limit int) (out []due, _ error) {
			found, err := list(ctx, query.DueMembership{MembershipID: after.id, At: after.at}, limit)
			for _, d := range found {
				out = append(out, due{id: d.MembershipID, at: d.At})
			}
			return out, err
		},
		order: func(some []due) (string, any) {
			c := membership.RunMemberships{Due: make([]membership.Due, len(some))}
			for i, d := range some {
				c.Due[i] = membership.Due{MembershipID: d.id, At: d.at}
			}
			return membership.CommandRunMemberships, c
		},
		told: func(a journal.Answer) ([]string, int, error) {
			var result membership.Ran
			if err := json.Unmarshal(a.Outcome.Result, &result); err != nil {
				return nil, 0, err
			}
			if a.Replayed {
				return result.Left, 0, nil
			}
			ran(result)
			return result.Left, result.Done(), nil
		},
	}
}
