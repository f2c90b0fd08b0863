package wallets

import (
	"github.com/florinledger/florin/adapters/httpapi/handling"
)

// Handlers answers the routes of wallets, and of what moves their money.
type Handlers struct {
	*handling.Base
	ports Ports
	pdfs  chan struct{} // has room for those that are being made
}

// New returns them over their ports.
func New(shared *handling.Base, ports Ports) *Handlers {
	return &Handlers{Base: shared, ports: ports, pdfs: make(chan struct{}, maxPDFs)}
}
