package authn

import "time"

const (
	// DefaultHashMemory (KiB), DefaultHashPasses and DefaultHashLanes are the first choice of OWASP's
	// Password Storage Cheat Sheet for Argon2id: at least 19 MiB, 2 passes, 1 lane. One lane, because the
	// other processors have other people's passwords to hash.
	DefaultHashMemory = 19 * 1024
	DefaultHashPasses = 2
	DefaultHashLanes  = 1
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

	// DefaultHashQueue is how many passwords wait for their turn at most, and DefaultHashWait for how long.
	// A password takes some 25 ms, so that one processor serves as many within two seconds; who would
	// wait longer is better told so.
	DefaultHashQueue = 64
	DefaultHashWait  = 2 * time.Second
)
