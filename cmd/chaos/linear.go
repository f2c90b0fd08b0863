package main

import (
	"fmt"

	"github.com/anishathalye/porcupine"
)

// pairState is what a pair of wallets holds.
type pairState [2]balance

// searched is what porcupine's search steps from: what a pair holds, and what a reader may see of it instead. A final capture of
// a part is two events, at two positions: the part goes to the payee, and the rest back. Nobody decides between them, and who
// reads at the first position sees the one without the other.
type searched struct{ now, between pairState }

// model says what each answer means when requests happen one at a time. An answer that does not follow from the state
// before it makes an order impossible.
func model() porcupine.Model {
	return porcupine.Model{
		Init: func() any {
			begin := pairState{{available: funds}, {available: funds}}
			return searched{begin, begin}
		},
		Step: func(state, input, _ any) (bool, any) {
			s, r := state.(searched), input.(*request) //nolint:forcetypeassert // porcupine hands back what it was given
			switch {
			case r.kind == read:
				return r.follows(s.now) || r.follows(s.between), s
			case r.outcome != done:
				return r.follows(s.now), s
			default:
				return r.follows(s.now), searched{r.apply(s.now), r.begin(s.now)}
			}
		},
		DescribeOperation: func(input, _ any) string {
			r := input.(*request) //nolint:forcetypeassert // as above
			return fmt.Sprintf("%s %d of %d: %s %s", r.kind, r.amount, r.from, r.outcome, r.code)
		},
		DescribeState: func(state any) string { return fmt.Sprintf("%+v", state) },
	}
}

// follows reports whether the answer is one that the state before it could give.
func (r *request) follows(s pairState) bool {
	switch {
	case r.outcome == refused && r.code == insufficient:
		return s[r.from].available < r.amount
	case r.outcome == refused:
		return true // it came too late: nothing is said of the state
	case r.kind == read:
		return s[r.from] == r.shown
	case r.kind == place:
		return s[r.from].available >= r.amount
	case r.kind == transfer:
		next := r.apply(s)
		return s[r.from].available >= r.amount && next[0].available == r.after[0] && next[1].available == r.after[1]
	default: // of a hold that only this client knows
		return s[r.from].held >= r.placed
	}
}

// apply is the state after a request.
func (r *request) apply(s pairState) pairState {
	if r.outcome != done {
		return s
	}
	from, to := &s[r.from], &s[1-r.from]
	switch r.kind {
	case transfer:
		from.available -= r.amount
		to.available += r.amount
	case place:
		from.available -= r.amount
		from.held += r.amount
	case capture:
		from.held -= r.placed
		from.available += r.placed - r.amount
		to.available += r.amount
	case release:
		from.held -= r.placed
		from.available += r.placed
	case read:
	}
	return s
}

// begin is the state after the first event of a request that was done: that of the whole request, where it has but one.
func (r *request) begin(s pairState) pairState {
	if r.kind != capture {
		return r.apply(s)
	}
	s[r.from].held -= r.amount
	s[1-r.from].available += r.amount
	return s
}

// linearizable searches each pair's history for an order in which every answer follows from the ones before, and in which
// nothing happens outside of the time from its sending to its answer. A read may be as old as the write whose position it
// asked for, and no older.
func linearizable(requests []*request) (findings []string) {
	for p := range pairs {
		var operations []porcupine.Operation
		for _, r := range requests {
			if r.pair != p || r.outcome == unknown {
				continue
			}
			sent := r.sent
			if r.kind == read {
				sent = r.since
			}
			operations = append(operations, porcupine.Operation{ClientId: r.client, Input: r, Call: sent.Nanoseconds(), Return: r.back.Nanoseconds()})
		}
		switch porcupine.CheckOperationsTimeout(model(), operations, searchTimeout) {
		case porcupine.Ok:
		case porcupine.Illegal:
			findings = append(findings, fmt.Sprintf("the %d requests of pair %d happened in no order that explains their answers", len(operations), p))
		case porcupine.Unknown:
			findings = append(findings, fmt.Sprintf("no order was found for the %d requests of pair %d within %s", len(operations), p, searchTimeout))
		}
	}
	return findings
}
