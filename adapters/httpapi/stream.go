package httpapi

import "errors"

// errClientGone says that nobody reads an answer any more that goes on for long.
var errClientGone = errors.New("the client is gone")
