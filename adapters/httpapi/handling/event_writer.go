package handling

import (
	"errors"
	"net/http"
	"time"
)

// ErrDraining says that the server stops.
var ErrDraining = errors.New("the server stops")

// EventWriter writes server-sent events and sees that they leave. A client that takes nothing is given up,
// and a server that stops has nothing more to tell.
type EventWriter struct {
	w        http.ResponseWriter
	control  *http.ResponseController
	draining <-chan struct{}
}

// NewEventWriter begins the answer.
func NewEventWriter(w http.ResponseWriter, draining <-chan struct{}) *EventWriter {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would keep events back
	w.WriteHeader(http.StatusOK)
	return &EventWriter{w: w, control: http.NewResponseController(w), draining: draining}
}

// Write sends text. Errors: ErrClientGone, ErrDraining.
func (o *EventWriter) Write(text string) error {
	select {
	case <-o.draining:
		return ErrDraining
	default:
	}
	err := o.control.SetWriteDeadline(time.Now().Add(StreamWriteTimeout))
	if err == nil {
		_, err = o.w.Write([]byte(text))
	}
	if err == nil {
		err = o.control.Flush()
	}
	if err != nil {
		return errors.Join(ErrClientGone, err)
	}
	return nil
}
