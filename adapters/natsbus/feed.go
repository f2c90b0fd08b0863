package natsbus

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"
	"golang.org/x/sync/errgroup"

	"github.com/florinledger/florin/ledger/journal"
)

// Listener hears what a [Feed] hears. A function may be nil; those that are not are called from several
// goroutines, in the order of what happened, and hold the feed up while they run: they are quick.
//
// Something may be heard twice, and long after it was committed: it says what to look at again, not what
// is there.
type Listener struct {
	// OnUser hears that something happened to a person.
	OnUser func(userID, eventType string, position int64)
	// OnAPIKey hears that a key of a service was made or revoked, by the digest of its secret.
	OnAPIKey func(digest string)
	// OnMessage hears that something happened to a message, and whom it is to be seen by; both are the
	// same for a note, and for what only one side is told.
	OnMessage func(from, to string, position int64)
	// OnSessionEnded hears that somebody signed out.
	OnSessionEnded func(sessionID string)
	// OnGap hears that anything may have happened unheard, on a new timeline too: nothing that was
	// remembered until now is to be believed. It is also how a feed begins.
	OnGap func()
}

// FeedConfig is what a Feed may be told. The zero value is ready to use.
type FeedConfig struct {
	// Shard is where the events of people are; default 0.
	Shard journal.Shard
	// Log gets losses and returns; default slog.Default().
	Log *slog.Logger
	// Now is the clock; default time.Now.
	Now func() time.Time
}

// Feed tells a process, within milliseconds, what happened elsewhere to people, keys, messages and
// sessions, and how much of it the process can be sure to have heard. It reads EVENTS for the first three
// and SESSIONS for the last, both from the moment it begins.
type Feed struct {
	js        jetstream.JetStream
	head      func(context.Context) (journal.Head, error)
	shard     journal.Shard
	log       *slog.Logger
	now       func() time.Time
	beat      string // the subject of its own beats
	listeners []Listener
	fresh     atomic.Pointer[time.Time]
	timeline  int64 // that the journal is on; 0 until it was asked
}

// NewFeed returns a feed over js. head reads the shard's head from the journal, which is how the feed
// knows that a relay which fell silent had nothing to say.
func NewFeed(js jetstream.JetStream, head func(context.Context) (journal.Head, error), cfg FeedConfig) *Feed {
	f := &Feed{js: js, head: head, shard: cfg.Shard, log: cfg.Log, now: cfg.Now, beat: beatSubject + nuid.Next()}
	if f.log == nil {
		f.log = slog.Default()
	}
	if f.now == nil {
		f.now = time.Now
	}
	f.fresh.Store(&time.Time{})
	return f
}

// Listen adds a listener. It is called before Run.
func (f *Feed) Listen(l Listener) { f.listeners = append(f.listeners, l) }

// Fresh returns the time up to which everything that was committed, or told by EndSession, has been
// heard; zero before the first beat came back. It stands still while NATS, the relay or Postgres is away.
func (f *Feed) Fresh() time.Time { return *f.fresh.Load() }

// EndSession tells every feed that a session is over, once Postgres knows. On an error some may learn it
// only when they ask Postgres again.
func (f *Feed) EndSession(ctx context.Context, sessionID string) error {
	if sessionID == "" || strings.ContainsAny(sessionID, " \t\r\n.*>") {
		return fmt.Errorf("natsbus: %q is no session's id", sessionID)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if _, err := f.js.Publish(ctx, endedSubject+sessionID, nil); err != nil {
		return fmt.Errorf("natsbus: end a session: %w", err)
	}
	return nil
}

// Run hears until ctx ends. It returns nil: without NATS nothing is heard, and that is all.
func (f *Feed) Run(ctx context.Context) error {
	failing := false
	for ctx.Err() == nil {
		err := f.follow(ctx, func() {
			if failing {
				f.log.Info("changes of people and sessions are heard again")
			}
			failing = false
		})
		if err == nil || ctx.Err() != nil {
			continue
		}
		if !failing {
			f.log.Warn("changes of people and sessions are not heard; what is asked is read from postgres", "error", err)
		}
		failing = true
		select {
		case <-ctx.Done():
		case <-time.After(keepRetry):
		}
	}
	return nil
}

// follow hears until one of the streams is lost. Both begin anew then, so that one gap speaks for both.
func (f *Feed) follow(ctx context.Context, begun func()) error {
	ctx, cancel, err := whileConnected(ctx, f.js.Conn())
	if err != nil {
		return fmt.Errorf("%w: %w", errLost, err)
	}
	defer cancel()
	events, err := openTail(ctx, f.js, eventStream(f.shard), bareSubjects(f.shard))
	if err != nil {
		return fmt.Errorf("%w: %w", errLost, because(ctx, err))
	}
	defer events.drop()
	sessions, err := openTail(ctx, f.js, sessionStream, endedSubject+"*", f.beat)
	if err != nil {
		return fmt.Errorf("%w: %w", errLost, because(ctx, err))
	}
	defer sessions.drop()
	// Only now: what is read from here on is told when it changes.
	f.gap()
	begun()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return events.run(ctx, f.event) })
	group.Go(func() error { return sessions.run(ctx, f.ended) })
	group.Go(func() error { return f.rounds(ctx, events, sessions) })
	return group.Wait()
}
