package main

import "time"

// Limits of an import.
const (
	// importBatch is how many transactions go into one request, and importBatchBytes how large it
	// may be: below what travels on the bus in one piece, with room for what a command adds.
	importBatch      = 1_000
	importBatchBytes = 512 << 10
	// importLine is the longest line of JSON Lines, in bytes: as much as the API takes of one transaction.
	importLine = 1 << 20
	// importReadBuffer is how much of a file is read at once.
	importReadBuffer = 1 << 20
	// importPage is how many assets are asked for at once.
	importPage = 1_000
	// importListed is how many different problems are printed, and importPlaces how many lines of
	// each. All of them are counted.
	importListed = 100
	importPlaces = 20
	// progressEvery is how often a progress bar is drawn.
	progressEvery = 100 * time.Millisecond
	// importShown is how many accounts a dry run names.
	importShown = 200
)
