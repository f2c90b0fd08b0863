package ledger

import "time"

// The limits of the books. Each says what it protects.
const (
	// MaxDigits is the most digits of an amount, decimals included: more than any currency or token
	// needs, and few enough for arithmetic to stay cheap.
	MaxDigits = 60
	// MaxScale is the most decimals an asset may have; no token in use has more than 24.
	MaxScale = 30
	// MaxAssetCode bounds an asset's code, which is a part of keys and of every posting.
	MaxAssetCode = 32
	// MaxAddress and MaxSegments bound an account's address, in bytes and in parts between colons:
	// it is repeated in every posting and is part of an index.
	MaxAddress  = 256
	MaxSegments = 16
	// MaxLedgerName bounds a ledger's name, which is a part of every key and of event subjects.
	MaxLedgerName = 32
	// MaxReference, in bytes, is what an index entry should hold at most.
	MaxReference = 255
	// MaxDescription, in bytes, is a paragraph.
	MaxDescription = 1_000
	// MaxMetadata is the most keys of metadata, MaxMetadataKey and MaxMetadataValue their sizes in
	// bytes: labels for finding things again, not a document store.
	MaxMetadata      = 64
	MaxMetadataKey   = 64
	MaxMetadataValue = 512
	// MaxPostings is the most postings of one transaction: a payroll fits, and one transaction
	// cannot hold up a batch.
	MaxPostings = 1_000
	// MaxPreconditions is the most preconditions of one transaction; each reads a balance.
	MaxPreconditions = 100
	// MaxFloors is the most minimum balances of one account, one per asset.
	MaxFloors = 100
	// MaxBatch is the most transactions of one batch, and MaxBatchPostings the most postings of all
	// of them together: a batch is one command, so it is decided and committed in one piece.
	MaxBatch         = 10_000
	MaxBatchPostings = 100_000
	// MaxFieldErrors is how many errors of form are reported at most; whoever has made more needs
	// no longer list.
	MaxFieldErrors = 100
	// FutureTolerance is how far ahead of the writer's clock an effective time may lie, for the
	// sake of clocks that differ a little.
	FutureTolerance = time.Minute
	// EarliestYear is the first year of effective times; older ones are slips of the pen.
	EarliestYear = 1900
)
