package client

import "time"

// What a call may take, where Config says nothing else.
const (
	// DefaultPatience is how long a call is repeated: longer than the service takes to restart, or to have another
	// instance take over.
	DefaultPatience = 30 * time.Second
	// DefaultAttempts is how often a call is sent. With the pauses below, patience ends first where the service is
	// away, and this where it answers at once each time.
	DefaultAttempts = 15
	// DefaultTimeout is how long an attempt may take: the service gives up on a request after 20 s, and says so.
	DefaultTimeout = 30 * time.Second
)

const (
	// firstPause and longestPause are the pauses before a call is repeated, doubled in between. They come on top of
	// what an answer asks for.
	firstPause   = 100 * time.Millisecond
	longestPause = 5 * time.Second
	// pauseJitter is how much of a pause is left to chance, in per cent of it: who was turned away together does not
	// come back together.
	pauseJitter = 30
	// maxAnswer is the most that is read of an answer: a batch of 10,000 transactions is answered with all of them.
	maxAnswer = 64 << 20
	// maxProblem is the most that is read of what stands in the way of a stream.
	maxProblem = 1 << 20
)
