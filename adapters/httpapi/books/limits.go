package books

// Limits of books.
const (
	// MaxKnownLedgers is how many ledgers are known to be there without asking.
	MaxKnownLedgers = 10_000
	// maxRenderings is how many bytes the transactions take that are remembered as they were shown: some
	// 9,000 of two postings, 180 pages. The process takes up to five times as much (heapGrowth of cmd).
	maxRenderings = 8 << 20
	// maxRendering is the longest that is remembered, so that one page of large ones leaves the others.
	maxRendering = 4 << 10
	// renderingOverhead is what remembering one takes besides its JSON.
	renderingOverhead = 256
	// MaxTrialRows is the most rows of a trial balance, which has no pages: it is one statement of
	// one moment. Whoever has more accounts sums them by depth.
	MaxTrialRows = 10_000
)
