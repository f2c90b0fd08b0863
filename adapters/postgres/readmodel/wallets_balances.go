package readmodel

import (
	"context"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/wallet"
)

// WalletBalance is what a wallet holds of an asset, at the asset's scale. Available may be negative.
type WalletBalance struct {
	Asset                              string
	Available, Held, Pending, Disputed decimal.Decimal
}

// WalletBalances returns the current balances of wallets by id, each by asset. A wallet that was
// never posted to is not in the map. They are of the projection "accounts", and of one moment.
func (r *Reads) WalletBalances(ctx context.Context, ids ...string) (map[string][]WalletBalance, error) {
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
	out := map[string][]WalletBalance{}
	for _, row := range rows {
		at := places[row.Address]
		i := walletAsset(out, at.id, row.Asset)
		*out[at.id][i].part(at.part) = row.Credits.Sub(row.Debits)
	}
	for _, list := range out {
		for i := range list {
			list[i].align()
		}
	}
	return out, nil
}

// walletAsset returns the index of an asset among the balances of a wallet, which it adds in the
// order of assets.
func walletAsset(out map[string][]WalletBalance, id, asset string) int {
	i, found := slices.BinarySearchFunc(out[id], asset, func(b WalletBalance, asset string) int {
		return strings.Compare(b.Asset, asset)
	})
	if !found {
		out[id] = slices.Insert(out[id], i, WalletBalance{Asset: asset})
	}
	return i
}

func (b *WalletBalance) part(p wallet.Part) *decimal.Decimal {
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
func (b *WalletBalance) align() {
	parts := []*decimal.Decimal{&b.Available, &b.Held, &b.Pending, &b.Disputed}
	var scale int32
	for _, d := range parts {
		scale = max(scale, -d.Exponent())
	}
	for _, d := range parts {
		*d = d.Round(scale)
	}
}
