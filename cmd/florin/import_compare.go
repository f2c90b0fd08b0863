package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
)

// postedTransaction is a transaction of the books, as far as an import made it.
type postedTransaction struct {
	ID          string            `json:"id"`
	Reference   string            `json:"reference"`
	Postings    []ledger.Line     `json:"postings"`
	EffectiveAt time.Time         `json:"effective_at"`
	Description string            `json:"description"`
	Metadata    map[string]string `json:"metadata"`
}

// compare reads the transaction that has the reference. It is there already, or it is another: the file
// was changed since.
func (p *poster) compare(ctx context.Context, e importEntry, taken *problem) error {
	var found postedTransaction
	if err := p.client.get(ctx, p.path+"/"+taken.TransactionID, nil, &found); err != nil {
		return fmt.Errorf("the transaction that has the reference %q: %w", taken.Reference, err)
	}
	var want ledger.NewTransaction
	if err := json.Unmarshal(e.body, &want); err != nil {
		return err
	}
	what := difference(&want, &found)
	if what == "" {
		p.there++
		return nil
	}
	r, err := e.record()
	if err == nil {
		p.problems.add(r.At, r.Title, fmt.Sprintf("it was posted before as %s (reference %q) with %s: what is posted stays, so reverse it there, "+
			"or take the change out of the file; if this is another journal, give it a --reference-prefix of its own", found.ID, r.Reference, what))
	}
	return err
}

// difference says what of the transaction is not as the file has it; empty when nothing is.
func difference(want *ledger.NewTransaction, found *postedTransaction) string {
	switch {
	case !samePostings(want.Postings, found.Postings):
		return "other postings"
	case want.EffectiveAt != nil && !want.EffectiveAt.Truncate(time.Microsecond).Equal(found.EffectiveAt):
		return "the date " + found.EffectiveAt.Format(time.RFC3339)
	case want.Description != found.Description:
		return fmt.Sprintf("the description %q", found.Description)
	case !maps.Equal(want.Metadata, found.Metadata):
		return "other comments, tags or status"
	}
	return ""
}

func samePostings(want, found []ledger.Line) bool {
	if len(want) != len(found) {
		return false
	}
	for i, w := range want {
		a, errA := decimal.NewFromString(w.Amount)
		b, errB := decimal.NewFromString(found[i].Amount)
		if errA != nil || errB != nil || !a.Equal(b) {
			return false
		}
		if w.Account != found[i].Account || w.Side != found[i].Side || w.Asset != found[i].Asset {
			return false
		}
	}
	return true
}
