package handling

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger"
	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/wallet"
)

// BatchResults shows what became of each item of a batch that is done: the refused ones are in the
// outcome's result by their index, the others are its events, in order. unread are the problems of
// items that could not be read, if the request is at hand; without it the ledger's word stands.
func (h *Base) BatchResults(a journal.Answer, unread map[int]*request.Problem) (api.BatchResults, error) {
	var refused ledger.BatchResult
	if len(a.Outcome.Result) > 0 {
		if err := json.Unmarshal(a.Outcome.Result, &refused); err != nil {
			return api.BatchResults{}, fmt.Errorf("result of command %s: %w", a.Outcome.Command, err)
		}
	}
	events := ofItems(a.Events)
	results := make([]api.BatchResult, len(refused.Refused)+len(events))
	event := 0
	for i := range results {
		if r := refused.Refused[i]; r != nil {
			p := unread[i]
			if p == nil {
				p = request.ProblemOf(r)
			}
			results[i] = itemProblem(i, p)
			continue
		}
		if event == len(events) {
			return api.BatchResults{}, fmt.Errorf("command %s has neither event nor refusal of item %d", a.Outcome.Command, i)
		}
		t, err := h.Transaction(&events[event], "")
		if err != nil {
			return api.BatchResults{}, err
		}
		results[i] = api.BatchResult{Index: i, Status: http.StatusCreated, Transaction: t}
		event++
	}
	return api.BatchResults{Results: results}, nil
}

// ofItems leaves out of a batch's events those that are not of its items: before a transfer, holds that were
// due may have expired.
func ofItems(events []journal.Event) []journal.Event {
	none := func(e journal.Event) bool { return e.Type == wallet.TypeHoldExpired }
	if !slices.ContainsFunc(events, none) {
		return events
	}
	return slices.DeleteFunc(slices.Clone(events), none)
}

// itemProblem is the result of an item with a problem. It says nothing of the request that asked, so
// that a repeat is answered the same.
func itemProblem(i int, p *request.Problem) api.BatchResult {
	body, row := p.Render("", "")
	return api.BatchResult{Index: i, Status: row.Status, Problem: body}
}

// abortedBy is the answer to an atomic batch of which items are malformed: the first one's problem,
// with a result for each item. nil when none is.
func abortedBy(bad map[int]*request.Problem, items int) error {
	if len(bad) == 0 {
		return nil
	}
	whole := *bad[slices.Min(slices.Collect(maps.Keys(bad)))]
	whole.Members = maps.Clone(whole.Members)
	return withResults(&whole, bad, items)
}

// refusedWhole adds the result of each item to the refusal of an atomic batch. Anything that is not
// about one of its items stays as it is.
func refusedWhole(err error, items int) error {
	var p *request.Problem
	if !errors.As(err, &p) {
		return err
	}
	raw, ok := p.Members["index"].(json.RawMessage)
	var index int
	if !ok || json.Unmarshal(raw, &index) != nil || index < 0 || index >= items {
		return err
	}
	own := *p
	own.Members = maps.Clone(p.Members)
	delete(own.Members, "index")
	return withResults(p, map[int]*request.Problem{index: &own}, items)
}

// withResults adds the member results to the problem of an atomic batch: its problem for each item
// that has one, batch-aborted for the others.
func withResults(p *request.Problem, bad map[int]*request.Problem, items int) *request.Problem {
	aborted := &request.Problem{Code: "batch-aborted"}
	results := make([]api.BatchResult, items)
	for i := range results {
		one := bad[i]
		if one == nil {
			one = aborted
		}
		results[i] = itemProblem(i, one)
	}
	if p.Members == nil {
		p.Members = map[string]any{}
	}
	p.Members["results"] = results
	return p
}
