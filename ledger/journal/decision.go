package journal

import "time"

// decision is what was decided of an item, before it is committed.
type decision struct {
	item     *item
	outcome  Outcome
	events   []*Event
	recorded bool // the outcome is new and goes into the commit
	replayed bool
	silent   bool // nothing to say: its body is nowhere (it was settled before)
	dead     *DeadLetter
	// When it was decided; only where somebody records that.
	began, ended time.Time
}

// told calls yield with the batch's decisions, for whoever observes the commit.
func (b *batch) told(yield func(Decision) bool) {
	for _, d := range b.decisions {
		if d.silent {
			continue
		}
		told := Decision{
			Command: &d.item.command, Status: d.outcome.Status, Replayed: d.replayed, DryRun: d.item.command.DryRun,
			Began: d.began, Ended: d.ended,
		}
		if d.outcome.Refusal != nil {
			told.Refusal = d.outcome.Refusal.Code
		}
		if !yield(told) {
			return
		}
	}
}

// decide comes to a decision about one command.
func (b *batch) decide(it *item, last bool) *decision {
	s, c := b.scope, &it.command
	d := &decision{item: it}
	if !c.DryRun {
		if p := b.prior(c.ID); p != nil {
			return b.repeat(d, p)
		}
	}
	if !it.known {
		d.silent = true
		return d
	}
	if !c.Deadline.IsZero() && s.now.After(c.Deadline) && !c.DryRun {
		return b.refuse(d, ErrExpired)
	}
	s.command, s.result, s.fault = c, nil, nil
	missing := len(s.missingRows) + len(s.missingEvents)
	undos, events := len(s.undo), len(s.events)
	err := s.registry.decide(s, c)
	if err == nil {
		err = s.fault
	}
	if last && len(s.missingRows)+len(s.missingEvents) > missing {
		clear(s.missingRows)
		clear(s.missingEvents)
		err = errUnbounded
	}
	d.outcome = b.outcome(it, Done)
	switch r := AsRefusal(err); {
	case err == nil:
		d.events = s.events[events:len(s.events):len(s.events)]
		d.outcome.Result = s.result
		d.outcome.Count = len(d.events)
		if d.outcome.Count > 0 {
			d.outcome.First = d.events[0].Position
			d.outcome.Position = s.next - 1
		}
		d.recorded = !c.DryRun
		if c.DryRun {
			d.events = append([]*Event(nil), d.events...)
			s.rewind(undos, events)
		}
	case r != nil:
		s.rewind(undos, events)
		return b.refuse(d, r)
	default:
		s.rewind(undos, events)
		b.bury(d, err)
	}
	return d
}

func (b *batch) outcome(it *item, status Status) Outcome {
	c := &it.command
	return Outcome{Command: c.ID, Type: c.Type, Hash: c.Hash, Caller: c.Actor, Status: status,
		Position: b.scope.next - 1, At: b.scope.now}
}

func (b *batch) refuse(d *decision, r *Refusal) *decision {
	d.outcome = b.outcome(d.item, Refused)
	d.outcome.Refusal = r
	// Who sent it by the inbox has no other place to hear of it than the record.
	d.recorded = (!r.Malformed || d.item.inbox) && !d.item.command.DryRun
	return d
}

// repeat answers with what was decided before, or refuses a request that only borrows the key.
func (b *batch) repeat(d, prior *decision) *decision {
	if d.item.known && prior.outcome.Hash != d.item.command.Hash {
		d.outcome = b.outcome(d.item, Refused)
		d.outcome.Refusal = ErrKeyReused
		return d
	}
	d.outcome, d.events, d.replayed = prior.outcome, prior.events, true
	return d
}

// errCodeDead is the code of the outcome of a dead command.
const errCodeDead = "command-dead"

// bury sends a command to the dead letters: it fails the same way every time.
func (b *batch) bury(d *decision, why error) {
	d.outcome = b.outcome(d.item, Dead)
	d.outcome.Refusal = &Refusal{Code: errCodeDead}
	d.events = nil
	if d.item.command.DryRun {
		return
	}
	d.recorded = true
	d.dead = &DeadLetter{Command: d.item.command, Reason: why.Error(), At: b.scope.now}
}

// buryAll sends every new command of the batch to the dead letters: its data cannot be appended.
func (b *batch) buryAll(why error) {
	b.scope.rewind(0, 0)
	for _, d := range b.decisions {
		if d.recorded {
			b.bury(d, why)
		}
	}
}
