package natsbus

import (
	"fmt"

	"github.com/nats-io/nats.go"

	"github.com/florinledger/florin/ledger/journal"
)

// The headers of a published event.
const (
	timelineHeader = "Florin-Timeline"
	traceHeader    = "Traceparent" // as in W3C Trace Context
	positionHeader = "Florin-Position"
)

// place is a position on a timeline, written "<timeline>-<position>": the message id of a published
// event, and the body of a high water mark.
type place struct {
	timeline, position int64
}

func (p place) String() string { return fmt.Sprintf("%d-%d", p.timeline, p.position) }

// before reports whether p comes before q: a new timeline begins after everything of the old one.
func (p place) before(q place) bool {
	if p.timeline != q.timeline {
		return p.timeline < q.timeline
	}
	return p.position < q.position
}

// parsePlace reads what String wrote.
func parsePlace(text string) (p place, err error) {
	n, err := fmt.Sscanf(text, "%d-%d", &p.timeline, &p.position)
	if err != nil || n != 2 || p.String() != text || p.timeline < 0 || p.position < 0 {
		return place{}, fmt.Errorf("natsbus: %q is no <timeline>-<position>", text)
	}
	return p, nil
}

// placeOf reads the headers of a published event.
func placeOf(h nats.Header) (place, error) {
	return parsePlace(h.Get(timelineHeader) + "-" + h.Get(positionHeader))
}

func placeOfHead(h journal.Head) place { return place{h.Timeline, h.Position} }
