package memory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/florinledger/florin/ledger/journal"
)

// term is a term of office over one shard.
type term struct {
	store *Store
	head  journal.Head // at the take-over
}

// Head implements journal.Term.
func (t *term) Head() journal.Head { return t.head }

// Close implements journal.Term.
func (t *term) Close() error { return nil }

// Load implements journal.Term.
func (t *term) Load(ctx context.Context, want journal.Wanted) (journal.Found, error) {
	if err := ctx.Err(); err != nil {
		return journal.Found{}, err
	}
	s := t.store
	s.mu.Lock()
	defer s.mu.Unlock()
	found := journal.Found{
		Outcomes: map[journal.CommandID]journal.Outcome{}, State: map[string]journal.StateRow{},
		Events: map[int64]journal.Event{}, Inbox: map[journal.CommandID]journal.Command{},
	}
	for _, id := range want.Outcomes {
		if p, ok := s.outcomes[id]; ok {
			found.Outcomes[id] = p.outcome
		}
	}
	sh := s.shard(t.head.Shard)
	for _, key := range want.State {
		if r, ok := sh.state[key]; ok {
			found.State[key] = r
		}
	}
	for _, position := range want.Events {
		if position >= 1 && position <= sh.head.Position {
			found.Events[position] = sh.events[position-1]
		}
	}
	for _, id := range want.Inbox {
		if i := s.find(id); i >= 0 {
			found.Inbox[id] = s.inbox[i].command
		}
	}
	return found, nil
}

// Waiting implements journal.Term.
func (t *term) Waiting(ctx context.Context, limit int) ([]journal.Command, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	var commands []journal.Command
	size := 0
	for _, w := range t.store.inbox {
		if w.shard == t.head.Shard && len(commands) < limit && size < journal.MaxWaitingBytes {
			commands = append(commands, w.command)
			size += len(w.command.Data)
		}
	}
	return commands, nil
}

// Append implements journal.Term.
func (t *term) Append(ctx context.Context, b *journal.Batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s := t.store
	s.mu.Lock()
	defer s.mu.Unlock()
	sh := s.shard(t.head.Shard)
	if err := s.judge(sh, b); err != nil {
		return err
	}
	for _, e := range b.Events {
		kept := *e
		kept.Body, kept.Data, kept.Postings = nil, slices.Clone(e.Data), slices.Clone(e.Postings)
		sh.events = append(sh.events, kept)
	}
	for _, o := range b.Outcomes {
		s.outcomes[o.Command] = placed{recorded(o), b.Before.Shard}
	}
	for _, r := range b.State {
		sh.state[r.Key] = journal.StateRow{Key: r.Key, Loaded: r.Version, Version: r.Version, Data: slices.Clone(r.Data)}
	}
	s.dead = append(s.dead, b.Dead...)
	s.inbox = slices.DeleteFunc(s.inbox, func(w waiting) bool { return slices.Contains(b.Inbox, w.command.ID) })
	sh.head = b.After
	return nil
}

// judge says why the batch cannot be appended.
func (s *Store) judge(sh *shard, b *journal.Batch) error {
	if sh.head.Epoch != b.Before.Epoch || sh.head.Timeline != b.Before.Timeline ||
		sh.head.Position != b.Before.Position || sh.head.Chain != b.Before.Chain {
		return fmt.Errorf("%w: epoch %d, position %d", journal.ErrFenced, sh.head.Epoch, sh.head.Position)
	}
	if skew := s.now().Sub(b.Sent).Abs(); skew > journal.MaxClockSkew {
		return fmt.Errorf("%w: by %s", journal.ErrClockSkew, skew)
	}
	chain := b.Before.Chain
	for i, e := range b.Events {
		if err := journal.Balanced(e.Position, e.Postings); err != nil {
			return fmt.Errorf("%w: %w", journal.ErrBadData, err)
		}
		if e.Position != b.Before.Position+int64(i)+1 || e.Epoch != b.Before.Epoch || e.Prev != chain {
			return fmt.Errorf("event %d does not follow position %d", e.Position, b.Before.Position+int64(i))
		}
		if !json.Valid(e.Data) || strings.Contains(e.Ledger+e.Stream+e.Type+e.Actor+e.Trace, "\x00") {
			return fmt.Errorf("%w: event %d", journal.ErrBadData, e.Position)
		}
		chain = e.Chain()
	}
	if b.After.Position != b.Before.Position+int64(len(b.Events)) || b.After.Chain != chain {
		return fmt.Errorf("the head after the batch is not where its events end")
	}
	fresh := map[journal.CommandID]bool{}
	for _, o := range b.Outcomes {
		if _, ended := s.outcomes[o.Command]; ended || fresh[o.Command] {
			return fmt.Errorf("%w: %s has an outcome", journal.ErrBadData, o.Command)
		}
		if o.Result != nil && !json.Valid(o.Result) {
			return fmt.Errorf("%w: result of %s", journal.ErrBadData, o.Command)
		}
		fresh[o.Command] = true
	}
	for _, r := range b.State {
		if sh.state[r.Key].Version != r.Loaded {
			return fmt.Errorf("%w: decision state %q", journal.ErrFenced, r.Key)
		}
		if !json.Valid(r.Data) {
			return fmt.Errorf("%w: decision state %q", journal.ErrBadData, r.Key)
		}
	}
	return nil
}

// recorded returns what is kept of an outcome: of a refusal, not what follows from its code.
func recorded(o journal.Outcome) journal.Outcome {
	o.Result = slices.Clone(o.Result)
	if r := o.Refusal; r != nil {
		o.Refusal = &journal.Refusal{Code: r.Code, Detail: r.Detail, Pointer: r.Pointer, Members: slices.Clone(r.Members)}
	}
	return o
}
