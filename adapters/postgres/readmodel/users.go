package readmodel

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/users/query"
)

// User returns a person, and the position at which the projection stood at that moment: whatever happened
// up to there is in what is returned, and nothing after it. ok is false when there was none of that id by
// then; the position counts all the same.
func (r *Reads) User(ctx context.Context, id string) (u query.User, position int64, ok bool, err error) {
	live := false
	err = r.rows(ctx, "users_get", pgx.NamedArgs{"id": id}, func(rows pgx.Rows) error {
		live = true
		u, err = scanUser(rows, &position, &ok)
		return err
	})
	if err == nil && !live {
		err = fmt.Errorf("projection %s has no tables", query.Users)
	}
	if err != nil || !ok {
		u = query.User{}
	}
	return u, position, ok, err
}

// Users lists people, newest first.
func (r *Reads) Users(ctx context.Context, f query.Filter) ([]query.User, error) {
	name := "users_list"
	switch {
	case f.Membership != "" && f.Membership != query.NoMembership && f.EmailToken == "":
		name = "users_list_by_membership"
	case f.EmailToken != "":
		name = "users_list_by_email"
	case f.Role != "":
		name = "users_list_by_role"
	}
	before := endOfTime
	if !f.CreatedBefore.IsZero() {
		before = wholeMicros(f.CreatedBefore)
	}
	var out []query.User
	err := r.rows(ctx, name, pgx.NamedArgs{
		"email_token": f.EmailToken, "role": f.Role, "membership": string(f.Membership), "created_after": f.CreatedAfter.Truncate(time.Microsecond), "created_before": before,
		"after": cmp.Or(f.After, afterNone), "limit": f.Limit,
	}, func(rows pgx.Rows) error {
		u, err := scanUser(rows)
		out = append(out, u)
		return err
	})
	return out, err
}

// scanUser reads a person, after what stands before it in the row.
func scanUser(rows pgx.Rows, before ...any) (u query.User, err error) {
	var createdAt, erasedAt *time.Time
	err = rows.Scan(append(before, &u.ID, &u.Status, &u.EmailToken, &u.Email, &u.Confirmed, &u.PendingEmail, &u.Name, &u.Roles, &u.Version,
		&createdAt, &erasedAt)...)
	u.CreatedAt, u.ErasedAt = timeOrZero(createdAt), timeOrZero(erasedAt)
	return u, err
}

// APIKeys lists keys of services, newest first.
func (r *Reads) APIKeys(ctx context.Context, f query.KeyFilter) ([]query.APIKey, error) {
	var out []query.APIKey
	err := r.rows(ctx, "users_list_keys", pgx.NamedArgs{"after": cmp.Or(f.After, afterNone), "limit": f.Limit}, func(rows pgx.Rows) error {
		var k query.APIKey
		var expiresAt, revokedAt *time.Time
		err := rows.Scan(&k.ID, &k.Name, &k.Roles, &expiresAt, &revokedAt, &k.CreatedAt)
		k.ExpiresAt, k.RevokedAt, k.CreatedAt = timeOrZero(expiresAt), timeOrZero(revokedAt), k.CreatedAt.UTC()
		out = append(out, k)
		return err
	})
	return out, err
}
