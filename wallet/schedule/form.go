package schedule

import (
	"time"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// runMark is how much longer a reference gets in a run of a schedule that recurs: a slash and the occurrence.
const runMark = len("/2026-01-31T09:00:00Z")

// form is the wallet's, with what schedules are made of. Pointers are into the body of a command's route.
type form struct{ wallet.Form }

// Validate reports what is wrong with the form of c.
func (c CreateSchedule) Validate() []ledger.FieldError {
	var f form
	f.transfer(c.Transfer, c.Timing.recurs())
	if (c.At != nil) == c.recurs() {
		f.Addf("/at", "want at or rrule, and not both")
	}
	f.timing(c.Timing)
	return f.Errors()
}

// transfer checks what is to be paid. The references of a schedule that recurs get longer.
func (f *form) transfer(t wallet.NewTransfer, recurs bool) {
	for _, wrong := range t.Validate() {
		f.Addf("/transfer"+wrong.Pointer, "%s", wrong.Detail)
	}
	f.reference(t.Reference, recurs)
}

func (f *form) reference(text string, recurs bool) {
	if longest := ledger.MaxReference - runMark; recurs && len(text) > longest && len(text) <= ledger.MaxReference {
		f.Addf("/transfer/reference", "want at most %d bytes: each run adds its time", longest)
	}
}

// timing checks when it is to be paid, as far as that can be said without a clock.
func (f *form) timing(t Timing) {
	if t.At != nil && t.StartsAt != nil {
		f.Addf("/starts_at", "it is for rrule: at says when by itself")
	}
	if zone, err := wallet.Zone(t.TimeZone); err != nil {
		f.Addf("/time_zone", "want a name of the IANA time zone database, such as Europe/Berlin")
	} else if t.recurs() {
		f.rule(t.RRule, t.StartsAt, zone)
	}
}

// rule checks a rule by itself: that it can be read, and that it ever occurs. What is found out here, by whoever
// asks, costs the writer nothing.
func (f *form) rule(text string, start *time.Time, zone *time.Location) {
	r, err := ReadRule(text)
	if err != nil {
		f.Check("/rrule", err)
		return
	}
	from := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC) // any, when it is not known
	if start != nil {
		from = *start
	}
	r = r.from(from, zone)
	r.until = end{} // which may be before that
	if start == nil && !r.reachable() {
		return // from then; from another time it may be
	}
	for range r.after(from.Add(-time.Second)) {
		return
	}
	f.Addf("/rrule", "it does not occur within %d years", lookAhead)
}

// Validate reports what is wrong with the form of c.
func (c ChangeSchedule) Validate() []ledger.FieldError {
	var f form
	if c.Status != nil && *c.Status != StatusActive && *c.Status != StatusPaused {
		f.Addf("/status", "want active or paused; DELETE ends a schedule")
	}
	f.transferChanges(c.Transfer)
	if c.At != nil && c.RRule != nil {
		f.Addf("/at", "want at or rrule, not both")
	}
	if c.RRule != nil && *c.RRule == "" {
		f.Addf("/rrule", "want a rule, such as FREQ=MONTHLY")
	}
	t := Timing{At: c.At, StartsAt: c.StartsAt}
	if c.RRule != nil {
		t.RRule = *c.RRule
	}
	if c.TimeZone != nil {
		t.TimeZone = *c.TimeZone
	}
	f.timing(t)
	return f.Errors()
}

func (f *form) transferChanges(c TransferChanges) {
	// As a transfer of which all else is right.
	const payer, payee = "wal_01k0q3v9x8f6r8v4t0d6m2n7h5", "wal_01k0q3v9x8f6r8v4t0d6m2n7h6"
	t := wallet.NewTransfer{FromWallet: payer, ToWallet: payee, Amount: ledger.Money{Amount: "1", Asset: "USD"}}
	f.transfer(c.apply(t), false)
}

// apply returns a transfer with the changes made.
func (c TransferChanges) apply(t wallet.NewTransfer) wallet.NewTransfer {
	if c.Amount != nil {
		t.Amount = *c.Amount
	}
	if c.Description != nil {
		t.Description = *c.Description
	}
	if c.Reference != nil {
		t.Reference = *c.Reference
	}
	if c.Metadata != nil {
		t.Metadata = *c.Metadata
	}
	return t
}
