package risk

import "time"

const (
	// MaxRules is how many rules are live at once: all of them are worked out for every payment, by the one writer.
	MaxRules = 100
	// MaxName bounds, in bytes, the name of a rule: a line on a screen.
	MaxName = 64
	// MaxWhen bounds, in bytes, the text of a condition. What is longer is a list, and belongs into several rules.
	MaxWhen = 2000
	// MaxReason bounds, in bytes, why a rule decides as it does: one sentence.
	MaxReason = 255
	// MaxCost is what a condition may cost at most to work out, in the units of CEL's own estimate: about one for a look
	// at a fact, a comparison, or an element of a list. Five hundred take some ten microseconds.
	MaxCost = 500
	// MaxUsers is how many users of a card are told apart. Three are suspicious.
	MaxUsers = 8
	// MaxTried is how many payments of the past rules are tried against at once.
	MaxTried = 1000
	// factSize bounds, in bytes, a fact that is a text: ids are shorter.
	factSize = 255
	// fine and coarse are how long slots are, of the hour and of the day.
	fine, coarse = 5 * time.Minute, time.Hour
)
