package schedule

import "time"

// The limits of schedules. Each says what it protects. Those of a transfer are the wallet's.
const (
	// MaxRule, in bytes, is what a rule may be written in; the longest example of RFC 5545 has a fifth of it.
	MaxRule = 255
	// MaxInterval is the largest INTERVAL of a rule, and MaxCount the largest COUNT: a hundred years of
	// hours. What is more is a slip of the pen.
	MaxInterval = 1_000
	MaxCount    = 1_000_000
	// MaxAhead is how far ahead a schedule may begin, and how long ago: an order for later than that is
	// forgotten by who gave it.
	MaxAhead = 10 * 366 * 24 * time.Hour
	// MaxSchedules is how many schedules that have not ended may pay from a wallet by what its owner orders: one request
	// makes work for years, and is paid for once. A service, which has payrolls to pay, is not bound.
	MaxSchedules = 200
	// MaxRuns is how many occurrences of one schedule are paid in one decision, when some were missed: a day
	// of an hourly one. MaxTogether is how many schedules one command should ask for, so that what it
	// causes fits in a commit.
	MaxRuns     = 24
	MaxTogether = 100
	// MaxRefusals is how often in a row a schedule may be refused before it is paused: its owner has been
	// told as often, and did nothing.
	MaxRefusals = 10
	// MaxUpcoming is how many occurrences to come are shown.
	MaxUpcoming = 5
)
