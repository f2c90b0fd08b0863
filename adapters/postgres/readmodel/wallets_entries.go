package readmodel

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	books "github.com/florinledger/florin/ledger/query"
	"github.com/florinledger/florin/wallet/query"
)

// WalletEntries lists what transactions did to a wallet, newest first.
//
// They are found as those of its accounts are, in the same order. The balances at the top of the page are
// the journal's; those below it follow, each from the one above.
func (r *Reads) WalletEntries(ctx context.Context, f query.EntryFilter) ([]query.Entry, error) {
	w, err := r.walletAccounts(ctx, f.Wallet, f.Asset)
	if err != nil || len(w.accounts) == 0 {
		return nil, err
	}
	name, args, before := entryPage(books.EntryFilter{
		Ledger: ledger.Main, Order: f.Order, From: wholeMicros(f.From), Until: wholeMicros(f.Until),
		Before: f.Before, UpTo: f.UpTo, Limit: f.Limit,
	}, w.accounts)
	var page []movedBy
	if err := r.rows(ctx, name, args, func(row pgx.Rows) error {
		t, err := scanMovedBy(row)
		page = append(page, t)
		return err
	}); err != nil || len(page) == 0 {
		return nil, err
	}
	words, err := r.holdWords(ctx, page)
	if err != nil {
		return nil, err
	}
	after, err := w.sums(page[0].after)
	if f.Order == books.ByRecorded {
		after, err = r.walletBalances(ctx, w, books.EntryPlace{Position: page[0].Position}, f.UpTo)
	}
	if err != nil {
		return nil, err
	}
	var out []query.Entry
	for i := range page {
		for _, e := range slices.Backward(w.entries(&page[i], words)) {
			balance := &after[w.asset(e.Asset)]
			e.Balances = *balance
			*balance = balance.Minus(e.Changes)
			if e.Position != before.Position || e.Line < before.Line { // else the page before has it
				out = append(out, e)
			}
		}
	}
	return out[:min(len(out), f.Limit)], nil
}

// walletBalances returns what stood in a wallet in each of its assets: by effective time, or by the order of
// recording where the place has no time.
func (r *Reads) walletBalances(ctx context.Context, w *walletAccounts, at books.EntryPlace, upTo int64) ([]query.Balance, error) {
	args := entryKeys(ledger.Main, w.accounts)
	args["effective_at"], args["position"], args["up_to"] = timeOrNull(at.EffectiveAt), at.Position, upTo
	var sums []decimal.Decimal
	if err := r.rows(ctx, "entry_balances", args, func(row pgx.Rows) error {
		var d decimal.Decimal
		err := row.Scan((*decimalText)(&d))
		sums = append(sums, d)
		return err
	}); err != nil {
		return nil, err
	}
	return w.sums(sums)
}

// holdWord is what a hold was placed with: what it is for, and for which wallet.
type holdWord struct{ description, toWallet string }

// holdWords returns the words of the holds that transactions are about. A capture and a release do not repeat
// them.
func (r *Reads) holdWords(ctx context.Context, page []movedBy) (map[string]holdWord, error) {
	var ids []string
	for i := range page {
		if id := page[i].words.HoldID; id != "" {
			ids = append(ids, id)
		}
	}
	if ids == nil {
		return nil, nil
	}
	words := make(map[string]holdWord, len(ids))
	err := r.rows(ctx, "wallets_list_hold_words", pgx.NamedArgs{"ids": ids}, func(row pgx.Rows) error {
		var id string
		var w holdWord
		err := row.Scan(&id, &w.description, &w.toWallet)
		words[id] = w
		return err
	})
	return words, err
}
