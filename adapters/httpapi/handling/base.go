package handling

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"log/slog"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
)

// MainShard is the shard of every ledger: there is one.
const MainShard journal.Shard = 0

// Config is what handlers may be told.
type Config struct {
	// Log takes what an operator must hear of. Default: discard.
	Log *slog.Logger
	// Now is the clock by which a statement that names no end ends. Default: time.Now.
	Now func() time.Time
}

// Base is what the handlers of all areas share: how a command is made of a request and an answer of its outcome,
// and how far a read has seen. Each area embeds the same one.
type Base struct {
	Ports
	Registry *journal.Registry
	Log      *slog.Logger
	Now      func() time.Time
	cursors  request.Cursors
	hashKey  []byte
	seen     *LastWrites
	events   *together[int64, journal.Event] // of the journal, by position
}

// NewBase returns what handlers share. registry decodes events. secret is the installation's, shared by every
// instance: it signs cursors and keys the hashes that idempotency keys are held to, so with another secret, open
// cursors are void and repeats of older requests are refused.
func NewBase(registry *journal.Registry, secret []byte, ports Ports, cfg Config) *Base {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("florin request 1"))
	return &Base{
		Ports: ports, Registry: registry, Log: cfg.Log, Now: cfg.Now, cursors: request.NewCursors(secret), hashKey: mac.Sum(nil),
		seen: NewLastWrites(MaxRemembered), events: &together[int64, journal.Event]{ask: eventsOf(ports.Journal)},
	}
}

// eventsOf reads events of the journal by their positions.
func eventsOf(j Journal) func(context.Context, []int64) (map[int64]journal.Event, error) {
	return func(ctx context.Context, positions []int64) (map[int64]journal.Event, error) {
		events, err := j.EventsAt(ctx, MainShard, positions)
		found := make(map[int64]journal.Event, len(events))
		for i := range events {
			found[events[i].Position] = events[i]
		}
		return found, err
	}
}

// EventAt returns the event at a position; ok is false for none. Those that many requests want at once are read in
// one go. Errors: a *request.Problem.
func (h *Base) EventAt(ctx context.Context, position int64) (e journal.Event, ok bool, err error) {
	e, ok, err = h.events.get(ctx, position)
	if err != nil {
		return e, false, request.Unavailable(err)
	}
	return e, ok, nil
}
