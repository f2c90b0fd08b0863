// Package query is what can be asked about people and the keys of services. What is personal is answered
// as it is kept, sealed with the person's key: who may read it opens it (see package desk).
package query

import (
	"time"

	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/membership"
	"github.com/florinledger/florin/users/seal"
)

// Users is the projection from which people and keys are read.
const Users = "users"

// User is a person as the events left it. Of who is erased there is ID, Status, CreatedAt, ErasedAt and
// Version, and nothing else.
type User struct {
	ID     string
	Status users.Status
	// EmailToken stands for the address, which is Email, sealed; Confirmed says that mail to it arrives.
	EmailToken string
	Email      seal.Text
	Confirmed  bool
	// PendingEmail is the address that waits to be confirmed, sealed; empty for none.
	PendingEmail seal.Text
	// Name is the display name, sealed; empty for none.
	Name seal.Text
	// Roles are in order.
	Roles     []string
	CreatedAt time.Time
	// ErasedAt is zero for who is not erased.
	ErasedAt time.Time
	// Version is [users.State]'s.
	Version int64
}

// Filter selects people, newest first. Empty fields select all, those who are erased included.
type Filter struct {
	EmailToken string
	Role       string
	// Membership is the state of the membership that somebody has, or had last; [NoMembership] for who never had one.
	Membership membership.Status
	// CreatedAfter and CreatedBefore bound the time of registration; neither includes it.
	CreatedAfter, CreatedBefore time.Time
	// After is the id of the last person of the page before; Limit the most that come back.
	After string
	Limit int
}

// APIKey is a key of a service. Its secret is nowhere, and its digest in no answer.
type APIKey struct {
	ID    string
	Name  string
	Roles []string
	// ExpiresAt is zero for a key without an end, RevokedAt for one that was not revoked.
	ExpiresAt, RevokedAt time.Time
	CreatedAt            time.Time
}

// KeyFilter selects keys, newest first, those that count no more included.
type KeyFilter struct {
	// After is the id of the last key of the page before; Limit the most that come back.
	After string
	Limit int
}
