package readmodel

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/query"
)

// walletAccounts are the accounts of a wallet that were ever posted to, and how they are its parts.
type walletAccounts struct {
	id string
	// accounts and parts are beside each other; asset is an index of assets.
	accounts []entryAccount
	parts    []walletPartOf
	at       map[entryAccount]int
	// assets are in the order of their codes, zero at the asset's scale.
	assets []query.Balance
}

type walletPartOf struct {
	part  wallet.Part
	asset int
}

// walletAccounts returns the accounts of a wallet, in one asset or, where that is empty, in all.
func (r *Reads) walletAccounts(ctx context.Context, id, asset string) (*walletAccounts, error) {
	parts := wallet.Parts()
	addresses := make([]string, len(parts))
	for i, part := range parts {
		addresses[i] = wallet.Account(id, part)
	}
	rows, err := r.Balances(ctx, ledger.Main, asset, addresses...)
	if err != nil {
		return nil, err
	}
	w := &walletAccounts{id: id, at: make(map[entryAccount]int, len(rows))}
	scales := map[string]int32{}
	for _, b := range rows {
		scales[b.Asset] = max(scales[b.Asset], -b.Debits.Exponent(), -b.Credits.Exponent())
	}
	for asset, scale := range scales {
		zero := decimal.New(0, -scale)
		w.assets = append(w.assets, query.Balance{Asset: asset, Available: zero, Held: zero, Pending: zero, Disputed: zero})
	}
	slices.SortFunc(w.assets, func(a, b query.Balance) int { return strings.Compare(a.Asset, b.Asset) })
	for _, b := range rows {
		_, part, ok := wallet.PartOf(b.Address)
		if !ok {
			return nil, fmt.Errorf("%s is no account of a wallet", b.Address)
		}
		account := entryAccount{b.Address, b.Asset}
		w.at[account] = len(w.accounts)
		w.accounts = append(w.accounts, account)
		w.parts = append(w.parts, walletPartOf{part, w.asset(b.Asset)})
	}
	return w, nil
}

// asset returns the index of an asset of the wallet.
func (w *walletAccounts) asset(code string) int {
	i, _ := slices.BinarySearchFunc(w.assets, code, func(b query.Balance, code string) int { return strings.Compare(b.Asset, code) })
	return i
}

// sums makes the wallet's balances, by asset, of those of its accounts.
func (w *walletAccounts) sums(of []decimal.Decimal) ([]query.Balance, error) {
	if len(of) != len(w.accounts) {
		return nil, fmt.Errorf("%d balances of the %d accounts of wallet %s", len(of), len(w.accounts), w.id)
	}
	out := slices.Clone(w.assets)
	for i, d := range of {
		at := walletPart(&out[w.parts[i].asset], w.parts[i].part)
		*at = at.Add(d)
	}
	return out, nil
}

// entries are what a transaction did to the wallet, by asset, without balances.
func (w *walletAccounts) entries(t *movedBy, holds map[string]holdWord) []query.Entry {
	var out []query.Entry
	for i := range t.postings {
		p := &t.postings[i]
		at, ours := w.at[entryAccount{p.Account, p.Asset}]
		if !ours {
			continue
		}
		n, there := slices.BinarySearchFunc(out, p.Asset, func(e query.Entry, code string) int { return strings.Compare(e.Asset, code) })
		if !there {
			out = slices.Insert(out, n, query.Entry{Asset: p.Asset, Changes: w.assets[w.parts[at].asset]})
		}
		change := walletPart(&out[n].Changes, w.parts[at].part)
		*change = change.Add(onNormalSide(p))
	}
	d := &t.words
	description := cmp.Or(d.Description, d.Reason)
	hold := d.HoldID
	if word := holds[hold]; w.id == d.WalletID || w.id == word.toWallet {
		description = cmp.Or(description, word.description)
	} else {
		hold = ""
	}
	counterparties := w.counterparties(t)
	for n := range out {
		e := &out[n]
		e.Transaction, e.Position, e.Line, e.Number, e.Type = t.Transaction, t.Position, n, t.Number, t.Type
		e.EffectiveAt, e.RecordedAt = t.EffectiveAt, t.RecordedAt
		e.Reference, e.Description, e.Hold, e.Counterparties = d.Reference, description, hold, counterparties
	}
	return out
}

// counterparties are the other wallets of a transaction: those that it posts to, or for which it sets money
// aside.
func (w *walletAccounts) counterparties(t *movedBy) (ids []string) {
	d := &t.words
	if bytes.HasPrefix(d.To, []byte("[")) && d.FromWallet != w.id {
		return nil // who is paid by a split sees what he gets of it
	}
	note := func(id string) {
		if id != "" && id != w.id && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for i := range t.postings {
		id, _, _ := wallet.PartOf(t.postings[i].Account)
		note(id)
	}
	note(d.ToWallet)
	return ids
}

// walletWords is what the transactions of wallets say in their data, as far as an entry shows it.
type walletWords struct {
	Reference   string          `json:"reference"`
	Description string          `json:"description"`
	Reason      string          `json:"reason"`
	HoldID      string          `json:"hold_id"`
	WalletID    string          `json:"wallet_id"`
	FromWallet  string          `json:"from_wallet"`
	ToWallet    string          `json:"to_wallet"`
	To          json.RawMessage `json:"to"`
}

// movedBy is a transaction that moved something in a wallet, and what it says.
type movedBy struct {
	booked
	words walletWords
}

// scanMovedBy reads a row of the lists of entries.
func scanMovedBy(row pgx.Rows) (t movedBy, err error) {
	if t.booked, err = scanBooked(row); err == nil {
		err = json.Unmarshal(t.data, &t.words)
	}
	return t, err
}
