package httpapi

// walletsHandlers answers the routes of wallets, and of what moves their money.
type walletsHandlers struct {
	*base
	ports WalletsPorts
	pdfs  chan struct{} // has room for those that are being made
}

// newWallets returns them over their ports.
func newWallets(shared *base, ports WalletsPorts) *walletsHandlers {
	return &walletsHandlers{base: shared, ports: ports, pdfs: make(chan struct{}, maxPDFs)}
}
