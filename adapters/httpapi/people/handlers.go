package people

import (
	"github.com/florinledger/florin/adapters/httpapi/handling"
)

// Handlers answers the routes of people, their sessions, keys and memberships.
type Handlers struct {
	*handling.Base
	ports Ports
	// changed is where this instance changed people last.
	changed *handling.LastWrites
}

// New returns them over their ports.
func New(shared *handling.Base, ports Ports) *Handlers {
	return &Handlers{Base: shared, ports: ports, changed: handling.NewLastWrites(handling.MaxRemembered)}
}
