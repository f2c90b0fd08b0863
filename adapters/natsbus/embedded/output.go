package embedded

import (
	"fmt"
	"log/slog"
)

// output hands the server's lines to slog. Its fatal ones mean "exit now" to the server's own
// program; here they end Start instead.
type output struct {
	log   *slog.Logger
	fatal chan string // the first fatal line
}

func newOutput(log *slog.Logger) *output {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &output{log: log, fatal: make(chan string, 1)}
}

// Noticef logs what the server does in its ordinary life, which is more than an operator of Florin wants.
func (o *output) Noticef(format string, v ...any) {
	o.log.Debug("nats server", "text", fmt.Sprintf(format, v...))
}

// Warnf logs a warning.
func (o *output) Warnf(format string, v ...any) {
	o.log.Warn("nats server", "text", fmt.Sprintf(format, v...))
}

// Errorf logs an error.
func (o *output) Errorf(format string, v ...any) {
	o.log.Error("nats server", "text", fmt.Sprintf(format, v...))
}

// Fatalf logs an error that ends the server.
func (o *output) Fatalf(format string, v ...any) {
	text := fmt.Sprintf(format, v...)
	o.log.Error("nats server", "text", text)
	select {
	case o.fatal <- text:
	default:
	}
}

// Debugf drops its line: debug output is not asked for.
func (o *output) Debugf(string, ...any) {}

// Tracef drops its line: it would hold the messages themselves.
func (o *output) Tracef(string, ...any) {}
