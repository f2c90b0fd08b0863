package handling

import (
	"time"
)

// MaxRemembered is how many callers' last writes an instance remembers; about 100 bytes each. It could do without.
const MaxRemembered = 50_000

// StreamWriteTimeout is how long a client may take none of what is sent to it.
const StreamWriteTimeout = 10 * time.Second
