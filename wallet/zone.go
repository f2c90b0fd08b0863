package wallet

import (
	"fmt"
	"time"

	// The names are known, and mean the same, on every machine.
	_ "time/tzdata"
)

// UTC is the time zone of a wallet that names none.
const UTC = "UTC"

// Zone returns a time zone by its name in the IANA database, such as Europe/Berlin; empty is UTC.
//
// Go knows some that the database does not: "Local", which is another one on every machine, and what
// systems keep beside it, in folders of lower case.
func Zone(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	if name == "Local" || name[0] < 'A' || name[0] > 'Z' {
		return nil, fmt.Errorf("unknown time zone %s", name)
	}
	return time.LoadLocation(name)
}

// Location is the wallet's time zone. Errors: it is none that this machine knows.
func (w Wallet) Location() (*time.Location, error) { return Zone(w.TimeZone) }
