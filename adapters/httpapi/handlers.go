package httpapi

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"log/slog"
	"maps"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
)

// mainShard is the shard of every ledger: there is one.
const mainShard journal.Shard = 0

// HandlersConfig is what handlers may be told.
type HandlersConfig struct {
	// Log takes what an operator must hear of. Default: discard.
	Log *slog.Logger
	// Now is the clock by which a statement that names no end ends. Default: time.Now.
	Now func() time.Time
}

// Handlers makes commands of requests and answers of outcomes. A write is answered from its own
// outcome and events alone, so that a replay says what was said the first time; a read from
// projections, and says up to which position it has seen.
type Handlers struct {
	registry *journal.Registry
	ports    Ports
	people   People
	log      *slog.Logger
	now      func() time.Time
	cursors  cursors
	hashKey  []byte
	seen     *lastWrites
	changed  *lastWrites
	ledgers  *knownLedgers
	rendered *renderings
	events   *together[int64, journal.Event] // of the journal, by position
	pdfs     chan struct{}                   // has room for those that are being made
}

var _ api.StrictServerInterface = (*Handlers)(nil)

// NewHandlers returns the handlers over ports. registry decodes events. secret is the
// installation's, shared by every instance: it signs cursors and keys the hashes that idempotency
// keys are held to, so with another secret, open cursors are void and repeats of older requests are
// refused.
func NewHandlers(registry *journal.Registry, secret []byte, ports Ports, cfg HandlersConfig) *Handlers {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("florin request 1"))
	return &Handlers{
		registry: registry, ports: ports, people: ports.People, log: cfg.Log, now: cfg.Now, cursors: newCursors(secret), hashKey: mac.Sum(nil),
		seen: newLastWrites(MaxRemembered), changed: newLastWrites(MaxRemembered), ledgers: newKnownLedgers(MaxKnownLedgers),
		rendered: newRenderings(), events: &together[int64, journal.Event]{ask: eventsOf(ports.Journal)}, pdfs: make(chan struct{}, maxPDFs),
	}
}

// eventsOf reads events of the journal by their positions.
func eventsOf(j Journal) func(context.Context, []int64) (map[int64]journal.Event, error) {
	return func(ctx context.Context, positions []int64) (map[int64]journal.Event, error) {
		events, err := j.EventsAt(ctx, mainShard, positions)
		found := make(map[int64]journal.Event, len(events))
		for i := range events {
			found[events[i].Position] = events[i]
		}
		return found, err
	}
}

// away is the answer for a port that failed: whatever it was, the same request may work later.
func away(err error) error { return &Problem{Code: "unavailable", cause: err} }

func awayUnlessNil(err error) error {
	if err == nil {
		return nil
	}
	return away(err)
}

// malformed is the answer for errors of form; nil when there are none.
func malformed(errs []ledger.FieldError) error {
	if len(errs) == 0 {
		return nil
	}
	return &Problem{Code: "invalid-field", Errors: errs}
}

// metadataOf shows metadata, which is an object even when there is none.
func metadataOf(m map[string]string) api.Metadata {
	out := make(api.Metadata, len(m))
	maps.Copy(out, m)
	return out
}

// positionText writes a position of the shard as clients see it.
func positionText(position int64) string {
	return journal.Token{Shard: mainShard, Position: position}.String()
}

// shown is a time as it is answered: UTC, to the microsecond.
func shown(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
