package httpapi

// peopleHandlers answers the routes of people, their sessions, keys and memberships.
type peopleHandlers struct {
	*base
	ports PeoplePorts
	// changed is where this instance changed people last.
	changed *lastWrites
}

// newPeople returns them over their ports.
func newPeople(shared *base, ports PeoplePorts) *peopleHandlers {
	return &peopleHandlers{base: shared, ports: ports, changed: newLastWrites(MaxRemembered)}
}
