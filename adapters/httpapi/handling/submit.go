package handling

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
	"github.com/florinledger/florin/adapters/httpapi/request"
	"github.com/florinledger/florin/ledger/journal"
)

// Order is a command as a handler asks for it.
type Order struct {
	CommandType string
	Data        any
	// Key is the caller's; empty for none.
	Key    string
	DryRun bool
	// Actor is who asks when the caller is anonymous: whom the command is about.
	Actor string
	// Waits says that the answer is made of more than the outcome, so that it cannot be given later,
	// whatever the caller prefers.
	Waits bool
}

// Submit has an order decided and sets the headers of its answer. later is set instead of an answer
// when the caller asked not to wait.
//
// Errors: a *request.Problem, for a refusal too.
func (h *Base) Submit(ctx context.Context, o Order) (a journal.Answer, later *api.AcceptedJSONResponse, err error) {
	c, err := h.Command(request.CallOf(ctx), o)
	if err != nil {
		return a, nil, err
	}
	if request.CallOf(ctx).WantsAsync() && !o.Waits {
		later, err = h.accept(ctx, c)
		return a, later, err
	}
	a, err = h.Commands.Do(ctx, c)
	if err != nil {
		return a, nil, Undecided(err)
	}
	// Others who wait for the same command may have the same events, and decoding one changes it.
	a.Events = slices.Clone(a.Events)
	return a, nil, h.settle(request.CallOf(ctx), c, a)
}

// Command makes the command of an order. A dry run has a name of its own: the key that it was sent
// with stays free for the real request.
func (h *Base) Command(cl *request.Call, o Order) (c journal.Command, err error) {
	data, err := journal.Marshal(o.Data)
	if err != nil {
		return c, fmt.Errorf("command %s: %w", o.CommandType, err)
	}
	c = journal.Command{Type: o.CommandType, Data: data, Actor: cmp.Or(cl.Principal.Subject, o.Actor), DryRun: o.DryRun, Trace: cl.Trace()}
	if o.DryRun && len(data) > journal.MaxInline {
		// Larger ones travel by the inbox, which is for what will be done.
		return c, request.NewProblem("body-too-large", "a dry run takes %d bytes at most", journal.MaxInline)
	}
	if o.DryRun || o.Key == "" {
		rand.Read(c.ID[:]) // it never fails, or ends the process
		return c, nil
	}
	c.ID, c.Hash, err = h.nameOf(cl, o.Key)
	return c, err
}

// nameOf returns the id that a key gives to the command of this request, and the hash that the key is held
// to. Of an anonymous caller the hash is a part of the id: nobody asks for another's outcome without
// knowing all that the other sent.
func (h *Base) nameOf(cl *request.Call, key string) (id journal.CommandID, hash [16]byte, err error) {
	hash, err = cl.Hash(h.hashKey)
	caller := cl.Principal.Subject
	if caller == "" {
		caller = "anonymous:" + hex.EncodeToString(hash[:])
	}
	return journal.NewCommandID(caller, key), hash, err
}

// accept answers before the command is decided, as soon as it cannot be lost.
func (h *Base) accept(ctx context.Context, c journal.Command) (*api.AcceptedJSONResponse, error) {
	if c.DryRun {
		return nil, request.NewProblem("invalid-parameter", "dry_run cannot be answered later: leave out Prefer: respond-async")
	}
	prior, ended, waiting, err := h.Outcomes.Outcome(ctx, c.ID)
	switch {
	case err != nil:
		return nil, request.Unavailable(err)
	case (ended || waiting) && prior.Outcome.Hash != c.Hash:
		return nil, request.ProblemOf(journal.ErrKeyReused)
	case !ended:
		if err := h.Commands.Accept(ctx, c); err != nil {
			return nil, request.Unavailable(err)
		}
	}
	request.CallOf(ctx).SetAccepted(c.ID)
	return &api.AcceptedJSONResponse{ID: c.ID.String(), Status: api.CommandStatusAccepted}, nil
}

// Undecided is the answer when no outcome was seen. The caller's own deadline is one of the reasons.
func Undecided(err error) error {
	if errors.Is(err, journal.ErrOutcomeUnknown) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &request.Problem{Code: "outcome-unknown", Cause: err}
	}
	return request.Unavailable(err)
}

// settle sets the headers that an outcome asks for, and makes the error of one that is not done.
func (h *Base) settle(cl *request.Call, c journal.Command, a journal.Answer) error {
	if a.Replayed {
		cl.SetReplayed()
	}
	o := &a.Outcome
	recorded := !c.DryRun
	var err error
	switch o.Status {
	case journal.Done:
		if c.DryRun {
			return checkTried(c, a)
		}
		if cl.Principal.Subject != "" {
			h.seen.Note(cl.Principal.Subject, o.Position)
		}
	case journal.Refused:
		recorded = recorded && isRecorded(o.Refusal)
		err = request.ProblemOf(o.Refusal)
	case journal.Dead:
		err = &request.Problem{Code: request.CodeDead, Cause: fmt.Errorf("command %s lies with the dead letters", c.ID)}
	default:
		return fmt.Errorf("command %s ended as %q", c.ID, byte(o.Status))
	}
	if recorded {
		cl.SetPosition(journal.Token{Shard: MainShard, Position: o.Position})
	}
	return err
}

// isRecorded reports whether a refusal stands under its command's id for ever: one of form does
// not, nor does one of a request that borrowed another's key.
func isRecorded(r *journal.Refusal) bool {
	row, _ := request.ProblemRowOf(r.Code)
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
		return request.NewProblem("body-too-large", "the answer to this dry run is too large: try it in parts")
	}
	return nil
}
