package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// Books say whether what was posted is right.
type Books struct {
	// Answered is how many transactions were answered as posted, and Unknown how many more may have been:
	// those without an answer, and those answered 503.
	Answered int64 `json:"answered"`
	Unknown  int64 `json:"unknown"`
	// Written is how many the ledger has more than before, by the gapless numbers of its transactions.
	Written int64 `json:"written"`
	// Totals are those of the trial balance.
	Totals []AssetTotal `json:"totals"`
	// Verify is what florin verify says; empty where the database is out of reach.
	Verify string `json:"verify,omitempty"`
	// Wrong is what is wrong; empty when the books are right.
	Wrong []string `json:"wrong"`
}

// AssetTotal is what was debited and credited in one asset.
type AssetTotal struct {
	Asset   string `json:"asset"`
	Debits  string `json:"debits"`
	Credits string `json:"credits"`
}

// marker is a transaction of the tool's own, before and after the load: its number says how many
// transactions the ledger has.
type marker struct {
	Number   int64  `json:"number"`
	Position string `json:"position"`
}

func (b *Bench) mark(ctx context.Context) (m marker, err error) {
	serial := b.requests.serial.Add(1)
	body := string(appendTransaction(nil, b.requests.account("marker", 0), b.requests.account("marker", 1), serial))
	key := fmt.Sprintf("bench-%s-marker-%d", b.requests.run, serial)
	err = b.target.askBusy(ctx, http.MethodPost, b.target.ledgerPath()+"/transactions", key, body, &m)
	return m, err
}

// Check looks at the books after the load.
func (b *Bench) Check(ctx context.Context) (*Books, error) {
	last, err := b.mark(ctx)
	if err != nil {
		return nil, err
	}
	books := &Books{Answered: b.posted, Unknown: b.unknown, Written: last.Number - b.first.Number - 1, Wrong: []string{}}
	switch {
	case books.Written < books.Answered:
		books.wrong("%d transactions were answered as posted, and %d are in the ledger", books.Answered, books.Written)
	case books.Written > books.Answered+books.Unknown:
		books.wrong("%d transactions are in the ledger, and %d were posted (right if somebody else posted there)",
			books.Written, books.Answered+books.Unknown)
	}
	if err := b.settle(ctx); err != nil {
		return books, err
	}
	var balance struct {
		Totals []AssetTotal `json:"totals"`
	}
	path := b.target.ledgerPath() + "/trial-balance?depth=1&at_least=" + last.Position
	if err := b.target.askBusy(ctx, http.MethodGet, path, "", "", &balance); err != nil {
		return books, err
	}
	books.Totals = balance.Totals
	for _, t := range balance.Totals {
		if t.Debits != t.Credits {
			books.wrong("the trial balance has %s %s of debits and %s of credits", t.Debits, t.Asset, t.Credits)
		}
	}
	if b.config.Verify == nil {
		return books, nil
	}
	said, sound, err := b.config.Verify(ctx)
	if err != nil {
		return books, err
	}
	if books.Verify = said; !sound {
		books.wrong("florin verify: %s", said)
	}
	return books, nil
}

func (b *Books) wrong(format string, args ...any) {
	b.Wrong = append(b.Wrong, fmt.Sprintf(format, args...))
}

func (b *Books) write(w io.Writer) {
	fmt.Fprintf(w, "\nbooks     %d transactions answered as posted, %d more may have been, %d written\n", b.Answered, b.Unknown, b.Written)
	for _, t := range b.Totals {
		fmt.Fprintf(w, "          trial balance: %s debits %s, credits %s\n", t.Asset, t.Debits, t.Credits)
	}
	if b.Verify != "" {
		fmt.Fprintf(w, "          florin verify: %s\n", b.Verify)
	}
	for _, wrong := range b.Wrong {
		fmt.Fprintf(w, "          WRONG: %s\n", wrong)
	}
}
