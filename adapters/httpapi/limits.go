package httpapi

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
	// MaxTrialRows is the most rows of a trial balance, which has no pages: it is one statement of
	// one moment. Whoever has more accounts sums them by depth.
	MaxTrialRows = 10_000
)

// Limits of what an instance remembers, all of which it could do without.
const (
	// MaxRemembered is how many callers' last writes are remembered; about 100 bytes each.
	MaxRemembered = 50_000
	// MaxKnownLedgers is how many ledgers are known to be there without asking.
	MaxKnownLedgers = 10_000
	// maxRenderings is how many bytes the transactions take that are remembered as they were shown: some
	// 9,000 of two postings, 180 pages. The process takes up to five times as much (heapGrowth of cmd).
	maxRenderings = 8 << 20
	// maxRendering is the longest that is remembered, so that one page of large ones leaves the others.
	maxRendering = 4 << 10
	// renderingOverhead is what remembering one takes besides its JSON.
	renderingOverhead = 256
)

// Times of a connection. The defaults of Config.
const (
	// ReadHeaderTimeout frees connections that send nothing, which is all a slowloris does.
	ReadHeaderTimeout = 5 * time.Second
	// ReadTimeout bounds a whole request: 16 MiB at 5 Mbit/s.
	ReadTimeout = 30 * time.Second
	// WriteTimeout bounds a whole request and its answer.
	WriteTimeout = 60 * time.Second
	// IdleTimeout is how long a kept-alive connection may wait for its next request; longer than
	// the 60 s of common load balancers, so that they close first.
	IdleTimeout = 75 * time.Second
	// RequestTimeout bounds a handler, so that a caller gets an answer while it still listens.
	RequestTimeout = 20 * time.Second
	// DrainTimeout is how long requests under way may take once the server is told to stop.
	DrainTimeout = 25 * time.Second
	// CheckTimeout bounds each readiness check: kubelets and load balancers wait a few seconds.
	CheckTimeout = 2 * time.Second
)

// RetryAfter is what a 503 or 429 asks a caller to wait, in seconds. One is the least that the
// header can say, and a take-over of the writer takes under five.
const RetryAfter = 1

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

// How often one client, or anybody for one account, may ask what costs a password's hash, sends mail, or
// could be guessed. Names are what clients read in the RateLimit headers; "address" is where a request comes
// from, an office or a household with everybody in it.
//
//nolint:gochecknoglobals // constants, which Go has no structs for
var (
	// rateLogin: an office in the morning, and no list of passwords.
	rateLogin = RatePolicy{Name: "login-address", Burst: 20, Per: time.Minute}
	// rateLoginAccount is what a password guessed from many addresses at once has against it.
	rateLoginAccount = RatePolicy{Name: "login-account", Burst: 5, Per: time.Minute}
	// rateRegister: a class that signs up together, and no more mail to strangers than that.
	rateRegister = RatePolicy{Name: "register-address", Burst: 120, Per: time.Hour}
	// rateForgot and rateForgotAccount bound the mail that others can have sent to somebody.
	rateForgot        = RatePolicy{Name: "forgot-address", Burst: 20, Per: time.Hour}
	rateForgotAccount = RatePolicy{Name: "forgot-account", Burst: 3, Per: time.Hour}
	// rateLink bounds hashes and signatures; the links themselves are beyond guessing.
	rateLink = RatePolicy{Name: "link-address", Burst: 30, Per: time.Minute}
	// rateSession: everybody of an office refreshes within a quarter of an hour.
	rateSession = RatePolicy{Name: "session-address", Burst: 120, Per: time.Minute}
	// ratePlans: a page of prices that an office looks at, and no way to keep the database busy without a token.
	ratePlans = RatePolicy{Name: "plans-address", Burst: 300, Per: time.Minute}
	// rateCredentials is for who has found an open session and guesses the password to keep it.
	rateCredentials = RatePolicy{Name: "credentials-account", Burst: 10, Per: time.Minute}
)

// Messages.
const (
	// MaxMessages is how many a page has at most, whatever is asked for: each may have 64 KiB.
	MaxMessages = 100
	// MaxStreams is how many streams a person may follow through one process: every window of theirs has
	// one.
	MaxStreams = 16
	// streamHeartbeat is how often a stream says that it is still there: proxies cut what is silent for a
	// minute.
	streamHeartbeat = 15 * time.Second
	// streamPoll is how often a stream looks by itself, for what the bus has not told of, and asks whether its
	// caller may still read, which it asks before it sends anything too.
	streamPoll = 2 * time.Second
	// streamPage is how many changes are read at once: 1.3 MB of messages at the most, for each of the
	// streams that come back together after a restart.
	streamPage = 20
	// streamWriteTimeout is how long a client may take none of what is sent to it.
	streamWriteTimeout = 10 * time.Second
)

// Payments.
const (
	// providerPatience is how long a request waits for what a payment provider answers. Stripe takes half a second, and
	// some seconds on a bad day; with what was waited for before, it is less than RequestTimeout.
	providerPatience = 8 * time.Second
	// providerPoll and providerPollMax are the pauses between two looks for the answer.
	providerPoll    = 20 * time.Millisecond
	providerPollMax = 200 * time.Millisecond
)
