package users

import (
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users/seal"
)

// The types of the events of people and of the keys of services. Their shapes at schema 1 are frozen in
// testdata/events.
const (
	TypeRegistered      = "user-registered"
	TypeRegisteredAgain = "user-registered-again"
	TypeEmailConfirmed  = "user-email-confirmed"
	TypeEmailRequested  = "user-email-requested"
	TypeEmailKept       = "user-email-kept"
	TypePasswordChanged = "user-password-changed"
	TypeRehashed        = "user-credential-rehashed"
	TypeRenamed         = "user-renamed"
	TypeRolesSet        = "user-roles-set"
	TypeErased          = "user-erased"
	TypeAPIKeyCreated   = "api-key-created"
	TypeAPIKeyRevoked   = "api-key-revoked"
)

// Registered says that there is a person, whose address is not confirmed yet.
type Registered struct {
	UserID     string    `json:"user_id"`
	EmailToken string    `json:"email_token"`
	Email      seal.Text `json:"email"`
	Name       seal.Text `json:"display_name,omitempty"`
	Credential seal.Text `json:"credential"`
	Roles      []string  `json:"roles"`
}

// RegisteredAgain says that somebody registered with an address that is somebody's. Nobody comes to be by it.
type RegisteredAgain struct {
	// ApplicantID is the id that the caller was shown, which is nobody's.
	ApplicantID string `json:"applicant_id"`
	EmailToken  string `json:"email_token"`
}

// EmailConfirmed says that mail to the address arrives, and that it is the person's address now. Released is the
// token of the one that it takes the place of; empty for none.
type EmailConfirmed struct {
	UserID     string    `json:"user_id"`
	EmailToken string    `json:"email_token"`
	Email      seal.Text `json:"email"`
	Released   string    `json:"released,omitempty"`
}

// EmailRequested says that the person wants another address. It waits to be confirmed, and Released, which
// waited before it, no more; empty for none.
type EmailRequested struct {
	UserID     string    `json:"user_id"`
	EmailToken string    `json:"email_token"`
	Email      seal.Text `json:"email"`
	Released   string    `json:"released,omitempty"`
}

// EmailKept says that the person keeps the address that there is. What waited to take its place, Released, waits no
// more; empty when that is somebody's.
type EmailKept struct {
	UserID   string `json:"user_id"`
	Released string `json:"released,omitempty"`
}

// PasswordChanged says that the person has another password, and that all sessions are over.
type PasswordChanged struct {
	UserID     string    `json:"user_id"`
	Credential seal.Text `json:"credential"`
}

// Rehashed says that the same password is hashed in another way.
type Rehashed struct {
	UserID     string    `json:"user_id"`
	Credential seal.Text `json:"credential"`
}

// Renamed says what the person wants to be called; empty for nothing.
type Renamed struct {
	UserID string    `json:"user_id"`
	Name   seal.Text `json:"display_name,omitempty"`
}

// RolesSet says what the person may do.
type RolesSet struct {
	UserID string   `json:"user_id"`
	Roles  []string `json:"roles"`
}

// ReleasedBy returns the tokens that an event of this package, whose Body is decoded, gives up: their
// addresses are to be forgotten (see [seal.Addresses]).
func ReleasedBy(e *journal.Event) []string {
	var one string
	switch body := e.Body.(type) {
	case Erased:
		return body.Released
	case EmailConfirmed:
		one = body.Released
	case EmailRequested:
		one = body.Released
	case EmailKept:
		one = body.Released
	}
	if one == "" {
		return nil
	}
	return []string{one}
}

// Erased says that the person is forgotten. Released are the tokens of all their addresses.
type Erased struct {
	UserID   string   `json:"user_id"`
	Released []string `json:"released"`
}

// APIKeyCreated says that a service has a key.
type APIKeyCreated struct {
	KeyID     string    `json:"key_id"`
	Name      string    `json:"name"`
	Roles     []string  `json:"roles"`
	Digest    string    `json:"digest"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

// APIKeyRevoked says that the key counts no more.
type APIKeyRevoked struct {
	KeyID  string `json:"key_id"`
	Digest string `json:"digest"`
}
