package httpapi

import (
	"time"
)

// How long a test waits for a condition, and how often it looks.
const (
	waitFor = 10 * time.Second
	tick    = 2 * time.Millisecond
)
