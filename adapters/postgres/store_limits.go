package postgres

import "time"

const (
	// terminateTimeout is how long a take-over waits for the old writer's backend to be gone. Ending
	// takes a backend milliseconds where the machine is not overloaded.
	terminateTimeout = 4 * time.Second
	// takeOverTimeout bounds a whole take-over, a commit that waits for a stand-by included.
	takeOverTimeout = 10 * time.Second
	// lockTimeout is how long the writer waits for a lock. It waits for none but the head's, and for
	// that only while somebody else takes the shard over.
	lockTimeout = 5 * time.Second
	// statementTimeout ends on the server what the writer gave up (its commit timeout is 10 s).
	statementTimeout = 15 * time.Second
	// closeTimeout is how long a term's connection may take to say goodbye.
	closeTimeout = time.Second
	// partitionSize is how many positions a partition of events holds; journal_ensure_partition knows
	// the same number. 10 million events are about 5 GB.
	partitionSize = 10_000_000
	// partitionLead is how far ahead of the last position a partition must exist. At 70,000 events/s
	// half a partition lasts for more than a minute.
	partitionLead = partitionSize / 2
	// partitionRetry is how many positions pass before a partition that could not be made ahead of
	// time is tried again: often enough within partitionLead, seldom enough not to be felt.
	partitionRetry = 50_000
	// maxReason is the most of a dead letter's reason that is kept, in bytes: a panic may carry anything.
	maxReason = 4 << 10
)
