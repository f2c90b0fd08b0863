package main

import (
	"context"
	"fmt"
	"time"

	"github.com/florinledger/florin/adapters/postgres"
	"github.com/florinledger/florin/ledger/journal"
)

const (
	// verifyName is the lock under which one process at a time verifies the books, and who asks for it at night.
	verifyName = "florin:verify"
	// verifyInterval is how often it is looked whether a verification was asked for, or is due.
	verifyInterval = time.Second
	// verifyNote is how often it is noted how far one is.
	verifyNote = time.Second
	// verifyNever is the hour of those who want no verification at night.
	verifyNever = -1
)

// verifications makes the verifications that are asked for, and asks for one each day.
type verifications struct {
	store *postgres.Verifications
	// open opens the connections of one, which has none while nothing is verified.
	run func(ctx context.Context, v verification) (*journal.Report, error)
	// hour is when one is asked for, in UTC; verifyNever for never.
	hour int
	now  func() time.Time
	// saw counts.
	saw func(*journal.Report, error)
}

// addVerifications makes verifications beside the reactors.
func (a *app) addVerifications(s *settings, points journal.Checkpoints) error {
	if s.VerifyHour < verifyNever || s.VerifyHour > 23 {
		return fmt.Errorf("the hour of the nightly verification is %d: want 0 to 23, or -1 for none", s.VerifyHour)
	}
	v := &verifications{store: postgres.NewVerifications(a.react), hour: s.VerifyHour, now: time.Now, saw: func(r *journal.Report, err error) {
		a.metrics.Verified(r, err)
		switch {
		case err != nil:
			a.log.Error("the books cannot be verified", "error", err)
		case !r.Sound():
			a.log.Error("the books are not right", "findings", len(r.Findings), "check", r.Findings[0].Check, "position", r.Findings[0].Position)
		default:
			a.log.Info("the books are right", "events", r.Events, "took", time.Duration(r.Took)*time.Millisecond)
		}
	}}
	v.run = func(ctx context.Context, how verification) (*journal.Report, error) {
		pool, err := openPool(ctx, s.DatabaseURL, verifyConnections, 0)
		if err != nil {
			return nil, err
		}
		defer pool.Close()
		return how.run(ctx, pool)
	}
	a.does(func(ctx context.Context) error {
		return alone(ctx, points, verifyName, verifyInterval, a.log, func() func(context.Context) error { return v.look })
	})
	return nil
}

// look asks for what is due and makes what was asked for.
func (v *verifications) look(ctx context.Context) error {
	due, err := v.due(ctx)
	if err != nil {
		return err
	}
	if due {
		if _, err := v.store.Ask(ctx, verifyName); err != nil {
			return err
		}
	}
	begun, ok, err := v.store.Begin(ctx)
	if err != nil || !ok {
		return err
	}
	var noted time.Time
	report, err := v.run(ctx, verification{Progress: func(position, total int64) {
		if time.Since(noted) < verifyNote {
			return
		}
		noted = time.Now()
		_ = v.store.Note(ctx, begun.ID, position, total) // the next one says more
	}})
	if ctx.Err() != nil {
		return ctx.Err() // whoever comes next begins anew
	}
	v.saw(report, err)
	if err != nil {
		return v.store.End(ctx, begun.ID, nil, err.Error())
	}
	return v.store.End(ctx, begun.ID, report, "")
}

// due reports whether the hour has passed since one was asked for last. A house that nobody verified yet is verified when
// the hour passes for the first time after its first event.
func (v *verifications) due(ctx context.Context) (bool, error) {
	if v.hour == verifyNever {
		return false, nil
	}
	last, ok, err := v.store.Asked(ctx, verifyName)
	if err != nil || !ok {
		return false, err
	}
	next := time.Date(last.Year(), last.Month(), last.Day(), v.hour, 0, 0, 0, time.UTC)
	if !next.After(last) {
		next = next.AddDate(0, 0, 1)
	}
	return !v.now().Before(next), nil
}
