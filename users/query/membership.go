package query

import (
	"time"

	"github.com/florinledger/florin/users/membership"
)

// Memberships is the projection from which plans and memberships are read.
const Memberships = "memberships"

// MembershipFilter selects memberships, newest first. Empty fields select all.
type MembershipFilter struct {
	UserID string
	Plan   string
	Status membership.Status
	// After is the id of the last membership of the page before; Limit the most that come back.
	After string
	Limit int
}

// PlanFilter selects plans, in the order of their codes.
type PlanFilter struct {
	// Active selects those that are sold.
	Active bool
	// After is the code of the last plan of the page before; Limit the most that come back.
	After string
	Limit int
}

// DueMembership is a membership of which something is due.
type DueMembership struct {
	MembershipID string
	At           time.Time
}

// NoMembership is the state of a [Filter] that selects who never was a member.
const NoMembership membership.Status = "none"

// Member is what somebody is a member of, or was last, and until when.
type Member struct {
	Status membership.Status
	Plan   string
	Until  time.Time
}
