package exchange

import "time"

// The limits of exchanges. Each says what it protects. Those of amounts and texts are the ledger's.
const (
	// MaxRateDigits is the most digits of a rate, decimals included: a token that is worth a hundred-billionth
	// of another, told to twenty places, has 32.
	MaxRateDigits = 40
	// MaxSpreadDecimals is the most decimals of a spread in percent: a ten-thousandth of a basis point.
	MaxSpreadDecimals = 6
	// MinValidFor and MaxValidFor bound how long a quote stands: not so short that nobody can use it, and no
	// longer than a house can be held to a rate. DefaultValidFor is for a person who reads it and says yes.
	MinValidFor     = time.Second
	DefaultValidFor = 30 * time.Second
	MaxValidFor     = 24 * time.Hour
)
