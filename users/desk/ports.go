package desk

import (
	"context"
	"errors"

	"github.com/florinledger/florin/users"
	"github.com/florinledger/florin/users/seal"
)

// Errors of the ports, for what the desk must tell apart. Everything else is a fault.
var (
	// ErrBusy: so many passwords are being hashed that another one would have to wait too long.
	ErrBusy = errors.New("desk: too many passwords are being hashed")
	// ErrRefreshInvalid: the refresh token is none, or its session is over.
	ErrRefreshInvalid = errors.New("desk: the refresh token counts no more")
	// ErrRefreshReused: the refresh token was used before. Its whole session is over now.
	ErrRefreshReused = errors.New("desk: the refresh token was used before")
	// ErrUndeliverable: nobody will ever take this letter, so that trying again is in vain.
	ErrUndeliverable = errors.New("desk: the letter cannot be delivered")
	// ErrPutOff: this letter is not taken now, for a reason that says nothing of other letters.
	ErrPutOff = errors.New("desk: the letter is put off")
)

// Ports are what the desk calls out to. All of them are needed.
type Ports struct {
	Vault     Vault
	Directory Directory
	Hasher    Hasher
	Sessions  Purger
	Mailer    Mailer
}

// Vault keeps the keys of people and the tokens of their addresses.
type Vault interface {
	seal.Keys
	seal.Addresses
	// Discard takes away the key of somebody who never came to be. Unlike Destroy it leaves no trace.
	Discard(ctx context.Context, person string) error
}

// Purger forgets sessions: *postgres.Sessions.
type Purger interface {
	// Purge deletes what is kept of a person's sessions.
	Purge(ctx context.Context, userID string) error
}

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
	// Refresh takes a refresh token for the next one. Errors: ErrRefreshInvalid, ErrRefreshReused; with the
	// latter s is the session that ended, for who must hear of it.
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
	// Errors: ErrUndeliverable, ErrPutOff; any other says that no letter can be sent now. None of them
	// has the letter's address or text in it, since it is logged.
	Send(ctx context.Context, m Mail) error
}
