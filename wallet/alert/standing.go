package alert

import (
	"slices"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// Standing is what the writer knows of an alert.
type Standing struct {
	ID    string `json:"id"`
	Asset string `json:"asset"`
	Bound
	// Since is the position of the event that made it: what comes later may fire it.
	Since int64 `json:"since"`
	// Fired is the position of the last crossing that fired it, 0 for none. Firings is how often it has since
	// Counted, and within FiringTime of it.
	Fired   int64     `json:"fired,omitempty"`
	Counted time.Time `json:"counted,omitzero"`
	Firings int       `json:"firings,omitempty"`
}

// Standings is the decision state of alerts: those of a wallet, by its id, in the order in which they were made.
func Standings() journal.Kind[[]Standing] { return journal.NewKind[[]Standing]("alerts") }

// fires reports whether the alert fires by what the transaction e did to its wallet.
func (a Standing) fires(e *journal.Event, m move) bool {
	return a.Asset == m.asset && e.Position > a.Since && e.Position > a.Fired && a.Crossed(m.had, m.has) &&
		(a.Firings < MaxFirings || a.over(e.RecordedAt))
}

// over reports whether the time in which its firings are counted is over.
func (a Standing) over(now time.Time) bool { return !now.Before(a.Counted.Add(FiringTime)) }

// firedBy is the alert after it has fired by the transaction at a position, recorded at a time.
func (a Standing) firedBy(position int64, at time.Time) Standing {
	if a.over(at) {
		a.Counted, a.Firings = at, 0
	}
	a.Fired, a.Firings = position, a.Firings+1
	return a
}

// with returns alerts with one of them changed. What was there before may be another's to read.
func with(list []Standing, id string, change func(Standing) Standing) []Standing {
	list = slices.Clone(list)
	for i := range list {
		if list[i].ID == id {
			list[i] = change(list[i])
		}
	}
	return list
}

// without returns alerts but one. None is an empty list, so that a row always reads as it was written.
func without(list []Standing, id string) []Standing {
	left := make([]Standing, 0, len(list))
	for _, a := range list {
		if a.ID != id {
			left = append(left, a)
		}
	}
	return left
}
