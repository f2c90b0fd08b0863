package wallets

import (
	"time"
)

// Statements.
const (
	// statementTimeout bounds a statement, for a client that takes it slowly too: 100,000 lines, 50 MB, at 1 Mbit/s.
	statementTimeout = 10 * time.Minute
	// statementBuffer is how much of a statement is sent at once. One that is shorter is checked to its end before
	// anything is sent.
	statementBuffer = 64 << 10
	// MaxPDFLines is the most lines of a statement as PDF, which is made as a whole, in memory.
	MaxPDFLines = 20_000
	// maxPDFs is how many PDFs are made at a time: 100 MB for the longest, and one processor each.
	maxPDFs = 2
)
