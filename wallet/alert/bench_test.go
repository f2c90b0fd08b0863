package alert_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
	"github.com/florinledger/florin/wallet/alert"
)

// BenchmarkWatcher passes transfers by, between wallets that have no alerts, in a book where as many others as the
// name says have one, and then between wallets that have one and twenty.
func BenchmarkWatcher(b *testing.B) {
	id := func(n int) string { return journal.FormatID("wal", [16]byte{1, 14: byte(n >> 8), 15: byte(n)}) }
	events := make([]*journal.Event, 256)
	for i := range events {
		postings := wallet.Move(decimal.NewFromInt(10), points, wallet.Account(id(2*i), wallet.Available), wallet.Account(id(2*i+1), wallet.Available))
		postings[0].Balance, postings[1].Balance = decimal.NewFromInt(1000), decimal.NewFromInt(1000)
		events[i] = &journal.Event{Ledger: "main", Position: int64(i) + 1_000, Type: wallet.TypeTransferred, Stream: wallet.Stream(id(2 * i)), Postings: postings}
	}
	standing := func(n int) (of []alert.Standing) {
		for range n {
			of = append(of, alert.Standing{ID: "alr_1", Asset: points, Bound: alert.Bound{Below: "500"}})
		}
		return of
	}
	others := func(n int) (of []alert.OfWallet) {
		for i := range n {
			of = append(of, alert.OfWallet{WalletID: journal.FormatID("wal", [16]byte{2, 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)}), Alerts: standing(1)})
		}
		return of
	}
	own := func(alerts int) (of []alert.OfWallet) {
		for i := range 2 * len(events) {
			of = append(of, alert.OfWallet{WalletID: id(i), Alerts: standing(alerts)})
		}
		return of
	}
	for _, c := range []struct {
		name   string
		alerts []alert.OfWallet
	}{
		{"others=0", nil}, {"others=1", others(1)}, {"others=100000", others(100_000)}, {"own=1", own(1)}, {"own=20", own(20)},
	} {
		b.Run(c.name, func(b *testing.B) {
			watch := alert.NewWatcher(journal.NewRegistry(), list(c.alerts), nil, slog.New(slog.DiscardHandler)).Watch()
			_, err := watch.Begin(b.Context())
			require.NoError(b, err)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if watch.Wants(events[i%len(events)]) {
					require.Fail(b, "nothing is crossed")
				}
			}
		})
	}
}

// list is the alerts of all wallets, in the order of these.
type list []alert.OfWallet

// Alerts implements alert.Alerts.
func (l list) Alerts(_ context.Context, after string, limit int) ([]alert.OfWallet, error) {
	from, _ := slices.BinarySearchFunc(l, after+"\x00", func(of alert.OfWallet, id string) int { return strings.Compare(of.WalletID, id) })
	return l[from:min(from+limit, len(l))], nil
}
