package recon

import (
	"errors"
	"fmt"
)

// What a period may not be, and what may come of a run.
var (
	// ErrPeriod: it is none, or too long, or not over.
	ErrPeriod = errors.New("recon: no period that can be reconciled")
	// ErrTooMany: there is more in the period than one report takes.
	ErrTooMany = fmt.Errorf("recon: more than %d lines or entries; a shorter period has fewer", MaxLines)
	// ErrUnexplained: the breaks do not add up to the difference, which is a fault of ours.
	ErrUnexplained = errors.New("recon: the breaks do not explain the difference")
	// ErrNoRun: there is no such run.
	ErrNoRun = errors.New("recon: there is no such run")
	// ErrReused: the same request asked for another period before.
	ErrReused = errors.New("recon: the request's key was used for another period")
)
