package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Codes of refusals that the load is meant to have. Any other is a finding.
const (
	insufficient = "insufficient-funds"
	expired      = "command-expired" // it came too late to be decided, and never will be
)

// audit is what the books say of a history.
type audit struct {
	l *load

	mu            sync.Mutex
	lost, doubled int
	findings      []string
}

func (a *audit) found(format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.findings = append(a.findings, fmt.Sprintf(format, args...))
}

// auditLoad settles what was left open, and holds everything against the books. The load has ended and the cluster is whole.
func auditLoad(ctx context.Context, l *load) (*audit, error) {
	a := &audit{l: l}
	writes := a.writes()
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(2 * clientsOfPair)
	for _, r := range writes {
		group.Go(func() error {
			if r.outcome == unknown {
				return a.settleLate(groupCtx, r)
			}
			return a.repeat(groupCtx, r)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for p := range pairs {
		if err := a.count(ctx, p); err != nil {
			return nil, err
		}
		if err := a.balances(ctx, p); err != nil {
			return nil, err
		}
	}
	a.positions(writes)
	a.findings = append(a.findings, stale(l.requests)...)
	a.findings = append(a.findings, linearizable(l.requests)...)
	return a, nil
}

func (a *audit) writes() (out []*request) {
	for _, r := range a.l.requests {
		if r.kind != read {
			out = append(out, r)
		}
	}
	return out
}

// settleLate repeats what its client had left open, until it is known what became of it.
func (a *audit) settleLate(ctx context.Context, r *request) error {
	answer, err := a.l.caller.settled(ctx, r.path, r.key, r.body)
	if err != nil {
		return err
	}
	r.settle(answer, a.l.now())
	r.late, r.had = true, answer.replayed && r.outcome == done
	return nil
}

// repeat asks for what was answered under its key again: the same is answered, and nothing is done.
func (a *audit) repeat(ctx context.Context, r *request) error {
	again, err := a.l.caller.settled(ctx, r.path, r.key, r.body)
	if err != nil {
		return err
	}
	switch r.outcome {
	case done:
		if !again.replayed || string(again.body) != r.answer {
			a.mu.Lock()
			a.lost++
			a.mu.Unlock()
			a.found("%s was answered %s, and now %d %s", r.key, r.answer, again.status, again.body)
		}
	default:
		if again.status != http.StatusUnprocessableEntity || again.code != r.code {
			a.found("%s was refused with %s, and now answered %d %s", r.key, r.code, again.status, again.body)
		}
		if r.code != insufficient && r.code != expired {
			a.found("%s was refused with %s", r.key, r.code)
		}
	}
	return nil
}

// count looks how often each request is in the books: once if it was done, and else never.
func (a *audit) count(ctx context.Context, pair int) error {
	booked := map[string]int{}
	for _, path := range []string{
		"/v1/transfers?wallet_id=" + a.l.wallets[pair][0], // each has both wallets of the pair
		"/v1/holds?wallet_id=" + a.l.wallets[pair][0],
	} {
		if err := a.l.caller.descriptions(ctx, path, booked); err != nil {
			return err
		}
	}
	for _, r := range a.writes() {
		if r.pair != pair || r.kind != transfer && r.kind != place {
			continue
		}
		times, want := booked[r.key], 0
		if r.outcome == done {
			want = 1
		}
		delete(booked, r.key)
		switch {
		case times < want:
			a.lost++
		case times > want:
			a.doubled++
		default:
			continue
		}
		a.found("%s is in the books %d times, and was %s", r.key, times, r.outcome)
	}
	for key, times := range booked {
		a.doubled++
		a.found("%s is in the books %d times, and nobody asked for it", key, times)
	}
	return nil
}

// descriptions counts the items of a list, all of its pages, by what describes them.
func (c *caller) descriptions(ctx context.Context, path string, counts map[string]int) error {
	for cursor := ""; ; {
		url := fmt.Sprintf("%s&limit=%d", path, pageSize)
		if cursor != "" {
			url += "&cursor=" + cursor
		}
		a, err := c.must(ctx, url)
		if err != nil {
			return err
		}
		var page struct {
			Data       []struct{ Type, Description string }
			HasMore    bool   `json:"has_more"`
			NextCursor string `json:"next_cursor"`
		}
		if err := a.into(&page); err != nil {
			return err
		}
		for _, item := range page.Data {
			if item.Description != "" {
				counts[item.Description]++
			}
		}
		if !page.HasMore {
			return nil
		}
		cursor = page.NextCursor
	}
}

// must reads what can be read now that the cluster is whole.
func (c *caller) must(ctx context.Context, path string) (answer, error) {
	var a answer
	err := until(ctx, settleTimeout, func() (err error) {
		if a, err = c.call(ctx, http.MethodGet, path, "", ""); err != nil || a.status != http.StatusOK {
			return fmt.Errorf("GET %s: %s", path, a.says(err))
		}
		return nil
	})
	return a, err
}

// balances holds what a pair of wallets has against the sum of what was done.
func (a *audit) balances(ctx context.Context, pair int) error {
	want := final(a.l.requests, pair)
	var last int64
	for _, r := range a.l.requests {
		last = max(last, r.position)
	}
	for w, id := range a.l.wallets[pair] {
		shown, err := a.l.caller.must(ctx, fmt.Sprintf("/v1/wallets/%s?at_least=0-%d", id, last))
		if err != nil {
			return err
		}
		has, err := balanceIn(shown)
		if err != nil {
			return err
		}
		if has != want[w] {
			a.found("wallet %d of pair %d has %+v, and what was done makes %+v", w, pair, has, want[w])
		}
	}
	return nil
}

// positions are given to one request each.
func (a *audit) positions(writes []*request) {
	taken := map[int64]string{}
	for _, r := range writes {
		if r.outcome != done {
			continue
		}
		if other, ok := taken[r.position]; ok || r.position == 0 {
			a.found("%s and %s have position %d", r.key, other, r.position)
		}
		taken[r.position] = r.key
	}
}
