package recon

import "time"

const (
	// Edge is how far beyond a period both sides are read: a message is booked at the time that it tells, which is seconds
	// from that of its line, and rarely more.
	Edge = time.Hour
	// Young is how old something is until it is a break: lines are listed every minute, and may be listed late.
	Young = 10 * time.Minute
	// MaxPeriod is the longest period that one report is made of.
	MaxPeriod = 92 * 24 * time.Hour
	// MaxLines is how many lines and how many entries one report takes, some 200 MB of memory. Who has more in a period asks
	// for a shorter one.
	MaxLines = 250_000
)
