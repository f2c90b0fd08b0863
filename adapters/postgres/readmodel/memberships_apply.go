package readmodel

import (
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/membership"
)

// membershipsApplier keeps plans and memberships, as their events left them.
func membershipsApplier(registry *journal.Registry) func(*pgx.Batch, string, []journal.Event) error {
	return func(b *pgx.Batch, schema string, events []journal.Event) error {
		for i := range events {
			e := &events[i]
			if !membership.IsType(e.Type) {
				continue
			}
			if err := registry.Decode(e); err != nil {
				return err
			}
			queue := queueMembership
			switch {
			case membership.CodeOf(e.Body) != "":
				queue = queuePlan
			case membership.IDOf(e.Body) == "": // of an invoice that is nobody's
				continue
			}
			if err := queue(b, schema, e); err != nil {
				return fmt.Errorf("event %d, a %s: %w", e.Position, e.Type, err)
			}
		}
		return nil
	}
}

func queuePlan(b *pgx.Batch, schema string, e *journal.Event) error {
	p := membership.Plan{}.After(e)
	name, code := "memberships_set_plan", membership.CodeOf(e.Body)
	if _, ok := e.Body.(membership.PlanCreated); ok {
		name = "memberships_add_plan"
	}
	offer, err := json.Marshal(p.Offer)
	if err != nil {
		return err
	}
	b.Queue(statement(name, schema), pgx.NamedArgs{
		"code": code, "offer": string(offer), "active": p.Active, "period": string(p.Period), "version": p.Version, "at": e.RecordedAt,
	})
	return nil
}

// queueMembership keeps what every event of a membership has.
func queueMembership(b *pgx.Batch, schema string, e *journal.Event) error {
	m := membership.Membership{}.After(e)
	about, err := json.Marshal(m.About)
	if err != nil {
		return err
	}
	standing, err := json.Marshal(m.Standing)
	if err != nil {
		return err
	}
	b.Queue(statement("memberships_set", schema), pgx.NamedArgs{
		"id": m.MembershipID, "user_id": m.UserID, "plan": m.Period.Plan, "status": string(m.Status), "about": string(about),
		"standing": string(standing), "next_at": pgtype.Timestamptz{Time: m.NextAt, Valid: !m.NextAt.IsZero()}, "version": m.Version,
	})
	if !m.Tells(e.Type) {
		return nil
	}
	b.Queue(statement("memberships_set_member", schema), pgx.NamedArgs{
		"user_id": m.UserID, "status": string(m.Status), "plan": m.Period.Plan, "until": m.Until,
	})
	return nil
}
