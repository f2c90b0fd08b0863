package topology

import "time"

const (
	// pollInterval is the pause between two looks at a server that starts.
	pollInterval = 20 * time.Millisecond
	// lookTimeout is how long one such look may take.
	lookTimeout = time.Second
	// startTimeout bounds the start of databases, and that of the rest: three NATS nodes that elect take the longest, and
	// a machine that runs tests beside it has little time for them.
	startTimeout = 2 * time.Minute
	// stopTimeout is how long a part has after TERM: longer than an instance's drain delay and what its requests get.
	stopTimeout = 40 * time.Second
	// maxTail is how much of a log goes into an error.
	maxTail = 4 << 10
	// maxConnections is of the journal's Postgres: the sum of what five instances may open is 158, and operators come
	// beside them.
	maxConnections = 200
	// drainDelay is how long an instance goes on answering after TERM, and keptAlive how long nginx keeps a connection to it
	// that nobody uses: less, so that none is left when the door is shut.
	drainDelay = time.Second
	keptAlive  = 500 * time.Millisecond
)
