package readmodel

import (
	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
)

// usersApplier keeps people and the keys of services, as their events left them.
func usersApplier(registry *journal.Registry) func(*pgx.Batch, string, []journal.Event) error {
	return func(b *pgx.Batch, schema string, events []journal.Event) error {
		for i := range events {
			e := &events[i]
			if !users.IsType(e.Type) {
				continue
			}
			if err := registry.Decode(e); err != nil {
				return err
			}
			queuePerson(b, schema, e)
			queueKey(b, schema, e)
		}
		return nil
	}
}

// queuePerson queues what an event changes of a person. Rows are set to what the event says. A
// credential is none of a reader's business, so another hash of one changes nothing here.
func queuePerson(b *pgx.Batch, schema string, e *journal.Event) {
	set := func(name string, args pgx.NamedArgs) {
		args["version"] = e.Position
		b.Queue(statement(name, schema), args)
	}
	switch body := e.Body.(type) {
	case users.Registered:
		set("users_add", pgx.NamedArgs{
			"id": body.UserID, "status": string(users.StatusActive), "email_token": body.EmailToken, "email": []byte(body.Email),
			"name": sealedOrNull(body.Name), "roles": body.Roles, "at": e.RecordedAt,
		})
		b.Queue(statement("users_add_roles", schema), pgx.NamedArgs{"id": body.UserID})
	case users.EmailConfirmed:
		set("users_set_email", pgx.NamedArgs{
			"id": body.UserID, "email_token": body.EmailToken, "email": []byte(body.Email), "replaces": body.Released != "",
		})
	case users.EmailRequested:
		set("users_set_pending", pgx.NamedArgs{"id": body.UserID, "email": []byte(body.Email)})
	case users.EmailKept:
		set("users_set_pending", pgx.NamedArgs{"id": body.UserID, "email": nil})
	case users.Renamed:
		set("users_set_name", pgx.NamedArgs{"id": body.UserID, "name": sealedOrNull(body.Name)})
	case users.PasswordChanged:
		set("users_set_version", pgx.NamedArgs{"id": body.UserID})
	case users.RolesSet:
		set("users_set_roles", pgx.NamedArgs{"id": body.UserID, "roles": body.Roles})
		b.Queue(statement("users_drop_roles", schema), pgx.NamedArgs{"id": body.UserID})
		b.Queue(statement("users_add_roles", schema), pgx.NamedArgs{"id": body.UserID})
	case users.Erased:
		set("users_erase", pgx.NamedArgs{"id": body.UserID, "status": string(users.StatusErased), "at": e.RecordedAt})
		b.Queue(statement("users_drop_roles", schema), pgx.NamedArgs{"id": body.UserID})
	}
}

// queueKey queues what an event changes of a key.
func queueKey(b *pgx.Batch, schema string, e *journal.Event) {
	switch body := e.Body.(type) {
	case users.APIKeyCreated:
		b.Queue(statement("users_add_key", schema), pgx.NamedArgs{
			"id": body.KeyID, "name": body.Name, "roles": body.Roles, "expires_at": timeOrNull(body.ExpiresAt), "at": e.RecordedAt,
		})
	case users.APIKeyRevoked:
		b.Queue(statement("users_revoke_key", schema), pgx.NamedArgs{"id": body.KeyID, "at": e.RecordedAt})
	}
}

// sealedOrNull is a sealed text, or NULL for none.
func sealedOrNull(text []byte) []byte {
	if len(text) == 0 {
		return nil
	}
	return text
}
