package journal

import (
	"fmt"
	"runtime"
	"strings"
)

// contain makes a panic an error like any other, of the command or event in hand alone, so that it does not end the process
// and everything else in it. It is to be deferred by itself.
func contain(err *error) {
	if p := recover(); p != nil {
		*err = &panicError{value: p, place: panickedAt()}
	}
}

// Contained runs f, and makes a panic in it its error: for what an effect does in goroutines of its own, where a panic would
// end the process.
func Contained(f func() error) (err error) {
	defer contain(&err)
	return f()
}

// panicError is a decider, an effect or a projection that panicked.
type panicError struct {
	value any
	place string
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v%s", e.value, e.place) }

// framesAbove is how far above whoever contains a panic its cause is looked for.
const framesAbove = 16

// panickedAt says where the panic was that is being recovered from: " at function:line"; nothing when that is not known.
func panickedAt() string {
	callers := make([]uintptr, framesAbove)
	frames := runtime.CallersFrames(callers[:runtime.Callers(0, callers)])
	for panicking := false; ; {
		frame, more := frames.Next()
		switch {
		case strings.HasPrefix(frame.Function, "runtime."):
			panicking = panicking || frame.Function == "runtime.gopanic"
		case panicking:
			return fmt.Sprintf(" at %s:%d", frame.Function, frame.Line)
		}
		if !more {
			return ""
		}
	}
}
