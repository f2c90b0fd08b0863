package hledger

import "github.com/florinledger/florin/ledger"

const (
	// maxPlaces is the most decimals of an amount that are trusted. hledger rounds to ten when it
	// writes JSON, and says nothing; an amount with ten may have had more.
	maxPlaces = 9
	// maxExponent bounds the exponent of a mantissa such as 1.5e24, so that no short text makes a
	// number that takes a day to write down.
	maxExponent = 2 * ledger.MaxDigits
	// maxMappingFile bounds a mapping file, in bytes: a hundred thousand names fit.
	maxMappingFile = 16 << 20
)
