package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/florinledger/florin/cmd/cluster/topology"
)

// row is what came of a scenario: a line of docs/reliability.md.
type row struct {
	scenario scenario
	// notPlayed is why this machine did not play it; empty where it was played.
	notPlayed string
	// acknowledged are writes that were done and said so, refused those that a rule refused.
	acknowledged, refused int
	// open are writes that were not answered: happened of them were done, the rest when they were repeated afterwards, or
	// never, where they came too late by then.
	open, happened int
	reads          int
	lost, doubled  int
	// givenUp were acknowledged, and are lost with what an operator accepted to lose.
	givenUp int
	// noWrites and noReads are the longest times without an answer.
	noWrites, noReads time.Duration
	took              time.Duration
	seen              []string
	findings          []string
}

// playAll plays scenarios one after the other. It stops at one that found something: what comes after it would stand on
// broken books. One that cannot be played here is passed over, and said at the end.
func playAll(ctx context.Context, s *stage, chosen []scenario) (rows []row, err error) {
	var notPlayed []string
	for _, sc := range chosen {
		s.log("%s: %s", sc.name, sc.what)
		r, err := playOne(ctx, s, sc)
		if errors.Is(err, topology.ErrNotHere) {
			r = row{scenario: sc, notPlayed: err.Error()}
		} else if err != nil {
			return rows, fmt.Errorf("%s: %w", sc.name, err)
		}
		rows = append(rows, r)
		s.log("%s: %s", sc.name, r.summary())
		if len(r.findings) > 0 {
			return rows, errFound
		}
		if r.notPlayed != "" {
			notPlayed = append(notPlayed, sc.name)
		}
	}
	if len(notPlayed) > 0 {
		return rows, fmt.Errorf("%w: %s", errNotPlayed, strings.Join(notPlayed, ", "))
	}
	return rows, nil
}

var (
	// errFound is of a scenario that broke something which must hold.
	errFound = errors.New("requests and books do not fit each other")
	// errNotPlayed is of scenarios that this machine does not allow.
	errNotPlayed = errors.New("not played")
)

// playOne plays a scenario under a load of its own, and audits it.
func playOne(ctx context.Context, s *stage, sc scenario) (row, error) {
	began := time.Now()
	s.kept, s.givenUp, s.findings = 0, 0, nil
	if err := s.begin(ctx); err != nil {
		return row{}, err
	}
	played := sc.play(ctx, s)
	if played == nil {
		played = s.whole(ctx)
	}
	if played == nil {
		played = s.answers(ctx, healed)
	}
	s.load.end()
	if played != nil {
		return row{}, played
	}
	s.log("%s: audit of %d requests", sc.name, len(s.load.requests))
	a, err := auditLoad(ctx, s.load)
	if err != nil {
		return row{}, err
	}
	if err := s.verify(ctx); ctx.Err() != nil {
		return row{}, ctx.Err() // it was not made
	} else if err != nil {
		a.found("%v", err)
	}
	a.findings = append(a.findings, s.findings...)
	r := a.row()
	r.acknowledged, r.givenUp = r.acknowledged+s.kept+s.givenUp, s.givenUp
	r.scenario, r.took = sc, time.Since(began)
	return r, nil
}

// row counts.
func (a *audit) row() row {
	r := row{lost: a.lost, doubled: a.doubled, noWrites: silence(a.l.answers), noReads: silence(a.l.reads), seen: a.l.seen(), findings: a.findings}
	for _, request := range a.l.requests {
		switch {
		case request.kind == read:
			if request.outcome == done {
				r.reads++
			}
		case request.late:
			r.open++
			if request.had {
				r.happened++
			}
		case request.outcome == done:
			r.acknowledged++
		default:
			r.refused++
		}
	}
	return r
}
