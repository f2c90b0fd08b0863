package bench

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	// purse is what each wallet is credited with before anything is measured: none runs dry of transfers of 1.00.
	purse = "1000000.00"
	// holdsFor is in how many seconds holds expire that do: longer than a run of the tool.
	holdsFor = 24 * 60 * 60
	// spareHolds is how much longer holds are placed than they are captured, in times of what the leg takes:
	// captures may be the faster ones.
	spareHolds = 1.5
)

// walletWork prepares one of the workloads on wallets.
func (b *Bench) walletWork(ctx context.Context, leg Leg) (workload, error) {
	if err := b.openWallets(ctx); err != nil {
		return workload{}, err
	}
	switch leg.Workload {
	case Transfer:
		return b.transfers(), nil
	case Hold:
		return b.holds(), nil
	case Expiring:
		return b.expiringHolds(), nil
	case Capture:
		return b.captures(ctx, leg)
	default:
		return b.readWallets(), nil
	}
}

// openWallets opens wallets and credits them, once in a run of the tool: as many as there are accounts for
// the workloads that post to the ledger.
func (b *Bench) openWallets(ctx context.Context) error {
	if len(b.wallets) > 0 {
		return nil
	}
	b.log.Info("opening wallets", "wallets", b.config.Accounts)
	many := pace{requests: int64(b.config.Accounts)}
	opened, err := b.prepare(ctx, prepareConnections, many, workload{maker: func() maker {
		return func(buf []byte) []byte { return b.requests.post(buf, "/v1/wallets", `{"name":"Benchmark"}`) }
	}})
	if err != nil {
		return fmt.Errorf("open wallets: %w", err)
	}
	var turn atomic.Int64
	body := fmt.Sprintf(`{"amount":{"amount":%q,"asset":"USD"},"account":"equity:bench:%s"}`, purse, b.requests.run)
	_, err = b.prepare(ctx, prepareConnections, many, workload{perRequest: 1, inMain: true, maker: func() maker {
		return func(buf []byte) []byte {
			return b.requests.post(buf, "/v1/wallets/"+opened[turn.Add(1)-1]+"/credit", body)
		}
	}})
	if err != nil {
		return fmt.Errorf("credit wallets: %w", err)
	}
	b.wallets = opened
	return nil
}

// transfers are between two wallets of all, with metadata as a plain transaction has it.
func (b *Bench) transfers() workload {
	return b.moves("/v1/transfers", `{"from_wallet":%q,"to_wallet":%q,"amount":{"amount":"1.00","asset":"USD"},"metadata":%s}`)
}

// holds are placed in one wallet for another.
func (b *Bench) holds() workload {
	return b.moves("/v1/holds", `{"wallet_id":%q,"to_wallet":%q,"amount":{"amount":"1.00","asset":"USD"},"metadata":%s}`)
}

// expiringHolds are holds that expire some day.
func (b *Bench) expiringHolds() workload {
	return b.moves("/v1/holds", fmt.Sprintf(
		`{"wallet_id":%%q,"to_wallet":%%q,"amount":{"amount":"1.00","asset":"USD"},"expires_in":%d,"metadata":%%s}`, holdsFor))
}

// moves is a workload of one posting from wallet to wallet a request; the form of its body has both, and metadata.
func (b *Bench) moves(path, form string) workload {
	return workload{perRequest: 1, inMain: true, maker: func() maker {
		pick := picker(Uniform, len(b.wallets), source())
		return func(buf []byte) []byte {
			from, to := pick()
			metadata := appendMetadata(nil, b.requests.serial.Add(1))
			return b.requests.post(buf, path, fmt.Sprintf(form, b.wallets[from], b.wallets[to], metadata))
		}
	}}
}

// captures take the whole of a hold each. The holds are placed before, for as long as captures are due to
// take: where they are used up sooner, the leg ends.
func (b *Bench) captures(ctx context.Context, leg Leg) (workload, error) {
	p := pace{rate: leg.Rate, duration: time.Duration(spareHolds * float64(leg.warmUp()+leg.Duration))}
	b.log.Info("placing holds", "for", p.duration)
	placed, err := b.prepare(ctx, leg.Connections, p, b.holds())
	if err != nil {
		return workload{}, fmt.Errorf("place holds: %w", err)
	}
	return b.capturesOf(placed), nil
}

// capturesOf takes the whole of each of the holds that were placed.
func (b *Bench) capturesOf(placed []string) workload {
	var turn atomic.Int64
	return workload{perRequest: 1, inMain: true, maker: func() maker {
		return func(buf []byte) []byte {
			n := turn.Add(1) - 1
			if n >= int64(len(placed)) {
				return nil
			}
			return b.requests.post(buf, "/v1/holds/"+placed[n]+"/capture", `{}`)
		}
	}}
}

// readWallets reads wallets, all alike.
func (b *Bench) readWallets() workload {
	return workload{maker: func() maker {
		random := source()
		return func(buf []byte) []byte {
			buf = append(buf, b.requests.head(http.MethodGet, "/v1/wallets/"+b.wallets[random.IntN(len(b.wallets))])...)
			return append(buf, "\r\n"...)
		}
	}}
}
