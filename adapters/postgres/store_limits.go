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
	// partitionSize is how many positions a partition of events holds, but for the first ones; journal_ensure_partition
	// knows the same number. 100 million events are about 49 GB.
	partitionSize = 100_000_000
	// partitionLead is how far ahead of the last position a partition must exist. At 70,000 events/s
	// it lasts for more than a minute.
	partitionLead = 5_000_000
	// partitionRetry is how many positions pass before a partition that could not be made ahead of
	// time is tried again: often enough within partitionLead, seldom enough not to be felt.
	partitionRetry = 50_000
	// maxReach is how many partitions may be made ahead by hand. Each costs every query that does not say where it reads.
	maxReach = 100
	// moveLockTimeout is how long it is waited until nobody uses a partition that is to be moved: meanwhile whoever comes waits too.
	moveLockTimeout = 2 * time.Second
	// maxReason is the most of a dead letter's reason that is kept, in bytes: a panic may carry anything.
	maxReason = 4 << 10
)
