package journal

import "context"

// Near is the log of published events as a process reads it that may hold the shard itself: while it
// does, it hears of events as soon as they may be spoken of, without their way over the bus and back;
// while it does not, from the bus. It implements Subscriber.
type Near struct {
	recent *Recent
	far    Subscriber
}

// NewNear returns the log of what is recent here, and of far.
func NewNear(recent *Recent, far Subscriber) *Near { return &Near{recent: recent, far: far} }

// Subscribe implements Subscriber. It returns nil, too, when the shard is taken over or given up: the
// reader subscribes again, from wherever it is.
func (n *Near) Subscribe(ctx context.Context, shard Shard, after int64, sink func(timeline int64, events []Event) error) error {
	leads, changed := n.recent.leads()
	if leads {
		return n.tell(ctx, after, sink)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-changed:
			cancel()
		case <-ctx.Done():
		}
	}()
	return n.far.Subscribe(ctx, shard, after, sink)
}

// tell calls sink with what is committed here, as long as this process holds the shard.
func (n *Near) tell(ctx context.Context, after int64, sink func(timeline int64, events []Event) error) error {
	for {
		timeline, events, more := n.recent.since(after, tailPage)
		if len(events) > 0 {
			if err := sink(timeline, events); err != nil {
				return err
			}
			after = events[len(events)-1].Position
			continue
		}
		if more == nil {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil
		}
	}
}
