package authn

import (
	"context"
	"slices"
	"time"

	"github.com/florinledger/florin/users"
)

// SessionsConfig is what Sessions may be told. The zero value is ready to use.
type SessionsConfig struct {
	// Size is how many sessions are remembered, and how many keys of services. Default: DefaultSessions.
	Size int
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Sessions knows, request by request, what sessions and keys of services are good for, without asking
// the database each time. What it says was true a second ago at the most, whatever is away: see
// docs/adr/0014-sessions-by-request.md. It is safe for concurrent use.
//
// Whoever hears of a change tells it: ForgetUser, ForgetSession, ForgetAPIKey, or ForgetAll when
// something may have gone unheard.
type Sessions struct {
	standings *live[users.Standing]
	keys      *live[users.KeyState]
}

// Counts say how often something was remembered that was asked for, and how often it had to be read.
type Counts struct{ Hits, Misses int64 }

// SessionCounts returns the counts of sessions since the start.
func (s *Sessions) SessionCounts() Counts { return s.standings.counted() }

// APIKeyCounts returns the counts of keys since the start.
func (s *Sessions) APIKeyCounts() Counts { return s.keys.counted() }

// NewSessions returns an empty memory. standing and apiKey read the truth, never from a copy that may be
// behind: a session by its id, a key by the digest of its secret; ok is false when there is none. fresh is
// the time up to which every change has been told to this memory.
func NewSessions(standing func(ctx context.Context, sessionID string) (s users.Standing, ok bool, err error),
	apiKey func(ctx context.Context, digest string) (k users.KeyState, ok bool, err error),
	fresh func() time.Time, cfg SessionsConfig,
) (*Sessions, error) {
	if cfg.Size == 0 {
		cfg.Size = DefaultSessions
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	standings, err := newLive(cfg.Size,
		func(ctx context.Context, id string) (users.Standing, bool, error) {
			s, ok, err := standing(ctx, id)
			// What is personal of it is not needed, and not kept.
			s.User = users.State{Status: s.User.Status, SessionVersion: s.User.SessionVersion, Roles: knownRoles(s.User.Roles)}
			return s, ok, err
		},
		func(s users.Standing) string { return s.UserID }, fresh, cfg.Now)
	if err != nil {
		return nil, err
	}
	keys, err := newLive(cfg.Size,
		func(ctx context.Context, digest string) (users.KeyState, bool, error) {
			k, ok, err := apiKey(ctx, digest)
			k.Roles = knownRoles(k.Roles)
			return k, ok, err
		},
		func(k users.KeyState) string { return k.KeyID }, fresh, cfg.Now)
	if err != nil {
		return nil, err
	}
	return &Sessions{standings: standings, keys: keys}, nil
}

// knownRoles returns roles in order. A role that this version does not know grants nothing here.
func knownRoles(names []string) []string {
	known := AllRoles()
	roles := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(known, name) })
	slices.Sort(roles)
	return slices.Compact(roles)
}

// ForgetUser forgets all sessions of a person.
func (s *Sessions) ForgetUser(userID string) { s.standings.forgetOwner(userID) }

// ForgetSession forgets one session.
func (s *Sessions) ForgetSession(sessionID string) { s.standings.forget(sessionID) }

// ForgetAPIKey forgets the key whose secret has a digest.
func (s *Sessions) ForgetAPIKey(digest string) { s.keys.forget(digest) }

// ForgetAll forgets everything.
func (s *Sessions) ForgetAll() {
	s.standings.forgetAll()
	s.keys.forgetAll()
}
