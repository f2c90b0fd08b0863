package main

import (
	"cmp"
	"fmt"
	"slices"
)

// stale holds each read against the positions at which its wallets changed: it has to show the balances of some position
// that is not before the one that it asked for, nor before the one that it says it is of.
func stale(requests []*request) (findings []string) {
	for p := range pairs {
		writes := slices.DeleteFunc(slices.Clone(requests), func(r *request) bool { return r.pair != p || r.kind == read || r.outcome != done })
		slices.SortFunc(writes, func(a, b *request) int { return cmp.Compare(a.position, b.position) })
		states := []pairState{{{available: funds}, {available: funds}}}
		var between []pairState // of the two events of each write; the same as after it, where it has but one
		for _, w := range writes {
			last := states[len(states)-1]
			states, between = append(states, w.apply(last)), append(between, w.begin(last))
		}
		for _, r := range requests {
			if r.pair != p || r.kind != read || r.outcome != done {
				continue
			}
			if r.position < r.atLeast {
				findings = append(findings, fmt.Sprintf("%s asked for position %d and was shown %d", r.key, r.atLeast, r.position))
			}
			shown := func(s pairState) bool { return s[r.from] == r.shown }
			// The state after the i-th write holds until the next one: the first that counts is the one at the position.
			first, exact := slices.BinarySearchFunc(writes, r.atLeast, func(w *request, at int64) int { return cmp.Compare(w.position, at) })
			if exact {
				first++
			}
			if !slices.ContainsFunc(states[first:], shown) && !slices.ContainsFunc(between[first:], shown) {
				findings = append(findings, fmt.Sprintf("%s was shown %+v, which wallet %d of pair %d never had at position %d or later", r.key, r.shown, r.from, p, r.atLeast))
			}
		}
	}
	return findings
}

// final is what a pair has after all of its requests, in the order of their positions.
func final(requests []*request, pair int) pairState {
	s := pairState{{available: funds}, {available: funds}}
	for _, r := range requests {
		if r.pair == pair {
			s = r.apply(s) // sums do not depend on the order
		}
	}
	return s
}
