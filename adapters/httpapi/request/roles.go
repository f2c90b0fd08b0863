package request

import (
	"strings"
)

// Roles is a set of roles.
type Roles uint8

// The roles of callers.
const (
	// RoleUser may touch what is its own; handlers judge whose a thing is.
	RoleUser Roles = 1 << iota
	// RoleService acts for users.
	RoleService
	// RoleFinance reads the books and corrects them.
	RoleFinance
	// RoleOperator looks after the machinery, not the money.
	RoleOperator
	// RoleAdmin passes everywhere.
	RoleAdmin

	// Anyone marks the routes that ask for no token. It is no role: no token carries it.
	Anyone
)

// AdminOnly marks the routes that are nobody else's: admin passes everywhere.
const AdminOnly Roles = 0

// EveryRole is any caller with a token.
const EveryRole = RoleUser | RoleService | RoleFinance | RoleOperator | RoleAdmin

// roleOf returns the role of a name, or none.
func roleOf(name string) Roles {
	switch name {
	case "user":
		return RoleUser
	case "service":
		return RoleService
	case "finance":
		return RoleFinance
	case "operator":
		return RoleOperator
	case "admin":
		return RoleAdmin
	}
	return 0
}

// RolesNamed returns the roles of the given names. Unknown names grant nothing.
func RolesNamed(names ...string) Roles {
	var set Roles
	for _, name := range names {
		set |= roleOf(name)
	}
	return set
}

// Has reports whether the set has any of the given roles.
func (r Roles) Has(wanted Roles) bool { return r&wanted&EveryRole != 0 }

// String lists the names, for logs and messages.
func (r Roles) String() string {
	var names []string
	for _, name := range [...]string{"user", "service", "finance", "operator", "admin"} {
		if r&roleOf(name) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// May reports whether a caller with these roles may use the route.
func (r Roles) May(rt *Route) bool { return r.Has(rt.Roles | RoleAdmin) }
