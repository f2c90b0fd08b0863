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

// ExpiringPage is what a wallet's row says of one page of its holds that will expire, beyond the first: enough to
// know without a look at the page whether any of them is due, or whether there is room.
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

// DueHold is a hold and its time.
type DueHold struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// inTime orders holds by when they expire.
func inTime(a, b DueHold) int {
	return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID))
}

// expiring is the decision state of holds that are open and will expire: pages beside the wallet's
// row, each in the order of time. All of them in the row would be read and written with whatever
// else changes there; one row for each would have to be found. The few that most wallets have, though, stand in the
// row (page 0): it tells of the other pages and so changes with each hold, and one row less is written.
func expiring() journal.Kind[[]DueHold] { return journal.NewKind[[]DueHold]("expiring") }

func pageID(walletID string, number int) string { return fmt.Sprintf("%s/%d", walletID, number) }

// roomOn is how many holds a page takes.
func roomOn(number int) int { return expiryPage * (number + 1) }

// hasRoom reports whether one more hold of a wallet may wait for its time.
func hasRoom(s *journal.Scope, walletID string) bool {
	w, _ := Find(s, walletID)
	waiting := len(w.Due)
	for _, page := range w.Expiring {
		waiting += page.Holds
	}
	return waiting < MaxExpiring
}

// pageWithRoom is the number of the first page that takes one more, be it a new one.
func (w State) pageWithRoom() int {
	if len(w.Due) < roomOn(0) {
		return 0
	}
	for i, page := range w.Expiring {
		if page.Holds < roomOn(i+1) {
			return i + 1
		}
	}
	return len(w.Expiring) + 1
}

// page is what stands on a page of a wallet.
func (w State) page(s *journal.Scope, walletID string, number int) []DueHold {
	if number == 0 {
		return w.Due
	}
	list, _ := expiring().Get(s, pageID(walletID, number))
	return list
}

// noteExpiring puts a hold on a page of its wallet, and returns which.
func noteExpiring(s *journal.Scope, walletID string, d DueHold) (number int) {
	w, _ := Wallets().Get(s, walletID)
	number = w.pageWithRoom()
	list := w.page(s, walletID, number)
	at, _ := slices.BinarySearchFunc(list, d, inTime)
	putPage(s, walletID, w, number, slices.Insert(slices.Clone(list), at, d))
	return number
}

// dropExpiring takes a hold that is over from its page.
func dropExpiring(s *journal.Scope, walletID string, number int, d DueHold) {
	w, _ := Wallets().Get(s, walletID)
	list := w.page(s, walletID, number)
	if at, found := slices.BinarySearchFunc(list, d, inTime); found {
		putPage(s, walletID, w, number, slices.Delete(slices.Clone(list), at, at+1))
	}
}

// putPage puts a page, or what the wallet's row says of it.
func putPage(s *journal.Scope, walletID string, w State, number int, list []DueHold) {
	if number == 0 {
		w.Due = list
		Wallets().Put(s, walletID, w)
		return
	}
	page := ExpiringPage{Holds: len(list)}
	if len(list) > 0 {
		page.First = list[0].At
	}
	w.Expiring = slices.Clone(w.Expiring)
	if number <= len(w.Expiring) {
		w.Expiring[number-1] = page
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
