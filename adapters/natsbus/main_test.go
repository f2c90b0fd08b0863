package natsbus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/florinledger/florin/adapters/natsbus/embedded/natstest"
	"github.com/florinledger/florin/ledger/journal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	soon = 10 * time.Second
	tick = 5 * time.Millisecond
)

// quiet is a log that nobody reads.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// dial connects to a server and sets the streams up.
func dial(t testing.TB, server *natstest.Bus, cfg Config) jetstream.JetStream {
	t.Helper()
	js := dialOnly(t, server)
	require.NoError(t, Setup(t.Context(), js, cfg))
	return js
}

func dialOnly(t testing.TB, server *natstest.Bus) jetstream.JetStream {
	t.Helper()
	conn, err := Connect(server.URL(), Options{Log: quiet()})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.Eventually(t, conn.IsConnected, soon, tick)
	js, err := JetStream(conn)
	require.NoError(t, err)
	return js
}

func newBus(t testing.TB, js jetstream.JetStream) *Bus {
	t.Helper()
	bus, err := NewBus(js, quiet())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bus.Close()) })
	return bus
}

func command(n int) journal.Command {
	return journal.Command{
		ID: journal.NewCommandID("usr_1", fmt.Sprint(n)), Type: "post-transaction", Hash: [16]byte{byte(n), byte(n >> 8), 1},
		Data:  json.RawMessage(`{"postings":[{"account":"equity:opening","side":"debit","amount":"10.50","asset":"USD"},{"account":"liabilities:a","side":"credit","amount":"10.50","asset":"USD"}]}`),
		Actor: "usr_1",
	}
}

func answerTo(c *journal.Command) journal.Answer {
	return journal.Answer{Outcome: journal.Outcome{Command: c.ID, Type: c.Type, Hash: c.Hash, Status: journal.Done}}
}

// writer is a fake one: it notes what it receives, in order, and answers that it is done. Like the
// real one it begins again from its mark when the source is lost.
type writer struct {
	mu       sync.Mutex
	received []journal.Command
	refs     []journal.CommandID
	mark     journal.Mark
	lost     int
}

func startWriter(t testing.TB, js jetstream.JetStream) *writer {
	t.Helper()
	w := &writer{}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		source, replier := NewSource(js), NewReplier(js.Conn(), quiet())
		for ctx.Err() == nil {
			_ = source.Receive(ctx, 0, w.at(), func(d journal.Delivery) error {
				w.note(d)
				answers := make([]journal.Answer, 0, len(d.Commands))
				for i := range d.Commands {
					answers = append(answers, answerTo(&d.Commands[i]))
				}
				for _, id := range d.Refs {
					answers = append(answers, journal.Answer{Outcome: journal.Outcome{Command: id, Status: journal.Done}})
				}
				if d.ReplyTo != "" {
					replier.Reply(ctx, d.ReplyTo, answers)
				}
				return nil
			})
			w.mu.Lock()
			w.lost++
			w.mu.Unlock()
			select {
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
	return w
}

func (w *writer) note(d journal.Delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.received = append(w.received, d.Commands...)
	w.refs = append(w.refs, d.Refs...)
	w.mark = d.Mark
}

func (w *writer) at() journal.Mark {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mark
}

func (w *writer) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.received) + len(w.refs)
}

// push stores messages of one command each, as nobody's.
func push(t testing.TB, js jetstream.JetStream, from, to int) {
	t.Helper()
	for n := from; n <= to; n++ {
		c := command(n)
		_, err := js.Publish(t.Context(), commandSubject(0), journal.AppendCommand(journal.AppendDelivery(nil, ""), &c))
		require.NoError(t, err)
	}
}

var errEnough = errors.New("enough")

// receive reads n deliveries after mark and stops.
func receive(t testing.TB, js jetstream.JetStream, mark journal.Mark, n int) []journal.Delivery {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	var got []journal.Delivery
	err := NewSource(js).Receive(ctx, 0, mark, func(d journal.Delivery) error {
		if got = append(got, d); len(got) == n {
			return errEnough
		}
		return nil
	})
	require.ErrorIs(t, err, errEnough)
	return got
}

// ids are the commands of deliveries, in order.
func ids(deliveries []journal.Delivery) (out []journal.CommandID) {
	for _, d := range deliveries {
		for _, c := range d.Commands {
			out = append(out, c.ID)
		}
	}
	return out
}

func idsOf(from, to int) (out []journal.CommandID) {
	for n := from; n <= to; n++ {
		out = append(out, command(n).ID)
	}
	return out
}
