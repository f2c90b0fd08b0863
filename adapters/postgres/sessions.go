package postgres

import (
	"context"
	_ "embed" // the SQL lies beside the code
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/desk"
)

var (
	//go:embed queries/session_begin.sql
	sessionBeginSQL string
	//go:embed queries/session_standing.sql
	sessionStandingSQL string
	//go:embed queries/session_end.sql
	sessionEndSQL string
	//go:embed queries/session_end_all.sql
	sessionEndAllSQL string
	//go:embed queries/session_purge.sql
	sessionPurgeSQL string
)

// sessionPrefix begins the id of a session.
const sessionPrefix = "ses"

// SessionsConfig is what Sessions may be told. The zero value is ready to use.
type SessionsConfig struct {
	// Idle is how long a session lasts unless it is refreshed. Default: DefaultSessionIdle.
	Idle time.Duration
	// Life is how long a session lasts at most. Default: DefaultSessionLife.
	Life time.Duration
}

// Sessions keeps what people began by signing in: sessions, and of their refresh tokens the digests. It
// goes by the database's clock alone, so that many processes agree on what has ended. It is safe for
// concurrent use.
type Sessions struct {
	pool *pgxpool.Pool
	cfg  SessionsConfig
}

var _ desk.Sessions = (*Sessions)(nil)

// NewSessions returns the sessions in pool's database.
func NewSessions(pool *pgxpool.Pool, cfg SessionsConfig) *Sessions {
	if cfg.Idle <= 0 {
		cfg.Idle = DefaultSessionIdle
	}
	if cfg.Life <= 0 {
		cfg.Life = DefaultSessionLife
	}
	return &Sessions{pool: pool, cfg: cfg}
}

// Begin implements desk.Sessions. version is the SessionVersion of the state that the password was
// checked against: when it has moved on meanwhile, the session is over before it began.
func (s *Sessions) Begin(ctx context.Context, userID string, version int64) (begun users.Session, refresh string, err error) {
	id, err := uuid.NewV7()
	if err != nil {
		return users.Session{}, "", fmt.Errorf("begin session: %w", err)
	}
	begun = users.Session{ID: journal.FormatID(sessionPrefix, id), UserID: userID, Version: version}
	refresh, digest := newRefreshToken()
	err = s.pool.QueryRow(ctx, sessionBeginSQL, begun.ID, userID, version, digest, s.cfg.Idle, s.cfg.Life).Scan(&begun.ExpiresAt)
	if err != nil {
		return users.Session{}, "", fmt.Errorf("begin session: %w", err)
	}
	return begun, refresh, nil
}

// Standing returns a session as it stands now, with the decision state of its user, which is never
// behind the journal. ok is false when there is no such session; sessionID may be any text.
func (s *Sessions) Standing(ctx context.Context, sessionID string) (standing users.Standing, ok bool, err error) {
	if _, err := journal.ParseID(sessionPrefix, sessionID); err != nil {
		return users.Standing{}, false, nil //nolint:nilerr // what is no session's id names none
	}
	standing, _, err = scanStanding(s.pool.QueryRow(ctx, sessionStandingSQL, sessionID, users.People().Key("")))
	if errors.Is(err, pgx.ErrNoRows) {
		return users.Standing{}, false, nil
	}
	if err != nil {
		return users.Standing{}, false, fmt.Errorf("standing of session %s: %w", sessionID, err)
	}
	return standing, true, nil
}

// End implements desk.Sessions. Ending a session again returns it again, so that whoever did not hear of
// the first time can still be told.
func (s *Sessions) End(ctx context.Context, refresh string) (sessionID string, ok bool, err error) {
	digest, ok := refreshDigest(refresh)
	if !ok {
		return "", false, nil
	}
	err = s.pool.QueryRow(ctx, sessionEndSQL, digest).Scan(&sessionID)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("end session: %w", err)
	}
	return sessionID, true, nil
}

// EndAll ends all sessions of a user and returns the ids of those that it ended.
func (s *Sessions) EndAll(ctx context.Context, userID string) (sessionIDs []string, err error) {
	rows, err := s.pool.Query(ctx, sessionEndAllSQL, userID)
	if err == nil {
		sessionIDs, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil {
		return nil, fmt.Errorf("end all sessions of %s: %w", userID, err)
	}
	return sessionIDs, nil
}

// Purge deletes all sessions of a user and their tokens, as if there had been none: for who is erased.
func (s *Sessions) Purge(ctx context.Context, userID string) error {
	if _, err := s.pool.Exec(ctx, sessionPurgeSQL, userID); err != nil {
		return fmt.Errorf("purge sessions of %s: %w", userID, err)
	}
	return nil
}

// scanStanding reads a session, the state of its user, and the time in the database. A user of whom
// there is no state is nobody, whose sessions do not count.
func scanStanding(row pgx.Row) (standing users.Standing, now time.Time, err error) {
	var state []byte
	err = row.Scan(&standing.ID, &standing.UserID, &standing.Version, &standing.ExpiresAt, &standing.Revoked, &state, &now)
	if err == nil && state != nil {
		err = json.Unmarshal(state, &standing.User)
	}
	return standing, now, err
}
