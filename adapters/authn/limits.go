package authn

import "time"

const (
	// MaxTokenBytes bounds what is parsed and hashed for an anonymous caller. A token with every
	// role takes about 400 bytes.
	MaxTokenBytes = 4096
	// MaxTokenTTL is the longest life of a minted token: a token cannot be called back, only
	// outlived or made void together with its key.
	MaxTokenTTL = 366 * 24 * time.Hour
	// AccessTokenTTL is the life of a token with a session, which a refresh token replaces: short, so that
	// what leaks is soon worth nothing, and long enough that few requests are for tokens.
	AccessTokenTTL = 15 * time.Minute
	// Staleness is how long what was read of a session or a key is believed by itself: how late a
	// sign-out, another role or an erasure may take effect anywhere. Reading takes no longer either.
	Staleness = time.Second
	// Remembered is how long it is believed while the feed of changes is known to be whole, to within
	// Staleness. It bounds what a change costs that nobody told of.
	Remembered = 15 * time.Second
	// DefaultSessions is how many sessions are remembered, about 500 bytes each. Beyond it the least
	// recently used is read again, which costs one query.
	DefaultSessions = 65_536
	// MaxSubjectBytes bounds the principal's name, which is part of every command id.
	MaxSubjectBytes = 255
	// ClockSkew is how far ahead the clock of the minting machine may be.
	ClockSkew = 30 * time.Second
	// DefaultCacheSize is how many verified tokens are remembered; about 300 bytes each. Beyond it
	// the least recently used is verified again, which costs about 70 µs.
	DefaultCacheSize = 16_384
	// MaxKeys bounds a key set: every verifier loads all of it.
	MaxKeys = 32
)
