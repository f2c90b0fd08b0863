package handling

import (
	"time"
)

// MaxRemembered is how many callers' last writes an instance remembers; about 100 bytes each. It could do without.
const MaxRemembered = 50_000

// StreamHeartbeat is how often a stream says that it is still there: proxies cut what is silent for a minute.
const StreamHeartbeat = 15 * time.Second

// StreamWriteTimeout is how long a client may take none of what is sent to it.
const StreamWriteTimeout = 10 * time.Second

// Waiting for providers.
const (
	// providerPatience is how long a request waits for what a payment provider answers. Stripe takes half a second, and
	// some seconds on a bad day; with what was waited for before, it is less than RequestTimeout.
	providerPatience = 8 * time.Second
	// providerPoll and providerPollMax are the pauses between two looks for the answer.
	providerPoll    = 20 * time.Millisecond
	providerPollMax = 200 * time.Millisecond
)
