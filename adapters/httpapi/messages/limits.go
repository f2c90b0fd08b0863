package messages

import (
	"time"
)

// Messages.
const (
	// MaxMessages is how many a page has at most, whatever is asked for: each may have 64 KiB.
	MaxMessages = 100
	// MaxStreams is how many streams a person may follow through one process: every window of theirs has
	// one.
	MaxStreams = 16
	// streamPoll is how often a stream looks by itself, for what the bus has not told of, and asks whether its
	// caller may still read, which it asks before it sends anything too.
	streamPoll = 2 * time.Second
	// StreamPage is how many changes are read at once: 1.3 MB of messages at the most, for each of the
	// streams that come back together after a restart.
	StreamPage = 20
)
