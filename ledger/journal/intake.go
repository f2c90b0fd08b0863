package journal

import (
	"context"
	"slices"
)

// receive reads the source of commands, and reads it again from where it was when it is lost.
func (t *term) receive(ctx context.Context) {
	shard, mark := t.w.shard, t.store.Head().Mark.rewound()
	for ctx.Err() == nil {
		err := t.w.source.Receive(ctx, shard, mark, func(d Delivery) error {
			t.w.alone.Store(false)
			for items := range slices.Chunk(itemsOf(d), chunkOf(d)) {
				if err := t.deliver(ctx, items); err != nil {
					return err
				}
			}
			mark = d.Mark
			return nil
		})
		if ctx.Err() != nil {
			return
		}
		t.w.alone.Store(true)
		t.w.cfg.Log.Warn("commands cannot be received; the inbox is the only way", "shard", t.w.shard, "error", err)
		wait(ctx, retryInterval)
	}
}

// pollInbox delivers what waits in the inbox: what the bus lost, or all there is while it is away.
func (t *term) pollInbox(ctx context.Context) {
	for ctx.Err() == nil {
		commands, err := t.waiting(ctx)
		if err != nil {
			if ctx.Err() == nil {
				t.w.cfg.Log.Warn("inbox cannot be read", "shard", t.w.shard, "error", err)
			}
			wait(ctx, retryInterval)
			continue
		}
		if len(commands) > 0 {
			done := make(chan struct{})
			items := make([]*item, len(commands))
			for i, c := range commands {
				items[i] = &item{command: c, known: true, inbox: true}
			}
			items[len(items)-1].done = done
			for len(items) > 0 {
				n := light(items)
				if t.deliver(ctx, items[:n]) != nil {
					return
				}
				items = items[n:]
			}
			select {
			case <-done:
			case <-ctx.Done():
				return
			}
			continue
		}
		if t.w.alone.Load() {
			wait(ctx, InboxIntervalAlone)
		} else {
			wait(ctx, InboxInterval)
		}
	}
}

// waiting asks the store what waits in the inbox, no longer than a commit may take.
func (t *term) waiting(ctx context.Context) ([]Command, error) {
	ctx, cancel := context.WithTimeout(ctx, t.w.cfg.CommitTimeout)
	defer cancel()
	return t.store.Waiting(ctx, MaxBatch)
}

// chunkOf is how many items of a delivery are decided at once: all, unless bodies have to be read.
func chunkOf(d Delivery) int {
	if len(d.Refs) > 0 {
		return MaxBatch / refWeight
	}
	return max(len(d.Commands), 1)
}

// light is how many of the first items, at least one, are no more than a batch takes.
func light(items []*item) int {
	total := 0
	for n := range items {
		if total += weight(items[n : n+1]); n > 0 && total > MaxBatch {
			return n
		}
	}
	return len(items)
}

// weight is for how many commands items count.
func weight(items []*item) (n int) {
	for _, it := range items {
		n += 1 + len(it.command.Data)/commandBytes
		if !it.known {
			n += refWeight
		}
	}
	return n
}

func (t *term) deliver(ctx context.Context, items []*item) error {
	if len(items) == 0 {
		return nil
	}
	select {
	case t.in <- items:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func itemsOf(d Delivery) []*item {
	items := make([]*item, 0, len(d.Commands)+len(d.Refs))
	for _, c := range d.Commands {
		items = append(items, &item{command: c, known: true, replyTo: d.ReplyTo})
	}
	for _, id := range d.Refs {
		items = append(items, &item{command: Command{ID: id}, inbox: true, replyTo: d.ReplyTo})
	}
	if len(items) > 0 {
		items[len(items)-1].mark = d.Mark
	}
	return items
}
