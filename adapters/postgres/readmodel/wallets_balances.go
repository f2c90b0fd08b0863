package readmodel

import (
	"context"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/query"
)

// WalletBalances returns the current balances of wallets by id, each by asset. A wallet that was
// never posted to is not in the map. They are of the projection "accounts", and of one moment.
func (r *Reads) WalletBalances(ctx context.Context, ids ...string) (map[string][]query.Balance, error) {
	parts := []wallet.Part{wallet.Available, wallet.Held, wallet.Pending, wallet.Disputed}
	type place struct {
		id   string
		part wallet.Part
	}
	places := make(map[string]place, len(parts)*len(ids))
	addresses := make([]string, 0, len(parts)*len(ids))
	for _, id := range ids {
		for _, part := range parts {
			address := wallet.Account(id, part)
			places[address] = place{id, part}
			addresses = append(addresses, address)
		}
	}
	rows, err := r.Balances(ctx, ledger.Main, "", addresses...)
	if err != nil {
		return nil, err
	}
	out := map[string][]query.Balance{}
	for _, row := range rows {
		at := places[row.Address]
		i := walletAsset(out, at.id, row.Asset)
		*walletPart(&out[at.id][i], at.part) = row.Credits.Sub(row.Debits)
	}
	for _, list := range out {
		for i := range list {
			align(&list[i])
		}
	}
	return out, nil
}

// walletAsset returns the index of an asset among the balances of a wallet, which it adds in the
// order of assets.
func walletAsset(out map[string][]query.Balance, id, asset string) int {
	i, found := slices.BinarySearchFunc(out[id], asset, func(b query.Balance, asset string) int {
		return strings.Compare(b.Asset, asset)
	})
	if !found {
		out[id] = slices.Insert(out[id], i, query.Balance{Asset: asset})
	}
	return i
}

// walletPart returns where the balance of a part stands.
func walletPart(b *query.Balance, p wallet.Part) *decimal.Decimal {
	switch p {
	case wallet.Held:
		return &b.Held
	case wallet.Pending:
		return &b.Pending
	case wallet.Disputed:
		return &b.Disputed
	case wallet.Available:
	}
	return &b.Available
}

// align gives all four the decimals of the asset: a part that was never posted to has none.
func align(b *query.Balance) {
	parts := []*decimal.Decimal{&b.Available, &b.Held, &b.Pending, &b.Disputed}
	var scale int32
	for _, d := range parts {
		scale = max(scale, -d.Exponent())
	}
	for _, d := range parts {
		*d = d.Round(scale)
	}
}
