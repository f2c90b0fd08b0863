package messages

import (
	"github.com/florinledger/florin/adapters/httpapi/handling"
)

// Handlers answers the routes of messages.
type Handlers struct {
	*handling.Base
	ports Ports
}

// New returns them over their ports.
func New(shared *handling.Base, ports Ports) *Handlers {
	return &Handlers{Base: shared, ports: ports}
}
