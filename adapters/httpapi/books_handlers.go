package httpapi

// booksHandlers answers the routes of ledgers, accounts and transactions.
type booksHandlers struct {
	*base
	ports    BooksPorts
	ledgers  *knownLedgers
	rendered *renderings
}

// newBooks returns them over their ports.
func newBooks(shared *base, ports BooksPorts) *booksHandlers {
	return &booksHandlers{base: shared, ports: ports, ledgers: newKnownLedgers(MaxKnownLedgers), rendered: newRenderings()}
}
