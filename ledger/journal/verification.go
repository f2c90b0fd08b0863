package journal

import "time"

// Verification is one that was asked for: it waits, runs or has ended.
type Verification struct {
	ID      int64
	AskedBy string
	AskedAt time.Time
	// BeganAt and EndedAt are zero until then.
	BeganAt, EndedAt time.Time
	// Position is the event that it has come to, Total the last one that it will look at; 0 until that is known.
	Position, Total int64
	// Report is what it saw, shortened; nil while it has not ended. Failure is why it could not be made, instead.
	Report  *Report
	Failure string
}

// Status says in a word how it stands.
func (v *Verification) Status() string {
	switch {
	case v.EndedAt.IsZero() && v.BeganAt.IsZero():
		return "waiting"
	case v.EndedAt.IsZero():
		return "running"
	case v.Report == nil:
		return "failed"
	case !v.Report.Sound():
		return "found"
	}
	return "sound"
}

// maxKeptFindings bounds the findings of a report that is kept.
const maxKeptFindings = 100

// Shortened is the report with no more findings than are kept. Its checks have counted all of them.
func (r *Report) Shortened() *Report {
	short := *r
	short.Findings = short.Findings[:min(len(short.Findings), maxKeptFindings)]
	return &short
}
