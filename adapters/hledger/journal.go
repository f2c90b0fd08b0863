package hledger

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// Transaction is a transaction as hledger writes it, as far as it is carried over. hledger's versions
// add members; those that are not named here are passed by, and what they would change of the
// amounts shows, because the transaction then does not balance.
type Transaction struct {
	// Index counts the transactions of the journal in the order in which they were written.
	Index int `json:"tindex"`
	// Date is the primary date, such as 2024-12-31; Date2 the secondary one, or empty.
	Date  string `json:"tdate"`
	Date2 string `json:"tdate2"`
	// Status is Unmarked, Pending or Cleared.
	Status           string      `json:"tstatus"`
	Code             string      `json:"tcode"`
	Description      string      `json:"tdescription"`
	Comment          string      `json:"tcomment"`
	PrecedingComment string      `json:"tprecedingcomment"`
	Tags             [][2]string `json:"ttags"`
	Postings         []Posting   `json:"tpostings"`
	// Lines are where it begins and where it ends.
	Lines []Place `json:"tsourcepos"`
}

// Place is a line of a journal.
type Place struct {
	File string `json:"sourceName"`
	Line int    `json:"sourceLine"`
}

// At says where the transaction stands, as editors understand it: file:line.
func (t *Transaction) At() string {
	if len(t.Lines) == 0 {
		return fmt.Sprintf("transaction %d", t.Index)
	}
	return fmt.Sprintf("%s:%d", t.Lines[0].File, t.Lines[0].Line)
}

// Title names the transaction as a bookkeeper would: by its date and its description.
func (t *Transaction) Title() string {
	if t.Description == "" {
		return t.Date
	}
	return t.Date + " " + t.Description
}

// The types of postings.
const (
	regular         = "RegularPosting"
	virtual         = "VirtualPosting"
	balancedVirtual = "BalancedVirtualPosting"
)

// Posting is a posting as hledger writes it.
type Posting struct {
	Account string   `json:"paccount"`
	Amounts []Amount `json:"pamount"`
	// Type says whether it is virtual in hledger 1.25 and its successors, Realness in the newest.
	Type     string `json:"ptype"`
	Realness string `json:"preal"`
	// Date and Date2 are the posting's own dates, or empty.
	Date    string `json:"pdate"`
	Date2   string `json:"pdate2"`
	Status  string `json:"pstatus"`
	Comment string `json:"pcomment"`
	// Assertion is the balance that the journal asserts or assigns, or null.
	Assertion jsontext.Value `json:"pbalanceassertion"`
}

// kind is the type of the posting, by its older name.
func (p *Posting) kind() string {
	switch {
	case p.Type != "":
		return p.Type
	case p.Realness == "RealPosting":
		return regular
	}
	return p.Realness
}

// Amount is a quantity of one commodity, with its cost if it has one.
type Amount struct {
	Commodity string   `json:"acommodity"`
	Quantity  Quantity `json:"aquantity"`
	// Price is the cost in older versions of hledger, Cost in newer ones.
	Price *Cost `json:"aprice"`
	Cost  *Cost `json:"acost"`
}

// cost returns the amount's cost, nil for none.
func (a *Amount) cost() *Cost {
	if a.Price != nil {
		return a.Price
	}
	return a.Cost
}

// Cost is what an amount was exchanged for: a price per unit (@), or in total (@@).
type Cost struct {
	Tag      string `json:"tag"`
	Contents Amount `json:"contents"`
}

// perUnit and inTotal report which cost it is, by its older and its newer name.
func (c *Cost) perUnit() bool { return c.Tag == "UnitPrice" || c.Tag == "UnitCost" }
func (c *Cost) inTotal() bool { return c.Tag == "TotalPrice" || c.Tag == "TotalCost" }
