package risk

import (
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// Party is who a payment is counted for: whose wallet it is for, that wallet, and the card, which is empty while it is not
// known.
type Party struct {
	Owner, Wallet, Card string
}

// Count is what an event says of a payment, to be counted.
type Count struct {
	// Asked is what was asked for; the zero Money for nothing.
	Asked ledger.Money
	// Refused: rules or finance refused it. Failed: a try to pay failed. Paid: the first money came in. Disputed: the
	// payer disputes it for the first time.
	Refused, Failed, Paid, Disputed bool
}

// count is what is kept of a user's payments, a wallet's, or a card's.
type count struct {
	Slots    []slot `json:"slots,omitempty"`
	Paid     int64  `json:"paid,omitempty"`
	Disputed int64  `json:"disputed,omitempty"`
	// Users are those who paid with a card, up to MaxUsers.
	Users []string `json:"users,omitempty"`
}

// slot is what happened within a time. Slots follow each other in time, coarse ones before fine ones.
type slot struct {
	// At is when it begins, in seconds since 1970; Seconds how long it is.
	At       int64             `json:"at"`
	Seconds  int64             `json:"seconds"`
	Payments int64             `json:"payments,omitempty"`
	Refused  int64             `json:"refused,omitempty"`
	Failed   int64             `json:"failed,omitempty"`
	Sums     map[string]string `json:"sums,omitempty"`
}

func counts() journal.Kind[count] { return journal.NewKind[count]("risk-count") }

// ids are under which a party is counted. An owner may have any name, and is the last part of its id.
func (p Party) ids() []string {
	out := []string{"user/" + p.Owner, "wallet/" + p.Wallet}
	if p.Card != "" {
		out = append(out, "card/"+p.Card)
	}
	return out
}

// Counted counts what an event says of a payment, for its evolver.
func Counted(s *journal.Scope, e *journal.Event, p Party, c Count) {
	for _, id := range p.ids() {
		row, _ := counts().Get(s, id)
		counts().Put(s, id, row.with(c, e.RecordedAt))
	}
}

// CardSeen counts a payment for its card, which was not known before, with all that has happened to it by then. For the
// evolver of the event that says so: user and wallet were counted as it happened.
func CardSeen(s *journal.Scope, e *journal.Event, p Party, c Count) {
	row, _ := counts().Get(s, "card/"+p.Card)
	row = row.with(c, e.RecordedAt)
	if !slices.Contains(row.Users, p.Owner) && len(row.Users) < MaxUsers {
		row.Users = append(slices.Clip(row.Users), p.Owner)
	}
	counts().Put(s, "card/"+p.Card, row)
}

// with returns row with what happened at a time, and without what is too old to matter.
func (row count) with(c Count, at time.Time) count {
	if c.Paid {
		row.Paid++
	}
	if c.Disputed {
		row.Disputed++
	}
	if c.Asked.Asset == "" && !c.Refused && !c.Failed {
		return row
	}
	row.Slots = kept(row.Slots, at)
	begin := at.Truncate(fine).Unix()
	if n := len(row.Slots); n == 0 || row.Slots[n-1].Seconds != seconds(fine) || row.Slots[n-1].At != begin {
		row.Slots = append(row.Slots, slot{At: begin, Seconds: seconds(fine)})
	}
	last := &row.Slots[len(row.Slots)-1]
	one := slot{Refused: ones(c.Refused), Failed: ones(c.Failed)}
	if c.Asked.Asset != "" {
		one.Payments, one.Sums = 1, map[string]string{c.Asked.Asset: c.Asked.Amount}
	}
	*last = last.plus(one)
	return row
}

// kept are the slots that matter at a time, in a slice of its own: those of the last hour fine, those of the day coarse.
func kept(slots []slot, now time.Time) []slot {
	out := make([]slot, 0, len(slots)+1)
	for _, x := range slots {
		if x.over(now, 24*time.Hour) {
			continue
		}
		if x.Seconds == seconds(fine) && x.over(now, time.Hour) {
			x.At -= x.At % seconds(coarse)
			x.Seconds = seconds(coarse)
		}
		if n := len(out); n > 0 && out[n-1].At == x.At && out[n-1].Seconds == x.Seconds {
			out[n-1] = out[n-1].plus(x)
			continue
		}
		out = append(out, x)
	}
	return out
}

// over reports whether a slot ended longer ago than a window is.
func (x slot) over(now time.Time, window time.Duration) bool {
	return !time.Unix(x.At+x.Seconds, 0).After(now.Add(-window))
}

// plus returns the two in the place of the first.
func (x slot) plus(y slot) slot {
	x.Payments, x.Refused, x.Failed = x.Payments+y.Payments, x.Refused+y.Refused, x.Failed+y.Failed
	if len(y.Sums) == 0 {
		return x
	}
	sums := maps.Clone(x.Sums)
	if sums == nil {
		sums = map[string]string{}
	}
	for asset, sum := range y.Sums {
		total := wallet.Figure(sum)
		if before, ok := sums[asset]; ok {
			total = total.Add(wallet.Figure(before))
		}
		sums[asset] = journal.FormatAmount(total)
	}
	x.Sums = sums
	return x
}

// history is what is counted, at a time and in an asset whose nothing is zero.
func (row count) history(now time.Time, asset string, zero decimal.Decimal) History {
	h := History{Paid: row.Paid, Disputed: row.Disputed}
	hour, day := zero, zero
	for _, x := range row.Slots {
		if x.over(now, 24*time.Hour) {
			continue
		}
		sum := zero
		if text, ok := x.Sums[asset]; ok {
			sum = wallet.Figure(text)
		}
		h.PaymentsDay, h.RefusedDay, h.FailedDay = h.PaymentsDay+x.Payments, h.RefusedDay+x.Refused, h.FailedDay+x.Failed
		day = day.Add(sum)
		if !x.over(now, time.Hour) && x.Seconds == seconds(fine) {
			h.PaymentsHour += x.Payments
			hour = hour.Add(sum)
		}
	}
	h.AmountHour, h.AmountDay = journal.FormatAmount(hour), journal.FormatAmount(day)
	return h
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

func ones(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}
