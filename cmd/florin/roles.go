package main

import (
	"fmt"
	"slices"
)

// role is one of the jobs that a process may do.
type role string

const (
	// roleAPI answers HTTP.
	roleAPI role = "api"
	// rolePayments answers HTTP too, but for payments alone. It is none of allRoles: an api answers for payments as well.
	rolePayments role = "payments"
	// roleWriter decides commands, when it holds the shard.
	roleWriter role = "writer"
	// roleRelay publishes events.
	roleRelay role = "relay"
	// roleProjector keeps the projections up.
	roleProjector role = "projector"
	// roleReactor makes what follows from events outside of the journal, such as letters.
	roleReactor role = "reactor"
)

// roles is a set of roles.
type roles []role

func allRoles() roles { return roles{roleAPI, roleWriter, roleRelay, roleProjector, roleReactor} }

// knownRoles are those that may be named.
func knownRoles() roles { return append(allRoles(), rolePayments) }

// answers reports whether HTTP is answered.
func (r roles) answers() bool { return r.has(roleAPI) || r.has(rolePayments) }

func (r roles) has(want role) bool { return slices.Contains(r, want) }

// parseRoles reads names; "all" stands for every role.
func parseRoles(names []string) (roles, error) {
	var out roles
	for _, name := range names {
		switch {
		case name == "all":
			return allRoles(), nil
		case knownRoles().has(role(name)):
			out = append(out, role(name))
		default:
			return nil, fmt.Errorf("unknown role %q: want all or some of %v", name, knownRoles())
		}
	}
	return out, nil
}
