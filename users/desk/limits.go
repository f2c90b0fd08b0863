package desk

import "time"

const (
	// ConfirmLife is how long a link that confirms an address works. Who comes later signs in, and is sent
	// another one.
	ConfirmLife = 3 * 24 * time.Hour
	// ResetLife is how long a link that sets a password works: it opens the account, so an old mailbox
	// must not be full of them.
	ResetLife = time.Hour
	// maxLink bounds the text of a link's token, in bytes; one is about 125 long.
	maxLink = 512

	// letterInterval is how long a person waits for the next letter of a kind that others can ask for in
	// their name.
	letterInterval = time.Minute
	// maxRecent bounds for how many people that is remembered, some 100 bytes each. Beyond it the oldest is
	// forgotten.
	maxRecent = 10_000

	// maxJobs bounds what waits to be done in the background: a few minutes' work. What comes to a full queue is
	// dropped, because whoever waits for a letter can ask again.
	maxJobs = 1000
	// jobWorkers is how many background jobs are done at once.
	jobWorkers = 4
	// jobTime ends a job that hangs.
	jobTime = 30 * time.Second
	// stopTime is how long the background goes on after it is told to stop.
	stopTime = 5 * time.Second
)

// retryDelays are how long a job that failed waits before it is tried again, each time it fails. After the
// last it is given up.
func retryDelays() []time.Duration {
	return []time.Duration{10 * time.Second, time.Minute, 10 * time.Minute, time.Hour}
}
