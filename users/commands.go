package users

import (
	"time"

	"github.com/florinledger/florin/users/seal"
)

// The types of the commands of people and of the keys of services. Data is the command's struct as JSON.
// What is personal in it has been sealed, and what is secret hashed, before it is published.
const (
	CommandRegister      = "register-user"
	CommandConfirmEmail  = "confirm-email"
	CommandChangeUser    = "change-user"
	CommandResetPassword = "reset-password"
	CommandRehash        = "rehash-credential"
	CommandEraseUser     = "erase-user"
	CommandCreateAPIKey  = "create-api-key"
	CommandRevokeAPIKey  = "revoke-api-key"
)

// The labels that personal texts are sealed under, with the person's key.
const (
	LabelEmail      = "email"
	LabelName       = "display name"
	LabelCredential = "credential"
)

// RegisterUser makes a person known. With an address that is taken it makes nobody known, and ends as well:
// see [RegisteredAgain].
//
// Refusals: ErrInvalidField (the ledger's), ErrEmailRetired.
type RegisterUser struct {
	// UserID is made at the edge, because its key seals what follows.
	UserID string `json:"user_id"`
	// EmailToken stands for the address in lower case.
	EmailToken string    `json:"email_token"`
	Email      seal.Text `json:"email"`
	Name       seal.Text `json:"display_name,omitempty"`
	// Credential is the password's hash, sealed.
	Credential seal.Text `json:"credential"`
}

// ConfirmEmail says that mail to an address of a person arrives. Confirming what is confirmed changes
// nothing.
//
// Refusals: ErrLinkVoid (the address is not, or no more, one that the person has or asked for, or the person is erased),
// ErrEmailTaken (somebody else has the new address meanwhile).
type ConfirmEmail struct {
	UserID     string `json:"user_id"`
	EmailToken string `json:"email_token"`
}

// ChangeUser changes what is set, all of it or nothing. The edge has checked the present password where
// that is asked for.
//
// Asking for the address that there is takes back what was asked for before, and so does a new password
// without a new address: who changes it because somebody else got in wants nothing that the other asked for.
//
// An address that somebody has may be asked for, and never be confirmed: who asks must not learn whose
// addresses there are.
//
// Refusals: ErrUserNotFound, ErrVersionMismatch (the ledger's), ErrEmailTaken (by an administrator),
// ErrEmailRetired, ErrRolesForbidden, ErrInvalidField (the ledger's).
type ChangeUser struct {
	UserID string `json:"user_id"`
	// Version is that of the person as the caller read it; 0 for whatever it is.
	Version int64 `json:"version,omitempty"`
	// Name is the new display name, sealed; empty for the one that there is. NoName takes it away.
	Name   seal.Text `json:"display_name,omitempty"`
	NoName bool      `json:"no_display_name,omitempty"`
	// EmailToken and Email are the new address, which waits until it is confirmed.
	EmailToken string    `json:"email_token,omitempty"`
	Email      seal.Text `json:"email,omitempty"`
	// Credential is the new password's hash, sealed. It ends every session.
	Credential seal.Text `json:"credential,omitempty"`
	// Roles are the person's from now on; nil for those that there are. ByAdmin says that the caller may
	// give roles.
	Roles   []string `json:"roles,omitempty"`
	ByAdmin bool     `json:"by_admin,omitempty"`
}

// ResetPassword sets a password by a link that was mailed, which also shows that mail arrives. An address
// that waits to be confirmed waits no more.
//
// Refusals: ErrLinkVoid (the password was changed since the link was made, or the person is erased).
type ResetPassword struct {
	UserID string `json:"user_id"`
	// SessionVersion is the person's when the link was made, EmailToken the address that it went to.
	SessionVersion int64     `json:"session_version"`
	EmailToken     string    `json:"email_token"`
	Credential     seal.Text `json:"credential"`
}

// Rehash replaces a credential by one of the same password with other parameters. It ends no session.
//
// Refusals: ErrLinkVoid (the password was changed meanwhile).
type Rehash struct {
	UserID         string    `json:"user_id"`
	SessionVersion int64     `json:"session_version"`
	Credential     seal.Text `json:"credential"`
}

// EraseUser forgets a person. Erasing who is erased changes nothing.
//
// Refusals: ErrUserNotFound.
type EraseUser struct {
	UserID string `json:"user_id"`
}

// CreateAPIKey gives a service a key. The event's body has the key's id.
//
// Refusals: ErrInvalidField (the ledger's).
type CreateAPIKey struct {
	// Name is the service's: the principal that every key of that name speaks for is
	// [ServicePrincipal] of it.
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
	// Digest is the SHA-256 of the secret, in hex. The secret has 256 random bits, so that needs no salt.
	Digest string `json:"digest"`
	// ExpiresAt is when it stops to count; zero for never.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

// RevokeAPIKey ends a key at once. Revoking what is revoked changes nothing.
//
// Refusals: ErrAPIKeyNotFound.
type RevokeAPIKey struct {
	KeyID string `json:"key_id"`
}

// ServicePrincipal is who the keys of a service speak for.
func ServicePrincipal(name string) string { return "service:" + name }
