package natsbus

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/florinledger/florin/adapters/natsbus/embedded/natstest"
	"github.com/florinledger/florin/ledger/journal"
)

// A command's way to a writer that answers at once, and the answer's way back.
func BenchmarkSend(b *testing.B) {
	for _, callers := range []int{1, 64, 256, 1000} {
		b.Run(strconv.Itoa(callers), func(b *testing.B) {
			server := natstest.Server(b)
			js := dial(b, server, Config{CommandsMaxBytes: 4 << 30})
			bus := newBus(b, js)
			startWriter(b, dialOnly(b, server))
			var next atomic.Int64
			var all sync.WaitGroup
			b.ResetTimer()
			for range callers {
				all.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						c := command(int(n))
						if _, err := bus.Send(b.Context(), 0, c, false); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
			b.ReportMetric(float64(b.N)/float64(messages(b, js, commandStream(0))), "commands/message")
		})
	}
}

// Pages of a thousand events, as the relay publishes them; b.N counts events.
func BenchmarkPublish(b *testing.B) {
	for _, size := range []int{1, 1_000} {
		b.Run(fmt.Sprintf("page=%d", size), func(b *testing.B) {
			js := dial(b, natstest.Server(b), Config{})
			p := NewPublisher(js)
			_, _, err := p.Published(b.Context(), 0)
			require.NoError(b, err)
			events := page(1, int64(size))
			b.ResetTimer()
			for n := 0; n < b.N; n += size {
				for i := range events {
					events[i].Position = int64(n + i + 1)
				}
				if err := p.Publish(b.Context(), 1, events); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// A reader that catches up; b.N counts events.
func BenchmarkSubscribe(b *testing.B) {
	js := dial(b, natstest.Server(b), Config{})
	p := NewPublisher(js)
	_, _, err := p.Published(b.Context(), 0)
	require.NoError(b, err)
	for from := int64(1); from <= int64(b.N); from += 1_000 {
		require.NoError(b, p.Publish(b.Context(), 1, page(from, from+999)))
	}
	b.ResetTimer()
	read := 0
	err = NewSubscriber(js).Subscribe(b.Context(), 0, 0, func(_ int64, events []journal.Event) error {
		if read += len(events); read >= b.N {
			return errEnough
		}
		return nil
	})
	require.ErrorIs(b, err, errEnough)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// One round of a feed, of which there are four a second, over a log of many ledgers.
func BenchmarkFeedRound(b *testing.B) {
	js := dial(b, natstest.Server(b), Config{})
	log := NewPublisher(js)
	_, _, err := log.Published(b.Context(), 0)
	require.NoError(b, err)
	const published, ledgers = 100_000, 500
	for at := int64(1); at < published; at += 10_000 {
		events := page(at, at+9_999)
		for i := range events {
			events[i].Ledger = fmt.Sprint("l", i%ledgers)
		}
		require.NoError(b, log.Publish(b.Context(), 1, events))
	}
	f := NewFeed(js, func(context.Context) (journal.Head, error) {
		return journal.Head{Timeline: 1, Position: published}, nil
	}, FeedConfig{Log: quiet()})
	events, err := openTail(b.Context(), js, eventStream(0), bareSubjects(0))
	require.NoError(b, err)
	sessions, err := openTail(b.Context(), js, sessionStream, f.beat)
	require.NoError(b, err)
	ctx, cancel := context.WithCancel(b.Context())
	var reading sync.WaitGroup
	reading.Go(func() { _ = events.run(ctx, f.event) })
	reading.Go(func() { _ = sessions.run(ctx, f.ended) })
	for b.Loop() {
		if err := f.round(ctx, events, sessions); err != nil {
			b.Fatal(err)
		}
	}
	cancel()
	reading.Wait()
}
