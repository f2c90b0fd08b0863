package query

import "time"

// Ledger is a book other than main, which needs no making.
type Ledger struct {
	Name, Description string
	Position          int64
	CreatedAt         time.Time
}

// Asset is an asset that was registered.
type Asset struct {
	Code string
	// Scale is its number of decimals.
	Scale     int
	Position  int64
	CreatedAt time.Time
}
