package postgres

import "time"

const (
	// DefaultSessionIdle is how long a session lasts unless it is refreshed.
	DefaultSessionIdle = 30 * 24 * time.Hour
	// DefaultSessionLife is how long a session lasts at most: a device that was lost, or a token that
	// nobody knows to be stolen, is not let in for ever.
	DefaultSessionLife = 90 * 24 * time.Hour
	// sessionKept is how long a session and its tokens are kept after their time, so that what a user
	// asks about yesterday can be looked up.
	sessionKept = 24 * time.Hour
	// refreshSecretBytes is what a refresh token has of chance. 256 bits need no salt and no slow hash.
	refreshSecretBytes = 32
	// sweepSessions and sweepTokens bound what one statement of a sweep deletes, so that it holds its
	// locks for milliseconds. A session takes with it a token for each of its last refreshes, which are
	// some hundreds where a client refreshes four times an hour.
	sweepSessions, sweepTokens = 50, 2000
)
