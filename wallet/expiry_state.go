package wallet

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// ExpiringPage is what a wallet's row says of one page of its holds that will expire: enough to know
// without a look at the page whether any of them is due, or whether there is room.
type ExpiringPage struct {
	// Holds is how many stand there; First is when the first of them expires.
	Holds int       `json:"holds"`
	First time.Time `json:"first,omitzero"`
}

// ExpiringLimit is how many holds of a wallet may wait for their time: the members of
// ErrTooManyExpiring.
type ExpiringLimit struct {
	Limit int `json:"limit"`
}

// dueHold is a hold and its time.
type dueHold struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// inTime orders holds by when they expire.
func inTime(a, b dueHold) int {
	return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID))
}

// expiring is the decision state of holds that are open and will expire: pages beside the wallet's
// row, each in the order of time. In the row itself they would be read and written with whatever
// else changes there; one row for each would have to be found.
func expiring() journal.Kind[[]dueHold] { return journal.NewKind[[]dueHold]("expiring") }

func pageID(walletID string, number int) string { return fmt.Sprintf("%s/%d", walletID, number) }

// hasRoom reports whether one more hold of a wallet may wait for its time.
func hasRoom(s *journal.Scope, walletID string) bool {
	w, _ := Find(s, walletID)
	return w.pageWithRoom() < maxExpiryPages
}

// pageWithRoom is the number of the first page that takes one more, be it a new one.
func (w State) pageWithRoom() int {
	for number, page := range w.Expiring {
		if page.Holds < expiryPage {
			return number
		}
	}
	return len(w.Expiring)
}

// noteExpiring puts a hold on a page of its wallet, and returns which.
func noteExpiring(s *journal.Scope, walletID string, d dueHold) (number int) {
	w, _ := Wallets().Get(s, walletID)
	number = w.pageWithRoom()
	list, _ := expiring().Get(s, pageID(walletID, number))
	at, _ := slices.BinarySearchFunc(list, d, inTime)
	putPage(s, walletID, w, number, slices.Insert(slices.Clone(list), at, d))
	return number
}

// dropExpiring takes a hold that is over from its page.
func dropExpiring(s *journal.Scope, walletID string, number int, d dueHold) {
	w, _ := Wallets().Get(s, walletID)
	list, _ := expiring().Get(s, pageID(walletID, number))
	if at, found := slices.BinarySearchFunc(list, d, inTime); found {
		putPage(s, walletID, w, number, slices.Delete(slices.Clone(list), at, at+1))
	}
}

// putPage puts a page and what the wallet's row says of it.
func putPage(s *journal.Scope, walletID string, w State, number int, list []dueHold) {
	page := ExpiringPage{Holds: len(list)}
	if len(list) > 0 {
		page.First = list[0].At
	}
	w.Expiring = slices.Clone(w.Expiring)
	if number < len(w.Expiring) {
		w.Expiring[number] = page
	} else {
		w.Expiring = append(w.Expiring, page)
	}
	for n := len(w.Expiring); n > 0 && w.Expiring[n-1].Holds == 0; n-- { // the row gets short again
		w.Expiring = w.Expiring[:n-1]
	}
	expiring().Put(s, pageID(walletID, number), list)
	Wallets().Put(s, walletID, w)
}

// withoutExpiry reads what holds were placed with before they could expire: they never do, which is what
// the absence of a time says.
func withoutExpiry(v1 json.RawMessage) (json.RawMessage, error) { return v1, nil }
