package messaging

const (
	// MaxSubject is the longest subject, in bytes of UTF-8.
	MaxSubject = 512
	// MaxBody is the longest body, in bytes of UTF-8.
	MaxBody = 64 << 10
	// sealing is what sealing adds to a text, in bytes: a nonce and a tag, with room.
	sealing = 64
	// maxTopic and maxAbout bound what a notice is about, in bytes.
	maxTopic, maxAbout = 64, 64
)
