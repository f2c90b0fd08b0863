package users

const (
	// MaxEmail is the longest email address, in bytes (RFC 5321, section 4.5.3.1.3, without the brackets).
	MaxEmail = 254
	// MaxName is the longest display name and the longest name of a service, in bytes.
	MaxName = 200
	// MinPassword is the length of the shortest password, in characters (NIST SP 800-63B, section 5.1.1.2).
	MinPassword = 8
	// MaxPassword bounds a password, in bytes: NIST wants 64 characters at least to be taken, and what is
	// hashed must have an end.
	MaxPassword = 256
	// maxSealed bounds a sealed email, name or credential, in bytes: the longest of them, a nonce and a
	// tag, with room for a hash of other parameters.
	maxSealed = 1024
	// maxToken bounds the token of an address, in bytes.
	maxToken = 64
	// digestLength is the length of a digest of a key, in hexadecimal digits.
	digestLength = 64
)
