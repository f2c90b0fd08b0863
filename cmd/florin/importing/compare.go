package importing

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/adapters/httpapi/client"
	"github.com/florinledger/florin/ledger"
)

// compare reads the transaction that has the reference. It is there already, or it is another: the file
// was changed since.
func (p *poster) compare(ctx context.Context, e entry, taken *client.Problem) error {
	by, err := membersOf(taken)
	if err != nil {
		return fmt.Errorf("the transaction that has a reference: %w", err)
	}
	found, err := p.florin.GetTransaction(ctx, p.ledger, by.TransactionID, nil)
	if err != nil {
		return fmt.Errorf("the transaction that has the reference %q: %w", by.Reference, err)
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
func difference(want *ledger.NewTransaction, found *client.Transaction) string {
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

func samePostings(want []ledger.Line, found []client.Posting) bool {
	if len(want) != len(found) {
		return false
	}
	for i, w := range want {
		a, errA := decimal.NewFromString(w.Amount)
		b, errB := decimal.NewFromString(found[i].Amount)
		if errA != nil || errB != nil || !a.Equal(b) {
			return false
		}
		if w.Account != found[i].Account || w.Side != string(found[i].Side) || w.Asset != found[i].Asset {
			return false
		}
	}
	return true
}
