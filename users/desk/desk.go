package desk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

// Config is what may be left out.
type Config struct {
	// PublicURL is where the links in letters lead, such as https://pay.example.com: /confirm and /reset
	// below it, with the token in the query. Default: letters have the token alone.
	PublicURL string
	// Service is what letters call the installation. Default: Florin.
	Service string
	// Log is where the background says what went wrong. Default: nowhere.
	Log *slog.Logger
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Desk receives people.
type Desk struct {
	registry *journal.Registry
	links    *Links
	ports    Ports
	letters  *letters
	jobs     *jobs
	recent   *recent
	log      *slog.Logger
	now      func() time.Time
}

// New returns a desk. registry decodes the events of users. What is done in the background waits for Run.
// Errors: a PublicURL that is none.
func New(registry *journal.Registry, links *Links, ports Ports, cfg Config) (*Desk, error) {
	if cfg.Service == "" {
		cfg.Service = "Florin"
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	letters, err := newLetters(links, cfg)
	if err != nil {
		return nil, err
	}
	return &Desk{
		registry: registry, links: links, ports: ports, letters: letters, log: cfg.Log, now: cfg.Now,
		jobs: newJobs(cfg.Log), recent: newRecent(letterInterval, maxRecent),
	}, nil
}

// Run does what the other methods leave to the background until ctx ends, and then, for a few seconds,
// what is still waiting. It returns nil.
func (d *Desk) Run(ctx context.Context) error { return d.jobs.run(ctx) }

// Waiting is how much waits to be done in the background, or to be tried again: letters, and the odd key to be discarded.
func (d *Desk) Waiting() int64 { return int64(len(d.jobs.queue)) + d.jobs.waiting.Load() }

// Lost is how much of that was given up, or dropped since too much waited.
func (d *Desk) Lost() int64 { return d.jobs.lost.Load() }

// find returns the state of a person who is there. Errors: users.ErrUserNotFound, or a fault.
func (d *Desk) find(ctx context.Context, userID string) (users.State, error) {
	u, ok, err := d.ports.Directory.User(ctx, userID)
	switch {
	case err != nil:
		return users.State{}, fmt.Errorf("desk: read a person: %w", err)
	case !ok || u.Status != users.StatusActive:
		return users.State{}, users.ErrUserNotFound
	}
	return u, nil
}

// key returns a person's key. Errors: users.ErrUserNotFound for who has none, being erased; or a fault.
func (d *Desk) key(ctx context.Context, userID string) (seal.Key, error) {
	key, err := d.ports.Vault.Key(ctx, userID)
	switch {
	case errors.Is(err, seal.ErrNoKey):
		return seal.Key{}, users.ErrUserNotFound
	case err != nil:
		return seal.Key{}, fmt.Errorf("desk: read a key: %w", err)
	}
	return key, nil
}
