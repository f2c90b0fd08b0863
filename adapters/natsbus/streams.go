package natsbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/florinledger/florin/ledger/journal"
)

const (
	// headStream holds the high water marks of all shards.
	headStream = "FLORIN-HEAD"
	// sessionStream carries which sessions have ended, and the beats of those who listen for it.
	sessionStream = "SESSIONS"
	// endedSubject, with a session's id behind it, says that the session is over.
	endedSubject = "florin.sessions.ended."
	// beatSubject, with a process's name behind it, is what that process sends to itself.
	beatSubject = "florin.sessions.beat."
)

func commandStream(s journal.Shard) string { return "COMMANDS-" + strconv.Itoa(int(s)) }

func commandSubject(s journal.Shard) string { return "florin.commands." + strconv.Itoa(int(s)) }

func eventStream(s journal.Shard) string { return "EVENTS-" + strconv.Itoa(int(s)) }

func eventSubjects(s journal.Shard) string { return "florin.events." + strconv.Itoa(int(s)) + ".>" }

// bareSubjects are the subjects of events that are of no ledger: those of people, keys and messages.
func bareSubjects(s journal.Shard) string { return "florin.events." + strconv.Itoa(int(s)) + ".-.*" }

func headSubject(s journal.Shard) string { return "florin.head." + strconv.Itoa(int(s)) }

// eventSubject returns the subject of an event. A ledger or type that is no single token of a
// subject is a fault of the core that made it.
func eventSubject(e *journal.Event) (string, error) {
	ledger := e.Ledger
	if ledger == "" {
		ledger = "-"
	}
	for _, token := range [...]string{ledger, e.Type} {
		if token == "" || strings.ContainsAny(token, " \t\r\n.*>") {
			return "", fmt.Errorf("natsbus: event %d: %q cannot be part of a subject", e.Position, token)
		}
	}
	return "florin.events." + strconv.Itoa(int(e.Shard)) + "." + ledger + "." + e.Type, nil
}

// Config says which streams there are. The zero value means the defaults.
type Config struct {
	// Shards that get streams; default shard 0.
	Shards []journal.Shard
	// Replicas of each stream; default 1. Three in production.
	Replicas int
	// CommandsMaxBytes and EventsMaxBytes bound the streams of one shard; default the limits of
	// the same names. The server sets so much of its store aside.
	CommandsMaxBytes, EventsMaxBytes int64
}

// streams returns the configurations of all streams.
func (c Config) streams() []jetstream.StreamConfig {
	if len(c.Shards) == 0 {
		c.Shards = []journal.Shard{0}
	}
	if c.Replicas == 0 {
		c.Replicas = 1
	}
	if c.CommandsMaxBytes == 0 {
		c.CommandsMaxBytes = CommandsMaxBytes
	}
	if c.EventsMaxBytes == 0 {
		c.EventsMaxBytes = EventsMaxBytes
	}
	base := jetstream.StreamConfig{
		Retention: jetstream.LimitsPolicy, Storage: jetstream.FileStorage, Replicas: c.Replicas,
		Duplicates: dedupeWindow,
	}
	heads := base
	heads.Name, heads.Subjects = headStream, []string{"florin.head.*"}
	heads.Description = "Florin's high water: timeline and position of each shard"
	heads.MaxMsgsPerSubject, heads.MaxBytes, heads.Discard = 1, HeadsMaxBytes, jetstream.DiscardOld
	// In memory: whoever finds that it was lost asks Postgres again.
	sessions := base
	sessions.Name, sessions.Subjects = sessionStream, []string{endedSubject + "*", beatSubject + "*"}
	sessions.Description = "Florin's sessions that have ended, while tokens of theirs are about"
	sessions.Storage, sessions.MaxMsgsPerSubject = jetstream.MemoryStorage, 1
	sessions.MaxBytes, sessions.MaxAge, sessions.Discard = SessionsMaxBytes, SessionsMaxAge, jetstream.DiscardOld
	out := []jetstream.StreamConfig{heads, sessions}
	for _, shard := range c.Shards {
		commands := base
		commands.Name, commands.Subjects = commandStream(shard), []string{commandSubject(shard)}
		commands.Description = "Florin's commands on their way to a writer"
		commands.MaxBytes, commands.MaxAge = c.CommandsMaxBytes, CommandsMaxAge
		commands.MaxMsgSize, commands.Discard = MaxMessage, jetstream.DiscardNew
		events := base
		events.Name, events.Subjects = eventStream(shard), []string{eventSubjects(shard)}
		events.Description = "Florin's published events: a window on the journal"
		events.MaxBytes, events.Discard = c.EventsMaxBytes, jetstream.DiscardOld
		out = append(out, commands, events)
	}
	return out
}

// Setup makes the streams, or brings those there are to what cfg says.
func Setup(ctx context.Context, js jetstream.JetStream, cfg Config) error {
	for _, sc := range cfg.streams() {
		if _, err := js.CreateOrUpdateStream(ctx, sc); err != nil {
			return fmt.Errorf("natsbus: stream %s: %w", sc.Name, err)
		}
	}
	return nil
}

// Keep sets the streams up as soon as there is a server, and makes those anew that a server has
// lost, until ctx ends. It returns nil: without streams the bus is away, and that is all.
func Keep(ctx context.Context, js jetstream.JetStream, cfg Config, log *slog.Logger) error {
	connected := js.Conn().StatusChanged(nats.CONNECTED)
	defer js.Conn().RemoveStatusListener(connected)
	timer := time.NewTimer(0)
	defer timer.Stop()
	setUp, failing := false, false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-connected:
		case <-timer.C:
		}
		next := keepInterval
		if js.Conn().IsConnected() {
			err := keep(ctx, js, cfg, !setUp)
			if err != nil && !failing && ctx.Err() == nil {
				log.Warn("streams cannot be set up; commands travel by the inbox", "error", err)
			}
			setUp, failing = setUp || err == nil, err != nil
			if failing {
				next = keepRetry
			}
		}
		timer.Reset(next)
	}
}

// keep sets up all streams, or only makes the missing ones.
func keep(ctx context.Context, js jetstream.JetStream, cfg Config, all bool) error {
	if all {
		return Setup(ctx, js, cfg)
	}
	for _, sc := range cfg.streams() {
		_, err := js.Stream(ctx, sc.Name)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			_, err = js.CreateOrUpdateStream(ctx, sc)
		}
		if err != nil {
			return fmt.Errorf("natsbus: stream %s: %w", sc.Name, err)
		}
	}
	return nil
}

// birth is when a stream was made, as far as a mark in Postgres remembers it: microseconds.
func birth(info *jetstream.StreamInfo) time.Time {
	return info.Created.UTC().Truncate(time.Microsecond)
}
