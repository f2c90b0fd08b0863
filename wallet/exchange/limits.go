package exchange

import "time"

// The limits of exchanges. Each says what it protects. Those of amounts and texts are the ledger's.
const (
	// MaxRateDigits is the most digits of a rate, decimals included: a token that is worth a hundred-billionth
	// of another, told to twenty places, has 32.
	MaxRateDigits = 40
	// MaxSpreadDecimals is the most decimals of a spread in percent: a ten-thousandth of a basis point.
	MaxSpreadDecimals = 6
	// DefaultLeastUnits is what is bought at least, in units of its asset's scale, of a pair without a minimum of its
	// own: 1.00 USD, 100 JPY. Rounding gives up to half a unit away. Of one unit that is more than a spread earns: who
	// exchanges 1 JPY for 0.01 USD and back again has 2. Of a hundred it is half a percent, which a spread can earn.
	DefaultLeastUnits = 100
	// MinValidFor and MaxValidFor bound how long a quote stands: not so short that nobody can use it, and no
	// longer than a house can be held to a rate. DefaultValidFor is for a person who reads it and says yes.
	MinValidFor     = time.Second
	DefaultValidFor = 30 * time.Second
	MaxValidFor     = 24 * time.Hour
)
