package messages

import (
	"errors"
	"net/http"
	"time"

	"github.com/florinledger/florin/adapters/httpapi/handling"
)

// errDraining says that the server stops.
var errDraining = errors.New("the server stops")

// eventWriter writes server-sent events and sees that they leave. A client that takes nothing is given up,
// and a server that stops has nothing more to tell.
type eventWriter struct {
	w        http.ResponseWriter
	control  *http.ResponseController
	draining <-chan struct{}
}

// newEventWriter begins the answer.
func newEventWriter(w http.ResponseWriter, draining <-chan struct{}) *eventWriter {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would keep events back
	w.WriteHeader(http.StatusOK)
	return &eventWriter{w: w, control: http.NewResponseController(w), draining: draining}
}

// write sends text. Errors: handling.ErrClientGone, errDraining.
func (o *eventWriter) write(text string) error {
	select {
	case <-o.draining:
		return errDraining
	default:
	}
	err := o.control.SetWriteDeadline(time.Now().Add(handling.StreamWriteTimeout))
	if err == nil {
		_, err = o.w.Write([]byte(text))
	}
	if err == nil {
		err = o.control.Flush()
	}
	if err != nil {
		return errors.Join(handling.ErrClientGone, err)
	}
	return nil
}
