package export

const (
	// maxNamed is how many counterparties the line of a split names in a PDF.
	maxNamed = 3
	// maxRowLines is how many lines the row of a transaction has at most in a PDF: with more, it would not fit
	// on a page. The longest description and reference together have fewer.
	maxRowLines = 64
)
