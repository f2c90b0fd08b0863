package embedded

import "time"

const (
	// DefaultMaxPayload is the largest message, 1 MiB, as NATS has it. Bodies above 768 KiB travel by
	// the inbox, so commands that were joined into one message fit.
	DefaultMaxPayload = 1 << 20

	// DefaultMaxStore bounds what all streams together may keep on disk. Commands and events are kept
	// for a limited time (Postgres keeps them for ever), and a laptop's disk is not only ours.
	DefaultMaxStore = 8 << 30

	// maxMemory bounds streams kept in memory: the one of ended sessions, of 8 MiB.
	maxMemory = 64 << 20

	// readyTimeout bounds the recovery of the streams at a start. It reads the whole store
	// where the last server was killed.
	readyTimeout = time.Minute

	// readyPoll is how long one look for readiness lasts, so that a refused start is noticed soon.
	readyPoll = 100 * time.Millisecond

	// passwordBytes gives 192 bits, which nobody guesses through a local port.
	passwordBytes = 24
)
