package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// kind is what a request asks for.
type kind string

const (
	transfer kind = "transfer" // from one wallet of a pair to the other
	place    kind = "hold"     // for the other wallet
	capture  kind = "capture"  // of a hold, finally
	release  kind = "release"
	read     kind = "read" // of a wallet, at least at a position
)

// outcome is what became of a request.
type outcome string

const (
	done    outcome = "done"
	refused outcome = "refused" // by a rule, or because it came too late to be decided: nothing has happened
	unknown outcome = "unknown"
)

// balance is what a wallet shows.
type balance struct{ available, held int64 }

// request is one of a client, from its first attempt to the answer that settled it.
type request struct {
	pair, client int
	kind         kind
	from         int   // which of the pair's wallets pays, or is read
	amount       int64 // of a capture: what is captured
	placed       int64 // of a capture and a release: what was held
	key          string
	path, body   string
	// sent and back are times since the history began; back is when it was settled.
	sent, back time.Duration
	outcome    outcome
	// late says that it was settled after the load had ended, by repeating it; had that it had been done before.
	late, had bool
	code      string // of a refusal
	position  int64
	answer    string // the body that settled it
	// after is what the answer to a transfer says of the available amounts of both wallets.
	after [2]int64
	// shown is what a read showed; atLeast the position that it asked for, and since when that was sent for.
	shown   balance
	atLeast int64
	since   time.Duration
}

// history is what the clients of a scenario did. Its methods may be called from any goroutine.
type history struct {
	began time.Time

	mu       sync.Mutex
	requests []*request
	answers  []time.Duration // when a write was answered for the first time
	reads    []time.Duration
	trouble  map[string]int // attempts that settled nothing, by what the client saw
}

func newHistory() *history { return &history{began: time.Now(), trouble: map[string]int{}} }

func (h *history) now() time.Duration { return time.Since(h.began) }

// add keeps a request that is over, for now.
func (h *history) add(r *request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requests = append(h.requests, r)
	switch {
	case r.outcome == unknown:
	case r.kind == read:
		h.reads = append(h.reads, r.back)
	default:
		h.answers = append(h.answers, r.back)
	}
}

func (h *history) saw(what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.trouble[what]++
}

// answered is how many writes were answered so far.
func (h *history) answered() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.answers)
}

// silence is the longest time in which nothing of a kind was answered.
func silence(answers []time.Duration) (longest time.Duration) {
	for i := 1; i < len(answers); i++ {
		longest = max(longest, answers[i]-answers[i-1])
	}
	return longest
}

// seen is what the clients were told when they were not answered, the most frequent first.
func (h *history) seen() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []string
	for _, what := range slices.SortedFunc(maps.Keys(h.trouble), func(a, b string) int { return cmp.Compare(h.trouble[b], h.trouble[a]) }) {
		out = append(out, fmt.Sprintf("%s × %d", what, h.trouble[what]))
	}
	return out
}
