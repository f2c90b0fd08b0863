package stripepay

import "time"

const (
	// DefaultTolerance is how old a signature may be: Stripe's own advice. It signs every delivery
	// anew, so an old one is a replay.
	DefaultTolerance = 5 * time.Minute
	// MaxID bounds, in bytes, an event's id and type, which are kept as texts. Stripe promises 255.
	MaxID = 255
	// MaxMinor is the most minor units that an amount is believed to have. Stripe's own limits are
	// far below it (at most 12 digits); it keeps nonsense out of the books.
	MaxMinor = 1_000_000_000_000_000
	// DefaultCallTime is how long a call of Stripe's API may take. Its own library waits for 80 s; nobody who pays
	// does, and the call is made again under the same key.
	DefaultCallTime = 20 * time.Second
	// keyLife is how long Stripe is sure to remember an idempotency key: it says a day.
	keyLife = 12 * time.Hour
	// eventPageSize is how many events, or balance transactions, are listed at once: Stripe's most.
	eventPageSize = 100
	// MaxMessage bounds, in bytes, what Stripe says about a call that it refuses.
	MaxMessage = 500
)
