package httpapi

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/florinledger/florin/adapters/httpapi/api"
	"github.com/florinledger/florin/ledger/journal"
)

// order is a command as a handler asks for it.
type order struct {
	commandType string
	data        any
	// key is the caller's; empty for none.
	key    string
	dryRun bool
	// actor is who asks when the caller is anonymous: whom the command is about.
	actor string
	// waits says that the answer is made of more than the outcome, so that it cannot be given later,
	// whatever the caller prefers.
	waits bool
}

// submit has an order decided and sets the headers of its answer. later is set instead of an answer
// when the caller asked not to wait.
//
// Errors: a *Problem, for a refusal too.
func (h *base) submit(ctx context.Context, o order) (a journal.Answer, later *api.AcceptedJSONResponse, err error) {
	c, err := h.command(callOf(ctx), o)
	if err != nil {
		return a, nil, err
	}
	if callOf(ctx).wantsAsync() && !o.waits {
		later, err = h.accept(ctx, c)
		return a, later, err
	}
	a, err = h.Commands.Do(ctx, c)
	if err != nil {
		return a, nil, undecided(err)
	}
	// Others who wait for the same command may have the same events, and decoding one changes it.
	a.Events = slices.Clone(a.Events)
	return a, nil, h.settle(callOf(ctx), c, a)
}

// command makes the command of an order. A dry run has a name of its own: the key that it was sent
// with stays free for the real request.
func (h *base) command(cl *call, o order) (c journal.Command, err error) {
	data, err := journal.Marshal(o.data)
	if err != nil {
		return c, fmt.Errorf("command %s: %w", o.commandType, err)
	}
	c = journal.Command{Type: o.commandType, Data: data, Actor: cmp.Or(cl.principal.Subject, o.actor), DryRun: o.dryRun, Trace: cl.trace()}
	if o.dryRun && len(data) > journal.MaxInline {
		// Larger ones travel by the inbox, which is for what will be done.
		return c, newProblem("body-too-large", "a dry run takes %d bytes at most", journal.MaxInline)
	}
	if o.dryRun || o.key == "" {
		rand.Read(c.ID[:]) // it never fails, or ends the process
		return c, nil
	}
	c.ID, c.Hash, err = h.nameOf(cl, o.key)
	return c, err
}

// nameOf returns the id that a key gives to the command of this request, and the hash that the key is held
// to. Of an anonymous caller the hash is a part of the id: nobody asks for another's outcome without
// knowing all that the other sent.
func (h *base) nameOf(cl *call, key string) (id journal.CommandID, hash [16]byte, err error) {
	hash, err = cl.hash(h.hashKey)
	caller := cl.principal.Subject
	if caller == "" {
		caller = "anonymous:" + hex.EncodeToString(hash[:])
	}
	return journal.NewCommandID(caller, key), hash, err
}

// accept answers before the command is decided, as soon as it cannot be lost.
func (h *base) accept(ctx context.Context, c journal.Command) (*api.AcceptedJSONResponse, error) {
	if c.DryRun {
		return nil, newProblem("invalid-parameter", "dry_run cannot be answered later: leave out Prefer: respond-async")
	}
	prior, ended, waiting, err := h.Outcomes.Outcome(ctx, c.ID)
	switch {
	case err != nil:
		return nil, away(err)
	case (ended || waiting) && prior.Outcome.Hash != c.Hash:
		return nil, fromRefusal(journal.ErrKeyReused)
	case !ended:
		if err := h.Commands.Accept(ctx, c); err != nil {
			return nil, away(err)
		}
	}
	callOf(ctx).setAccepted(c.ID)
	return &api.AcceptedJSONResponse{ID: c.ID.String(), Status: api.CommandStatusAccepted}, nil
}

// undecided is the answer when no outcome was seen. The caller's own deadline is one of the reasons.
func undecided(err error) error {
	if errors.Is(err, journal.ErrOutcomeUnknown) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &Problem{Code: "outcome-unknown", cause: err}
	}
	return away(err)
}

// settle sets the headers that an outcome asks for, and makes the error of one that is not done.
func (h *base) settle(cl *call, c journal.Command, a journal.Answer) error {
	if a.Replayed {
		cl.setReplayed()
	}
	o := &a.Outcome
	recorded := !c.DryRun
	var err error
	switch o.Status {
	case journal.Done:
		if c.DryRun {
			return checkTried(c, a)
		}
		if cl.principal.Subject != "" {
			h.seen.note(cl.principal.Subject, o.Position)
		}
	case journal.Refused:
		recorded = recorded && isRecorded(o.Refusal)
		err = fromRefusal(o.Refusal)
	case journal.Dead:
		err = &Problem{Code: codeDead, cause: fmt.Errorf("command %s lies with the dead letters", c.ID)}
	default:
		return fmt.Errorf("command %s ended as %q", c.ID, byte(o.Status))
	}
	if recorded {
		cl.setPosition(journal.Token{Shard: mainShard, Position: o.Position})
	}
	return err
}

// isRecorded reports whether a refusal stands under its command's id for ever: one of form does
// not, nor does one of a request that borrowed another's key.
func isRecorded(r *journal.Refusal) bool {
	row, _ := problemRowOf(r.Code)
	return row.Status != http.StatusBadRequest && !errors.Is(r, journal.ErrKeyReused)
}

// checkTried reports whether a dry run's answer is all there. Its events are nowhere but in the
// answer, and an answer that is too large for its message comes without them.
func checkTried(c journal.Command, a journal.Answer) error {
	whole := len(a.Events) == a.Outcome.Count
	for i := range a.Events {
		whole = whole && a.Events[i].Command == c.ID
	}
	if !whole {
		return newProblem("body-too-large", "the answer to this dry run is too large: try it in parts")
	}
	return nil
}
