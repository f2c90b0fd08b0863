package users

import (
	"fmt"

	"github.com/florinledger/florin/ledger/journal"
)

// Register tells r what this package decides, evolves, records and refuses.
func Register(r *journal.Registry) {
	journal.Decides(r, CommandRegister, decideRegister)
	journal.Decides(r, CommandConfirmEmail, decideConfirmEmail)
	journal.Decides(r, CommandChangeUser, decideChangeUser)
	journal.Decides(r, CommandResetPassword, decideResetPassword)
	journal.Decides(r, CommandRehash, decideRehash)
	journal.Decides(r, CommandEraseUser, decideEraseUser)
	journal.Decides(r, CommandCreateAPIKey, decideCreateAPIKey)
	journal.Decides(r, CommandRevokeAPIKey, decideRevokeAPIKey)

	journal.Records[Registered](r, TypeRegistered, 1, nil)
	journal.Records[RegisteredAgain](r, TypeRegisteredAgain, 1, nil)
	journal.Records[EmailConfirmed](r, TypeEmailConfirmed, 1, nil)
	journal.Records[EmailRequested](r, TypeEmailRequested, 1, nil)
	journal.Records[EmailKept](r, TypeEmailKept, 1, nil)
	journal.Records[PasswordChanged](r, TypePasswordChanged, 1, nil)
	journal.Records[Rehashed](r, TypeRehashed, 1, nil)
	journal.Records[Renamed](r, TypeRenamed, 1, nil)
	journal.Records[RolesSet](r, TypeRolesSet, 1, nil)
	journal.Records[Erased](r, TypeErased, 1, nil)
	journal.Records[APIKeyCreated](r, TypeAPIKeyCreated, 1, nil)
	journal.Records[APIKeyRevoked](r, TypeAPIKeyRevoked, 1, nil)

	journal.Holds(r, People())
	journal.Holds(r, Addresses())
	journal.Holds(r, APIKeys())
	journal.Holds(r, keyDigests())

	r.Evolves(evolve)
	r.Refuses(refusals()...)
}

// IsType reports whether an event is one of this package.
func IsType(eventType string) bool {
	switch eventType {
	case TypeRegistered, TypeRegisteredAgain, TypeEmailConfirmed, TypeEmailRequested, TypeEmailKept, TypePasswordChanged, TypeRehashed,
		TypeRenamed, TypeRolesSet, TypeErased, TypeAPIKeyCreated, TypeAPIKeyRevoked:
		return true
	}
	return false
}

// evolve keeps what the writer must know of people and keys.
func evolve(s *journal.Scope, e *journal.Event) {
	if !IsType(e.Type) {
		return
	}
	if err := s.Registry().Decode(e); err != nil {
		// State that passed over a fact would be wrong for ever.
		panic(fmt.Sprintf("users: evolve: %v", err))
	}
	switch body := e.Body.(type) {
	case Registered:
		Addresses().Put(s, body.EmailToken, Address{UserID: body.UserID})
		People().Put(s, body.UserID, State{
			Status: StatusActive, Version: e.Position, EmailToken: body.EmailToken, Email: body.Email,
			Roles: body.Roles, SessionVersion: e.Position, Credential: body.Credential,
		})
	case Erased:
		for _, token := range body.Released {
			retire(s, token)
		}
		People().Put(s, body.UserID, State{Status: StatusErased, Version: e.Position, SessionVersion: e.Position})
	case EmailConfirmed:
		if body.Released != "" {
			retire(s, body.Released)
			Addresses().Put(s, body.EmailToken, Address{UserID: body.UserID})
		}
		change(s, e, body.UserID, func(u *State) {
			u.EmailToken, u.Email, u.Confirmed = body.EmailToken, body.Email, true
			if u.Pending != nil && u.Pending.EmailToken == body.EmailToken {
				u.Pending = nil
			}
		})
	case EmailRequested:
		if body.Released != "" {
			retire(s, body.Released)
		}
		change(s, e, body.UserID, func(u *State) { u.Pending = &Pending{EmailToken: body.EmailToken, Email: body.Email} })
	case EmailKept:
		if body.Released != "" {
			retire(s, body.Released)
		}
		change(s, e, body.UserID, func(u *State) { u.Pending = nil })
	case PasswordChanged:
		change(s, e, body.UserID, func(u *State) { u.Credential, u.SessionVersion = body.Credential, e.Position })
	case Rehashed:
		u, _ := People().Get(s, body.UserID)
		u.Credential = body.Credential
		People().Put(s, body.UserID, u) // nobody can see it, so the version stays
	case Renamed:
		change(s, e, body.UserID, func(*State) {})
	case RolesSet:
		change(s, e, body.UserID, func(u *State) { u.Roles = body.Roles })
	case APIKeyCreated:
		keyDigests().Put(s, body.KeyID, keyDigest{Digest: body.Digest})
		APIKeys().Put(s, body.Digest, KeyState{KeyID: body.KeyID, Name: body.Name, Roles: body.Roles, ExpiresAt: body.ExpiresAt})
	case APIKeyRevoked:
		k, _ := APIKeys().Get(s, body.Digest)
		k.Revoked = true
		APIKeys().Put(s, body.Digest, k)
	}
}

// retire gives an address's token up, for ever.
func retire(s *journal.Scope, token string) {
	a, _ := Addresses().Get(s, token)
	a.Retired = true
	Addresses().Put(s, token, a)
}

// change puts a changed copy of a person's state.
func change(s *journal.Scope, e *journal.Event, userID string, f func(*State)) {
	u, _ := People().Get(s, userID)
	u.Version = e.Position
	f(&u)
	People().Put(s, userID, u)
}
