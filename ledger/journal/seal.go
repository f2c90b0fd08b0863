package journal

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"
)

// seal makes the store's batch: nonces, hashes, and the rows as JSON. chain is the value after the
// batch before; ok is false when there is nothing to write.
func (b *batch) seal(chain [32]byte, sent time.Time) (out *Batch, ok bool, err error) {
	out = &Batch{Before: b.before, Events: b.scope.events, Sent: sent}
	out.Before.Chain = chain
	nonces := make([]byte, 16*len(out.Events))
	if _, err := rand.Read(nonces); err != nil {
		return nil, false, fmt.Errorf("nonces: %w", err)
	}
	for i, e := range out.Events {
		copy(e.Nonce[:], nonces[16*i:])
		chain = e.Seal(chain)
	}
	for _, d := range b.decisions {
		if d.recorded {
			out.Outcomes = append(out.Outcomes, d.outcome)
		}
		if d.dead != nil {
			out.Dead = append(out.Dead, *d.dead)
		}
		if d.item.inbox && !d.silent { // its body may have come after it was looked for
			out.Inbox = append(out.Inbox, d.item.command.ID)
		}
	}
	for key, r := range b.scope.rows {
		data, err := Marshal(r.value)
		if err != nil {
			return nil, false, fmt.Errorf("%w: decision state %q: %w", ErrBadData, key, err)
		}
		out.State = append(out.State, StateRow{Key: key, Loaded: r.loaded, Version: r.version, Data: data})
	}
	// In the order of the index, so that a page of it is gone to once.
	slices.SortFunc(out.State, func(a, b StateRow) int { return strings.Compare(a.Key, b.Key) })
	out.After = b.after()
	out.After.Chain = chain
	return out, len(out.Outcomes)+len(out.Inbox) > 0, nil
}

// answers are what the batch has to say, by address.
func (b *batch) answers() map[string][]Answer {
	out := map[string][]Answer{}
	for _, d := range b.decisions {
		if d.item.replyTo == "" || d.silent {
			continue
		}
		a := Answer{Outcome: d.outcome, Replayed: d.replayed}
		if size(d.events) <= MaxReplyEvents {
			a.Events = make([]Event, len(d.events))
			for i, e := range d.events {
				a.Events[i] = *e
			}
		}
		out[d.item.replyTo] = append(out[d.item.replyTo], a)
	}
	return out
}

// size is about how many bytes events take in a message.
func size(events []*Event) (n int) {
	for _, e := range events {
		n += 300 + len(e.Data) + 100*len(e.Postings)
	}
	return n
}
