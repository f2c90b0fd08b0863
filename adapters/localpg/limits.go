package localpg

import "time"

const (
	// startTimeout bounds one Start after initdb. A crash recovery of the 4 GB of WAL that
	// max_wal_size lets grow takes a slow laptop disk some minutes.
	startTimeout = 5 * time.Minute

	// orphanTimeout is how long Start waits for the server of a dead owner to go. Its watchdog has
	// asked it to; the checkpoint of a fast shutdown takes seconds at most.
	orphanTimeout = 15 * time.Second

	// stopTimeout is how long Stop waits after a signal before it sends the next, harder one.
	// SIGKILL follows last, and from then on the kernel does the waiting.
	stopTimeout = 10 * time.Second

	// pollInterval is the pause between two looks at postmaster.pid, which is how Postgres itself
	// tells pg_ctl that it is ready. Reading 100 bytes is cheap, and a test waits for this.
	pollInterval = 10 * time.Millisecond

	// maxPorts is how many free ports are tried: one may be taken between choice and use.
	maxPorts = 3

	// leftoverTimeout is how long a start is repeated after a crash of the server. Its backends end
	// when they next look up from their work, and keep its shared memory, without which no other
	// server starts, until then.
	leftoverTimeout = 30 * time.Second

	// restartPause separates those starts.
	restartPause = 300 * time.Millisecond

	// maxSocketDir is the longest folder that a socket address has room for: sun_path holds 104
	// bytes on macOS (108 on Linux), and Postgres adds "/.s.PGSQL.65535" and a terminating zero.
	maxSocketDir = 104 - len("/.s.PGSQL.65535") - 1

	// maxLog is the size at which the server's log is moved aside when a server starts: enough
	// to hold weeks of a developer's days, small enough to open in an editor.
	maxLog = 16 << 20

	// maxLogTail is how much of the log goes into the error of a failed start.
	maxLogTail = 4 << 10

	// minMemoryRoom is what /dev/shm must have free to hold a temporary cluster: 8 MB for each database
	// that is in use or was kept, 256 MB of WAL, and as much again for the machine's other users.
	// A container's default of 64 MB is refused by it.
	minMemoryRoom = 4 << 30

	// passwordBytes gives 192 bits, which nobody guesses through a local socket.
	passwordBytes = 24

	// minMajor is the oldest Postgres that Florin is tested with.
	minMajor = 15
)
