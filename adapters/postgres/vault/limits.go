package vault

import "time"

const (
	// RememberFor is how long a key is remembered in memory: within it a key that another process has
	// destroyed may still open what was sealed with it here, if the news of it did not come through.
	RememberFor = time.Minute
	// DefaultRemembered is how many keys are remembered, about 200 bytes each.
	DefaultRemembered = 20_000
	// OrphanAge is how old a key may become without its person: much older than any command that has
	// yet to be decided.
	OrphanAge = 24 * time.Hour
	// MaxMasters bounds the master keys: one is enough, and a rotation needs two.
	MaxMasters = 32
	// MaxErasures bounds a page of erasures.
	MaxErasures = 1000

	// loadTimeout bounds the one query that several callers wait for, whichever of them gives up.
	loadTimeout = 5 * time.Second
	// page is how many rows are swept or wrapped anew in one transaction: it holds none of them for
	// longer than some milliseconds.
	page = 500
)
