package webhooks

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/florinledger/florin/ledger/journal"
	"github.com/florinledger/florin/messaging/webhook"
	"github.com/florinledger/florin/users/seal"
)

// attempt sends a delivery once and writes down what came of it.
func (s *Sender) attempt(ctx context.Context, e webhook.Endpoint, d webhook.Delivery) {
	result, at, err := s.send(ctx, e, d)
	if ctx.Err() != nil && (err != nil || result.Code == 0) {
		return // cut off: it is due again once nobody has it in hand any more
	}
	// What was answered is written down also by who is told to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleFor)
	defer cancel()
	if unmade := (*unmadeError)(nil); errors.As(err, &unmade) && !time.Now().Before(d.GiveUpAt) {
		s.log.Error("a webhook that could not be made is given up", "endpoint", e.ID, "event", d.EventID(), "error", err)
		result, err = Result{Failure: webhook.FailureNotMade}, nil
	}
	if err != nil {
		s.log.Warn("a webhook cannot be made now", "endpoint", e.ID, "event", d.EventID(), "error", err)
		d.NextAt = time.Now().Add(putBackPause(time.Since(d.CreatedAt))).UTC()
		if err := s.ports.Store.PutBack(ctx, d); err != nil {
			s.log.Warn("a webhook that was not sent cannot be put back", "endpoint", e.ID, "event", d.EventID(), "error", err)
		}
		return
	}
	now := time.Now()
	d.LastCode, d.LastFailure, d.LastTook = result.Code, result.Failure, now.Sub(at)
	outcome := OutcomeDelivered
	switch result.Failure {
	case "":
		d.Status, d.NextAt = webhook.Delivered, time.Time{}
	case webhook.FailureLost, webhook.FailureNotMade:
		d.Status, d.NextAt, outcome = webhook.Failed, time.Time{}, OutcomeGivenUp
	default:
		next, again := webhook.Next(d.Tries, now, d.GiveUpAt, result.RetryAfter, s.cfg.Jitter())
		d.Status, d.NextAt, outcome = webhook.Pending, next.UTC(), OutcomeFailed
		if !again {
			d.Status, d.NextAt, outcome = webhook.Failed, time.Time{}, OutcomeGivenUp
		}
	}
	failingSince, err := s.ports.Store.Settle(ctx, d, e.StatusAt)
	if err != nil {
		s.log.Warn("what became of a webhook cannot be written down", "endpoint", e.ID, "event", d.EventID(), "error", err)
		return
	}
	s.cfg.Done(outcome)
	if !result.Failure.Ours() {
		s.note(e.ID, outcome != OutcomeDelivered)
	}
	s.judge(ctx, e, result, failingSince, now)
}

// send makes what is sent, and posts it. An error is a fault of this house; what the other one did is in the result.
func (s *Sender) send(ctx context.Context, e webhook.Endpoint, d webhook.Delivery) (result Result, at time.Time, err error) {
	at = time.Now()
	body, trace, err := s.render(ctx, d.Event)
	if errors.Is(err, ErrNoEvent) {
		return Result{Failure: webhook.FailureLost}, at, nil
	}
	if err != nil {
		return Result{}, at, &unmadeError{err}
	}
	var signatures []string
	for i, keyID := range e.Keys(at) {
		key, err := s.ports.Vault.Key(ctx, keyID)
		switch {
		case errors.Is(err, seal.ErrNoKey) && i == 0:
			return Result{Failure: webhook.FailureNoSecret}, at, nil
		case errors.Is(err, seal.ErrNoKey):
			continue
		case err != nil:
			return Result{}, at, err
		}
		signatures = append(signatures, webhook.SecretOf(key).Sign(d.EventID(), at, body))
	}
	return s.ports.Post(ctx, Request{URL: e.URL, ID: d.EventID(), At: at, Signatures: signatures, Body: body, Trace: trace}), at, nil
}

// unmadeError says that no body could be made of an event. That may be for want of the database, or the event's own fault: only
// time tells the two apart, since everything else that is sent comes from the same database.
type unmadeError struct{ err error }

func (e *unmadeError) Error() string { return e.err.Error() }

func (e *unmadeError) Unwrap() error { return e.err }

// render makes the body of what is sent. A panic at it is an error of this event alone: the others are sent.
func (s *Sender) render(ctx context.Context, event journal.PlaceID) (body []byte, trace string, err error) {
	err = journal.Contained(func() (err error) {
		body, trace, err = s.ports.Render(ctx, event)
		return err
	})
	return body, trace, err
}

// judge switches an endpoint off that says that it is gone, or that has taken nothing for as long as one may.
func (s *Sender) judge(ctx context.Context, e webhook.Endpoint, result Result, failingSince, now time.Time) {
	var reason webhook.Reason
	switch {
	case result.Code == http.StatusGone:
		reason = webhook.ReasonGone
	case failingSince.IsZero(): // it has taken something, or it was not its fault
		return
	// What was before it was enabled again does not count.
	case now.Sub(failingSince) >= webhook.DeadAfter && now.Sub(e.StatusAt) >= webhook.DeadAfter:
		reason = webhook.ReasonFailing
	default:
		return
	}
	done, err := s.ports.Disable(ctx, e, reason)
	if err != nil {
		s.log.Warn("a webhook endpoint cannot be switched off", "endpoint", e.ID, "error", err)
	}
	if !done {
		return
	}
	s.log.Error("a webhook endpoint is switched off", "endpoint", e.ID, "reason", string(reason), "last_code", result.Code, "last_failure", string(result.Failure))
	s.cfg.Off(reason)
}

// putBackPause is how long something is put back that could not be made, by how long it has waited: seconds after the
// database was away for seconds, and minutes where it is a defect that makes one event impossible to tell of.
func putBackPause(waited time.Duration) time.Duration {
	return min(max(putBackFor, waited/10), putBackMax)
}
