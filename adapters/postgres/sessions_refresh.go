package postgres

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed" // the SQL lies beside the code
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/desk"
)

var (
	//go:embed queries/session_lock.sql
	sessionLockSQL string
	//go:embed queries/session_use_token.sql
	sessionUseTokenSQL string
	//go:embed queries/session_refresh.sql
	sessionRefreshSQL string
	//go:embed queries/session_revoke.sql
	sessionRevokeSQL string
)

// refreshPrefix begins a refresh token, so that people and scanners of leaked secrets can tell what it is.
const refreshPrefix = "florin_rt_"

// Refresh implements desk.Sessions. A token is good once. When it comes again, one of the two who had it
// is a thief, and nobody can say which: the session is over for both. So it is also for a client that
// sends a token twice because an answer was lost; it signs in again.
//
// With ErrRefreshReused comes the session that ended, for who must hear of it.
//
// Errors: desk.ErrRefreshInvalid (there is no such token, or its session does not count: see
// users.Standing), desk.ErrRefreshReused.
func (s *Sessions) Refresh(ctx context.Context, refresh string) (session users.Session, next string, err error) {
	digest, ok := refreshDigest(refresh)
	if !ok {
		return users.Session{}, "", desk.ErrRefreshInvalid
	}
	reused := false
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		standing, now, err := scanStanding(tx.QueryRow(ctx, sessionLockSQL, digest, users.People().Key("")))
		if errors.Is(err, pgx.ErrNoRows) {
			return desk.ErrRefreshInvalid
		}
		if err != nil {
			return err
		}
		session = standing.Session
		used, err := tx.Exec(ctx, sessionUseTokenSQL, digest)
		if err != nil {
			return err
		}
		if used.RowsAffected() == 0 {
			reused = true // and no error, so that the revocation is committed
			_, err = tx.Exec(ctx, sessionRevokeSQL, session.ID)
			return err
		}
		if !standing.Counts(now) {
			return desk.ErrRefreshInvalid
		}
		var nextDigest []byte
		next, nextDigest = newRefreshToken()
		return tx.QueryRow(ctx, sessionRefreshSQL, session.ID, nextDigest, s.cfg.Idle, s.cfg.Life).Scan(&session.ExpiresAt)
	})
	switch {
	case errors.Is(err, desk.ErrRefreshInvalid):
		return users.Session{}, "", desk.ErrRefreshInvalid
	case err != nil:
		return users.Session{}, "", fmt.Errorf("refresh session: %w", err)
	case reused:
		return session, "", desk.ErrRefreshReused
	}
	return session, next, nil
}

// newRefreshToken returns a new token and what is kept of it.
func newRefreshToken() (token string, digest []byte) {
	var secret [refreshSecretBytes]byte
	rand.Read(secret[:]) // it never fails, or ends the process
	token = refreshPrefix + base64.RawURLEncoding.EncodeToString(secret[:])
	digest, _ = refreshDigest(token)
	return token, digest
}

// refreshDigest returns what is kept of a token. ok is false for what cannot be one.
func refreshDigest(token string) (digest []byte, ok bool) {
	secret, ok := strings.CutPrefix(token, refreshPrefix)
	if !ok || len(secret) != base64.RawURLEncoding.EncodedLen(refreshSecretBytes) {
		return nil, false
	}
	sum := sha256.Sum256([]byte(secret))
	return sum[:], true
}
