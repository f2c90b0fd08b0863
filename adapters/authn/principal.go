package authn

import (
	"fmt"
	"slices"
)

// The roles that a token may carry, and a person or a key have.
const (
	// RoleUser may touch what is its own.
	RoleUser = "user"
	// RoleService acts for users.
	RoleService = "service"
	// RoleFinance reads the books and corrects them.
	RoleFinance = "finance"
	// RoleOperator looks after the machinery, not the money.
	RoleOperator = "operator"
	// RoleAdmin may do everything.
	RoleAdmin = "admin"
)

// AllRoles returns every role, in the order above.
func AllRoles() []string {
	return []string{RoleUser, RoleService, RoleFinance, RoleOperator, RoleAdmin}
}

// Principal is who a request comes from.
type Principal struct {
	// Subject names the person or service, for ever: it scopes idempotency keys and owns wallets.
	Subject string
	// Roles are what it may do, sorted, without repeats. They are shared with the cache: read only.
	Roles []string
	// Session is the session that it speaks in; empty for a service.
	Session string
	// Key is the id of the key of a service that it came with; empty for a token.
	Key string
}

// Has reports whether the principal carries the role.
func (p Principal) Has(role string) bool { return slices.Contains(p.Roles, role) }

// roleSet sorts names, drops repeats, and refuses what is not a role.
func roleSet(names []string) ([]string, error) {
	known := AllRoles()
	set := slices.Clone(names)
	slices.Sort(set)
	set = slices.Compact(set)
	for _, name := range set {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("authn: %q is not a role: want one of %v", name, known)
		}
	}
	return set, nil
}
