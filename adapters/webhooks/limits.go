package webhooks

import "time"

const (
	// Timeout bounds an attempt from dialling to the end of the answer: what takes longer belongs into a queue at the
	// other end.
	Timeout = 15 * time.Second
	// MaxInFlight is how many attempts one process makes at once: enough for sixteen endpoints at their most, and two
	// hundred that fail slowly.
	MaxInFlight = 256
	// MaxPerEndpoint is how many of them go to one endpoint, so that a crowd of events does not fall on it at once.
	MaxPerEndpoint = 16
	// inHand is how long a delivery is in the hands of who claimed it: an attempt and what it takes to write down how
	// it ended. A process that ends leaves for as long what was not answered.
	inHand = Timeout + 45*time.Second
	// settleFor is how long writing down may take what became of an attempt: what is not written down is sent again.
	settleFor = 5 * time.Second
	// poll is how often the sender looks for what is due, while nothing else makes it look.
	poll = 250 * time.Millisecond
	// troublePause is the pause after the database, or the vault, was away.
	troublePause = time.Second
	// putBackFor is when what could not be made for want of the database or the vault is due again at the earliest, and
	// putBackMax at the latest.
	putBackFor, putBackMax = 10 * time.Second, 10 * time.Minute
	// endpointsFor is how long endpoints are remembered. An endpoint that was switched off, or whose secret was
	// revoked, is sent to for so long and no longer.
	endpointsFor = time.Second
	// endpointsPage is how many endpoints are read at once.
	endpointsPage = 1000
	// maxAnswer is how much of an answer is read, so that its connection can be used again; what is longer costs
	// the connection. Nothing of it is kept.
	maxAnswer = 16 << 10
	// maxAnswerHeaders bounds the headers of an answer.
	maxAnswerHeaders = 32 << 10
	// idleFor is how long a connection is kept for the next attempt.
	idleFor = time.Minute
	// maxRetryAfter is the longest Retry-After, in seconds, that is read as a number.
	maxRetryAfter = 7 * 24 * 60 * 60
)
