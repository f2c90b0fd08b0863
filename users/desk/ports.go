package desk

import (
	"context"
	"errors"

	"github.com/florinledger/florin/users"
)

// Errors of the ports, for what the desk must tell apart. Everything else is a fault.
var (
	// ErrBusy: so many passwords are being hashed that another one would have to wait too long.
	ErrBusy = errors.New("desk: too many passwords are being hashed")
	// ErrRefreshInvalid: the refresh token is none, or its session is over.
	ErrRefreshInvalid = errors.New("desk: the refresh token counts no more")
	// ErrRefreshReused: the refresh token was used before. Its whole session is over now.
	ErrRefreshReused = errors.New("desk: the refresh token was used before")
)

// Hasher hashes passwords, a few at a time.
type Hasher interface {
	// Hash returns the hash of a password, with its parameters. Errors: ErrBusy.
	Hash(ctx context.Context, password string) (string, error)
	// Verify reports whether a password is the one that was hashed, and whether it should be hashed anew
	// since the parameters have changed. An empty hash takes as long as any, and is no password's.
	// Errors: ErrBusy.
	Verify(ctx context.Context, password, hash string) (ok, stale bool, err error)
}

// Directory reads the decision state of people. It is never behind the journal.
type Directory interface {
	// User returns a person's state; ok is false when there never was one of that id.
	User(ctx context.Context, userID string) (u users.State, ok bool, err error)
	// Holder returns whose address a token stands for; ok is false when it is nobody's, or was given up.
	Holder(ctx context.Context, emailToken string) (userID string, ok bool, err error)
}

// Sessions keeps sessions. Of refresh tokens it keeps digests only.
type Sessions interface {
	// Begin begins a session and returns its first refresh token.
	Begin(ctx context.Context, userID string, version int64) (s users.Session, refresh string, err error)
	// Refresh takes a refresh token for the next one. Errors: ErrRefreshInvalid, ErrRefreshReused.
	Refresh(ctx context.Context, refresh string) (s users.Session, next string, err error)
	// End ends the session of a refresh token, used or not, and returns its id; ok is false when there is
	// none to end.
	End(ctx context.Context, refresh string) (sessionID string, ok bool, err error)
}

// Mail is a letter to one person.
type Mail struct {
	To      string
	Subject string
	// Text is plain text in UTF-8, with lines of any length.
	Text string
	// Key names it for ever: who sees it twice has got it twice.
	Key string
}

// Mailer sends letters. It returns when somebody else has taken the letter over.
type Mailer interface {
	Send(ctx context.Context, m Mail) error
}
