package importing

// Limits of an import.
const (
	// batchSize is how many transactions go into one request, and batchBytes how large it
	// may be: below what travels on the bus in one piece, with room for what a command adds.
	batchSize  = 1_000
	batchBytes = 512 << 10
	// maxLine is the longest line of JSON Lines, in bytes: as much as the API takes of one transaction.
	maxLine = 1 << 20
	// readBuffer is how much of a file is read at once.
	readBuffer = 1 << 20
	// pageSize is how many assets are asked for at once.
	pageSize = 1_000
	// maxListed is how many different problems are printed, and maxPlaces how many lines of
	// each. All of them are counted.
	maxListed = 100
	maxPlaces = 20
	// maxShown is how many accounts a dry run names.
	maxShown = 200
)
