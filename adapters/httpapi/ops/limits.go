package ops

import "time"

const (
	// MaxReason is how many characters a reason has at most.
	MaxReason = 500
	// progressPoll is how often a stream looks how far a rebuild is, which is how often that is noted.
	progressPoll = 500 * time.Millisecond
)
