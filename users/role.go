package users

import "slices"

// The roles that a person or a service may have.
const (
	RoleUser     = "user"
	RoleService  = "service"
	RoleFinance  = "finance"
	RoleOperator = "operator"
	RoleAdmin    = "admin"
)

// AllRoles returns every role.
func AllRoles() []string {
	return []string{RoleUser, RoleService, RoleFinance, RoleOperator, RoleAdmin}
}

// sortedRoles returns a set of roles in order, each once.
func sortedRoles(roles []string) []string {
	out := slices.Clone(roles)
	slices.Sort(out)
	return slices.Compact(out)
}
