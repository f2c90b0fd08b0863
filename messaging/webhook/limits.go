package webhook

import "time"

// Limits of endpoints.
const (
	// MaxURL is the longest address of an endpoint, in bytes: what common servers take.
	MaxURL = 2048
	// MaxDescription is the longest description, in bytes.
	MaxDescription = 500
	// MaxEventTypes is how many types of events an endpoint may ask for one by one; there are fewer.
	MaxEventTypes = 64
	// maxEventType is the longest name of a type of events, in bytes.
	maxEventType = 64
	// MaxEndpoints is how many endpoints one principal may have: each costs a row for every event.
	MaxEndpoints = 20
	// MaxReplaced is how many secrets may still sign beside the one that took their place. Each makes a request
	// longer.
	MaxReplaced = 4
	// SecretOverlap is for how long a secret signs after another took its place: time to change a setting at the
	// other end without haste.
	SecretOverlap = 24 * time.Hour
)

// Limits of deliveries.
const (
	// RetryFor is how long a delivery is tried again: a weekend, with what a Friday evening adds to it.
	RetryFor = 72 * time.Hour
	// DeadAfter is how long an endpoint may fail at everything before it is switched off. It is a little less than
	// RetryFor, so that one delivery that failed to its end is enough.
	DeadAfter = RetryFor - time.Minute
	// KeepDelivered is how long what was delivered is listed, and can be sent again.
	KeepDelivered = 7 * 24 * time.Hour
	// KeepFailed is how long what was given up is: long enough to come back from a holiday.
	KeepFailed = 30 * 24 * time.Hour
	// MaxRedelivered is how many deliveries one request sends again; the same request again does the next ones.
	MaxRedelivered = 10_000
)

// jitterPerMille is by how much a pause is longer at most than the schedule says, so that what failed together does
// not come again together.
const jitterPerMille = 200

// Schedule returns the pauses after the first attempts: 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 2 h, 4 h. Every later
// one is of 8 h, until RetryFor is over: 17 attempts or so in all.
func Schedule() []time.Duration {
	return []time.Duration{
		5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 4 * time.Hour,
	}
}

// longestPause is the pause once the schedule is through, and the longest that a receiver may ask for.
const longestPause = 8 * time.Hour
