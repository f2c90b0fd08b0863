package importing

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/client"
)

// findTwin looks whether the journal is in the books under another name: a file that was renamed would
// otherwise be posted a second time, and nobody would notice but the trial balance. It looks for a
// transaction that is as the first of the file is, with the same number, and asks whoever imports
// to say which journal this is. A journal whose name was given by hand is taken by that name.
func (p *poster) findTwin(ctx context.Context) error {
	first := p.plan.first
	if first == nil {
		return nil
	}
	want := first.Transaction
	line := want.Postings[0]
	if _, unknown := p.plan.needed[line.Asset]; unknown { // then nothing in it was ever posted
		return nil
	}
	page, err := p.florin.ListTransactions(ctx, p.ledger, &client.ListTransactionsParams{
		Account: line.Account, Asset: line.Asset, AmountGte: line.Amount, AmountLte: line.Amount,
		From: *want.EffectiveAt, Until: want.EffectiveAt.Add(time.Second), Limit: pageSize,
	})
	refused := asProblem(err)
	switch {
	case refused != nil && refused.Status == http.StatusNotFound:
		return nil // a new ledger that reads do not know yet, or none: posting tells
	case err != nil:
		return fmt.Errorf("transactions of the service: %w", err)
	}
	number := fmt.Sprintf(":%d", first.Number)
	var twin *client.Transaction
	for i := range page.Data {
		found := &page.Data[i]
		if found.Reference == want.Reference {
			return nil // it goes on where it was
		}
		if strings.HasSuffix(found.Reference, number) && difference(want, found) == "" {
			twin = found
		}
	}
	if twin != nil {
		p.problems.add(first.At, first.Title, fmt.Sprintf("this is in the books as %s (reference %q): it looks like that journal under another name. "+
			"If it is, go on with --reference-prefix=%s; if it is another, name it with --reference-prefix=%s",
			twin.ID, twin.Reference, strings.TrimSuffix(twin.Reference, number), p.plan.prefix))
	}
	return nil
}
