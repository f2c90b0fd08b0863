package journal

import (
	"fmt"
	"slices"
	"time"
)

// Finding is something in the books that is not as it must be.
type Finding struct {
	// Check is the rule that does not hold, by the name that docs/operating.md has it under.
	Check string `json:"check"`
	// Position is the event it was found at; 0 when it is not at one.
	Position int64  `json:"position,omitempty"`
	Detail   string `json:"detail"`
}

// maxFindings bounds a report: books with more wrong than this are wrong enough.
const maxFindings = 1_000

// Check is one thing that was looked at.
type Check struct {
	Name string `json:"name"`
	// Rows is how many events, rows or other things were looked at.
	Rows int64 `json:"rows"`
	// Findings is how many of a report's findings are of it, those beyond the report's bound too.
	Findings int `json:"findings"`
	// Took is how long it took, in milliseconds. What is read in one pass took as long as the pass.
	Took int64 `json:"took_ms"`
	// Note says why it was not made, or what of it was not; empty for nothing.
	Note string `json:"note,omitempty"`
}

// Report is what a verification saw.
type Report struct {
	Shard Shard `json:"shard"`
	// At is when it began, and Took how long it took, in milliseconds.
	At   time.Time `json:"at"`
	Took int64     `json:"took_ms"`
	// Position is the journal's last, up to which everything was looked at.
	Position int64 `json:"position"`
	// Events, Outcomes and StateRows were read and held against each other.
	Events    int64 `json:"events"`
	Outcomes  int64 `json:"outcomes"`
	StateRows int64 `json:"state_rows"`
	// Checks are what was looked at, in the order in which it was first; Findings what is wrong, up to a bound.
	Checks   []Check   `json:"checks"`
	Findings []Finding `json:"findings"`
}

// NewReport returns a report that has seen nothing.
func NewReport(shard Shard) *Report {
	return &Report{Shard: shard, Checks: []Check{}, Findings: []Finding{}}
}

// Sound reports whether nothing was found.
func (r *Report) Sound() bool { return len(r.Findings) == 0 }

// Add adds findings, up to a bound, and counts all of them with their checks.
func (r *Report) Add(findings ...Finding) {
	for _, f := range findings {
		r.check(f.Check).Findings++
	}
	r.Findings = append(r.Findings, findings[:min(len(findings), maxFindings-len(r.Findings))]...)
}

// Checked notes that a check was made of so many rows. Of one that is made in parts, the rows add up.
func (r *Report) Checked(name string, rows int64, took time.Duration) {
	c := r.check(name)
	c.Rows += rows
	c.Took += took.Milliseconds()
}

// Unchecked notes why a check was not made, or what of it was not.
func (r *Report) Unchecked(name, why string) { r.check(name).Note = why }

// Merge adds what another report saw.
func (r *Report) Merge(other *Report) {
	for _, c := range other.Checks {
		mine := r.check(c.Name)
		mine.Rows, mine.Findings, mine.Took = mine.Rows+c.Rows, mine.Findings+c.Findings, mine.Took+c.Took
		if c.Note != "" {
			mine.Note = c.Note
		}
	}
	r.Findings = append(r.Findings, other.Findings[:min(len(other.Findings), maxFindings-len(r.Findings))]...)
}

func (r *Report) check(name string) *Check {
	i := slices.IndexFunc(r.Checks, func(c Check) bool { return c.Name == name })
	if i < 0 {
		i = len(r.Checks)
		r.Checks = append(r.Checks, Check{Name: name})
	}
	return &r.Checks[i]
}

func (r *Report) found(check string, position int64, format string, args ...any) {
	r.Add(Finding{Check: check, Position: position, Detail: fmt.Sprintf(format, args...)})
}
