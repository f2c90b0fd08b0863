package handling

import (
	"errors"
)

// ErrClientGone says that nobody reads an answer any more that goes on for long.
var ErrClientGone = errors.New("the client is gone")
