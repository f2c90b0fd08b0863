package request

import (
	"time"

	"github.com/florinledger/florin/ledger"
)

// Limits of a request. What exceeds them is refused before it costs anything.
const (
	// MaxBody bounds the body of a single request: a transaction of 1,000 postings with all its
	// metadata takes about 250 kB.
	MaxBody = 1 << 20
	// MaxBatchBody bounds a batch: 10,000 transactions of two postings take about 4 MB.
	MaxBatchBody = 16 << 20
	// MaxWebhookBody bounds a provider's event. Stripe's stay below 256 kB.
	MaxWebhookBody = 1 << 20
	// MaxDepth bounds how deep a body nests; the deepest shape of the contract has four levels.
	MaxDepth = 32
	// MaxHeaderBytes bounds the request line and all headers together.
	MaxHeaderBytes = 64 << 10
	// MaxQueryBytes bounds the query: every filter at its longest stays below it.
	MaxQueryBytes = 16 << 10
	// MaxTokenBytes bounds what is handed to the authenticator.
	MaxTokenBytes = 4096
	// MaxIdempotencyKey is the longest Idempotency-Key, in bytes.
	MaxIdempotencyKey = 255
	// MaxRequestID is the longest X-Request-Id that is taken over from a caller.
	MaxRequestID = 64
	// MaxPage is the longest page of a list, DefaultPage what a caller gets who does not say.
	MaxPage     = 1000
	DefaultPage = 50
	// MaxCursor is the longest cursor, in bytes.
	MaxCursor = 512
	// MaxFilter is the longest text of a filter, in bytes; addresses and references fit in it.
	MaxFilter = 500
	// MaxDepthFilter is the most segments that a trial balance is summed to.
	MaxDepthFilter = 32
	// MaxMetadataFilters bounds how many metadata[k] filters one list takes: each is a condition
	// of the query.
	MaxMetadataFilters = 10
	// MaxBatchItems is the most transactions in one batch: the ledger's own limit, held to before
	// any of them is decoded.
	MaxBatchItems = ledger.MaxBatch
)

// RetryAfter is what a 503 or 429 asks a caller to wait, in seconds. One is the least that the
// header can say, and a take-over of the writer takes under five.
const RetryAfter = 1

// RequestTimeout bounds a handler, so that a caller gets an answer while it still listens.
const RequestTimeout = 20 * time.Second
