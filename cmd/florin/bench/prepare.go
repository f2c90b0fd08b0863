package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
)

// prepareConnections is how many connections prepare what is then measured: enough that it does not take long,
// and few enough that nothing is answered 503.
const prepareConnections = 64

// prepare has a load run that is not measured, and returns the ids of what it made, in no order. As with fill,
// nearly all of it has to be there.
func (b *Bench) prepare(ctx context.Context, connections int, p pace, w workload) ([]string, error) {
	made := &ids{}
	w.took = made.take
	l := newLoad(b.dial, w, connections)
	defer l.close()
	t := l.run(ctx, p)
	b.count(l, t)
	wrong := t.failed + t.unavailable + t.unsent
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case float64(t.answered) < nearlyFull*float64(t.answered+wrong):
		return nil, fmt.Errorf("%d requests were answered, and %d were not: %s", t.answered, wrong, t.firstFailure)
	}
	return made.list, b.settle(ctx)
}

// ids collects those that answers have.
type ids struct {
	mu   sync.Mutex
	list []string
}

// take is told of an answer.
func (i *ids) take(answer []byte) {
	var made struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(answer, &made) != nil {
		return // it is not there then, where it is asked for
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.list = append(i.list, made.ID)
}
