package rediscache

import "time"

const (
	// ioTimeout is short, because Postgres answers in the time that a slow Redis would take.
	ioTimeout = 50 * time.Millisecond
	// minRest and maxRest are how long Redis is left alone after a failure: the first time, and at
	// most, after doubling with each attempt that failed.
	minRest = time.Second
	maxRest = 5 * time.Second

	// entryTTL is when an entry goes that no change has removed: a backstop, for what nobody thought of.
	// Up to a fifth is taken off at random, so that what was filled together does not go together.
	entryTTL = 5 * time.Minute
	// tombstoneTTL is how long a change keeps out who read before it. It is longer than any
	// read takes, and than a read model is usually behind; and longer than entryTTL, so that a Redis
	// that is short of memory (maxmemory-policy volatile-ttl) gives entries up before tombstones.
	tombstoneTTL = time.Hour
	// fillWithin is how long after it looked a reader may still fill in what it then read.
	fillWithin = 30 * time.Second
	// maxEntry is the longest entry that is kept, in bytes: a longer one takes Redis longer than it
	// saves.
	maxEntry = 64 << 10

	// raiseWithin is how long a generation may take to begin. Who does not come to its end, because its
	// process ended, holds the cache up for so long.
	raiseWithin = 2 * time.Second

	// readLimit bounds a read that several callers wait for: it does not end with the caller who
	// happened to be first. It is above what Postgres gives a statement of the API's.
	readLimit = 20 * time.Second
	// maxSilence is how old the newest sign of life from the feed of changes may be: what is cached is
	// believed no longer than that without hearing of changes.
	maxSilence = 2 * time.Second

	// localKeys is how many keys a process counts for itself while Redis is away, about 10 MB. The least
	// recently used are forgotten, which forgives them.
	localKeys = 1 << 16
)
