package membership

import "time"

// The limits of memberships. Each says what it protects.
const (
	// MaxCode leaves room in an asset's code for what is put behind a plan's.
	MaxCode = 28
	// MaxName, in bytes, is a line on a screen.
	MaxName = 255
	// MaxProviderPrice, in bytes, is more than the id of any provider's price has.
	MaxProviderPrice = 255
	// Grace is how long a member stays one whose renewal was refused: long enough for a bank to bring money over
	// a weekend. It is tried again every GraceTry.
	Grace    = 3 * Day
	GraceTry = Day
	// PageLife is how long a membership that is to be paid on a provider's page waits for that. Stripe's page is open for a
	// day; an hour more is for what it tells of it.
	PageLife = Day + time.Hour
	// MaxSteps is how many days and renewals of one membership are booked in one decision, when some were
	// missed: a quarter. MaxTogether is how many memberships one command should ask for, so that what it
	// causes fits in a commit, most often a day of each.
	MaxSteps    = 92
	MaxTogether = 100
	// maxAsking is how many memberships a provider is asked for at once: Stripe takes 25 calls per second in test mode,
	// and payments are asked for beside them.
	maxAsking = 6
)

// Day is what entitlements are counted in.
const Day = 24 * time.Hour
