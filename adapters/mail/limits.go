package mail

import "time"

const (
	// sendTimeout ends a conversation with a server that hangs. It is shorter than what a background job may
	// take.
	sendTimeout = 20 * time.Second
	// idBytes is how much of the digest of a letter's key names the letter: enough that no two are alike.
	idBytes = 16
)
