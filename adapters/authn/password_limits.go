package authn

import "time"

const (
	// DefaultHashMemory is in KiB: the 19 MiB that OWASP's Password Storage Cheat Sheet asks for at least
	// with Argon2id, 2 passes and 1 lane.
	DefaultHashMemory = 19 * 1024
	// DefaultHashPasses is how often the memory is gone over: OWASP's as well.
	DefaultHashPasses = 2
	// DefaultHashLanes is one, because the other processors have other people's passwords to hash.
	DefaultHashLanes = 1
	// hashSalt and hashKey are the lengths of salt and key in bytes that RFC 9106 (section 4) recommends.
	hashSalt, hashKey = 16, 32

	// maxHashMemory (KiB), maxHashPasses and maxHashLanes bound what is computed for a stored hash: with
	// more than that, one sign-in would take the machine away from everybody.
	maxHashMemory = 1024 * 1024
	maxHashPasses = 16
	maxHashLanes  = 16
	// minHashSalt and minHashKey, in bytes, are what RFC 9106 (section 3.1) and common sense allow at
	// least: to a key of no bytes, every password would be the right one.
	minHashSalt, minHashKey = 8, 16
	// maxHashText bounds the text of a hash, and so its salt and its key; ours has 97 bytes.
	maxHashText = 512

	// DefaultHashQueue is how many passwords wait for their turn at most: one processor serves as many
	// within DefaultHashWait, at some 25 ms each.
	DefaultHashQueue = 64
	// DefaultHashWait is how long a password waits for its turn. Who would wait longer is better told so.
	DefaultHashWait = 2 * time.Second
)
