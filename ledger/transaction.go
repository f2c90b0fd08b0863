package ledger

import (
	"fmt"
	"time"

	"github.com/florinledger/florin/ledger/journal"
)

// sideForm is what is wrong with a side.
const sideForm = `want "debit" or "credit"`

// parseSide reads a side; ok is false when text is none.
func parseSide(text string) (side journal.Side, ok bool) {
	switch text {
	case "debit":
		return journal.Debit, true
	case "credit":
		return journal.Credit, true
	}
	return 0, false
}

// Validate reports what is wrong with the form of t: everything that can be told without the books.
// Pointers are those of the route's body, such as "/postings/1/amount".
func (t NewTransaction) Validate() []FieldError {
	var f Form
	t.validate(&f)
	return f.errors
}

func (t *NewTransaction) validate(f *Form) {
	if len(t.Postings) < 2 || len(t.Postings) > MaxPostings {
		f.Addf("/postings", "want 2 to %d postings", MaxPostings)
	} else {
		for i := range t.Postings {
			t.Postings[i].validate(f, i)
		}
	}
	if at := t.EffectiveAt; at != nil && (at.UTC().Year() < EarliestYear || at.UTC().Year() > 9999) {
		f.Addf("/effective_at", "want a time from the year %d on", EarliestYear)
	}
	f.Text("/reference", t.Reference, MaxReference)
	f.Text("/description", t.Description, MaxDescription)
	f.Metadata(t.Metadata)
	if len(t.Preconditions) > MaxPreconditions {
		f.Addf("/preconditions", "want at most %d", MaxPreconditions)
		return
	}
	for i := range t.Preconditions {
		t.Preconditions[i].validate(f, i)
	}
}

func (l *Line) validate(f *Form, i int) {
	if err := CheckAddress(l.Account); err != nil {
		f.Check(fmt.Sprintf("/postings/%d/account", i), err)
	}
	if _, ok := parseSide(l.Side); !ok {
		f.Addf(fmt.Sprintf("/postings/%d/side", i), "%s", sideForm)
	}
	if err := CheckAmount(l.Amount); err != nil {
		f.Check(fmt.Sprintf("/postings/%d/amount", i), err)
	}
	if err := CheckAssetCode(l.Asset); err != nil {
		f.Check(fmt.Sprintf("/postings/%d/asset", i), err)
	}
}

func decidePostTransaction(s *journal.Scope, c PostTransaction) error {
	return c.post(s, c.Ledger)
}

// post decides one transaction, alone or as part of a batch.
func (t *NewTransaction) post(s *journal.Scope, ledger string) error {
	if err := Malformed(t.Validate()); err != nil {
		return err
	}
	postings := make([]journal.Posting, len(t.Postings))
	for i, l := range t.Postings {
		side, _ := parseSide(l.Side)
		amount, err := ParseAmount(l.Amount)
		if err != nil {
			return err
		}
		postings[i] = journal.Posting{Account: l.Account, Side: side, Amount: amount, Asset: l.Asset}
	}
	e := journal.Event{
		Ledger: ledger, Stream: stream(ledger), Type: TypeTransactionPosted, Schema: 1,
		Body:     TransactionPosted{Reference: t.Reference, Description: t.Description, Metadata: t.Metadata},
		Postings: postings, EffectiveAt: t.effective(),
	}
	_, err := Post(s, e, Policy{preconditions: t.Preconditions, pointers: true})
	return err
}

func (t *NewTransaction) effective() time.Time {
	if t.EffectiveAt == nil {
		return time.Time{}
	}
	return *t.EffectiveAt
}
