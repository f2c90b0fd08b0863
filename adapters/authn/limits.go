package authn

import "time"

const (
	// MaxTokenBytes bounds what is parsed and hashed for an anonymous caller. A token with every
	// role takes about 400 bytes.
	MaxTokenBytes = 4096
	// MaxTokenTTL is the longest life of a minted token: a token cannot be called back, only
	// outlived or made void together with its key.
	MaxTokenTTL = 366 * 24 * time.Hour
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
