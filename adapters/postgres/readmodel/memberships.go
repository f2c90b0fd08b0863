package readmodel

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/users/query"
)

// Plans lists plans, in the order of their codes.
func (r *Reads) Plans(ctx context.Context, f query.PlanFilter) (out []membership.Plan, err error) {
	args, conditions := pgx.NamedArgs{"after": f.After, "limit": f.Limit}, []string{"code > @after"}
	if f.Active {
		conditions = append(conditions, "active")
	}
	text := "SELECT code, offer, period, version, created_at FROM {memberships}.plan WHERE " + all(conditions) + " ORDER BY code LIMIT @limit"
	err = r.run(ctx, text, args, func(rows pgx.Rows) error {
		p, err := scanPlan(rows)
		out = append(out, p)
		return err
	})
	return out, err
}

// Plan returns a plan; ok is false when there is none of that code.
func (r *Reads) Plan(ctx context.Context, code string) (p membership.Plan, ok bool, err error) {
	err = r.rows(ctx, "memberships_get_plan", pgx.NamedArgs{"code": code}, func(rows pgx.Rows) error {
		p, err = scanPlan(rows)
		ok = true
		return err
	})
	return p, ok, err
}

func scanPlan(rows pgx.Rows) (p membership.Plan, err error) {
	var offer []byte
	if err := rows.Scan(&p.Code, &offer, &p.Period, &p.Version, &p.CreatedAt); err != nil {
		return p, err
	}
	p.CreatedAt = p.CreatedAt.UTC()
	if err := json.Unmarshal(offer, &p.Offer); err != nil {
		return p, fmt.Errorf("plan %s: %w", p.Code, err)
	}
	return p, nil
}

// Memberships lists memberships, newest first.
func (r *Reads) Memberships(ctx context.Context, f query.MembershipFilter) (out []membership.Membership, err error) {
	args, conditions := pgx.NamedArgs{"limit": f.Limit}, []string{"true"}
	add := func(condition, name, value string) {
		if value != "" {
			conditions, args[name] = append(conditions, condition), value
		}
	}
	add("user_id = @user_id", "user_id", f.UserID)
	add("plan = @plan", "plan", f.Plan)
	add("status = @status", "status", string(f.Status))
	add("id < @after", "after", f.After)
	text := "SELECT about, standing, version FROM {memberships}.membership WHERE " + all(conditions) + " ORDER BY id DESC LIMIT @limit"
	err = r.run(ctx, text, args, func(rows pgx.Rows) error {
		m, err := scanMembership(rows)
		out = append(out, m)
		return err
	})
	return out, err
}

// Membership returns a membership; ok is false when there is none of that id.
func (r *Reads) Membership(ctx context.Context, id string) (membership.Membership, bool, error) {
	return r.membership(ctx, "memberships_get", pgx.NamedArgs{"id": id})
}

// MembershipOf returns the membership that somebody has, or had last; ok is false when they never had one.
func (r *Reads) MembershipOf(ctx context.Context, userID string) (membership.Membership, bool, error) {
	return r.membership(ctx, "memberships_get_last", pgx.NamedArgs{"user_id": userID})
}

func (r *Reads) membership(ctx context.Context, name string, args pgx.NamedArgs) (m membership.Membership, ok bool, err error) {
	err = r.rows(ctx, name, args, func(rows pgx.Rows) error {
		m, err = scanMembership(rows)
		ok = true
		return err
	})
	return m, ok, err
}

func scanMembership(rows pgx.Rows) (m membership.Membership, err error) {
	var about, standing []byte
	if err := rows.Scan(&about, &standing, &m.Version); err != nil {
		return m, err
	}
	if err := json.Unmarshal(about, &m.About); err != nil {
		return m, fmt.Errorf("membership at %d: %w", m.Version, err)
	}
	if err := json.Unmarshal(standing, &m.Standing); err != nil {
		return m, fmt.Errorf("membership %s: %w", m.MembershipID, err)
	}
	return m, nil
}

// Members returns what people are members of, or were last, by their ids. Who never was one is left out.
func (r *Reads) Members(ctx context.Context, userIDs []string) (map[string]query.Member, error) {
	out := make(map[string]query.Member, len(userIDs))
	err := r.rows(ctx, "memberships_of", pgx.NamedArgs{"user_ids": userIDs}, func(rows pgx.Rows) error {
		var id string
		var m query.Member
		err := rows.Scan(&id, &m.Status, &m.Plan, &m.Until)
		m.Until = m.Until.UTC()
		out[id] = m
		return err
	})
	return out, err
}

// DueMemberships returns the memberships of which something is due, in the order of its time, after one of them. The
// clock is the server's.
func (r *Reads) DueMemberships(ctx context.Context, after query.DueMembership, limit int) (due []query.DueMembership, err error) {
	args := pgx.NamedArgs{"after_time": after.At, "after_id": after.MembershipID, "limit": limit}
	err = r.rows(ctx, "memberships_due", args, func(rows pgx.Rows) error {
		var d query.DueMembership
		err := rows.Scan(&d.MembershipID, &d.At)
		d.At = d.At.UTC()
		due = append(due, d)
		return err
	})
	return due, err
}

// MembershipsSince returns the position after which the first membership that waits to be asked for was ordered: of those
// that the projection has seen, or after all that it has seen.
func (r *Reads) MembershipsSince(ctx context.Context) (position int64, err error) {
	seen, err := r.Await(ctx, 0, query.Memberships)
	if err != nil {
		return 0, err
	}
	position = seen
	err = r.rows(ctx, "memberships_first", pgx.NamedArgs{}, func(rows pgx.Rows) error {
		var first int64
		if err := rows.Scan(&first); err != nil {
			return err
		}
		position = min(position, first-1)
		return nil
	})
	return position, err
}
