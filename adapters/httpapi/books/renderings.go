package books

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/florinledger/florin/adapters/httpapi/handling"
	"github.com/florinledger/florin/ledger/query"
)

// renderings remembers transactions as they were shown, as JSON: reading them from the journal and
// writing them anew is most of what a list costs.
//
// Nothing here goes stale. What was found names the one event that it is and everything else that its
// JSON is made of; a take-over of the shard, and a loss that was accepted, give it another name.
type renderings struct {
	mu    sync.Mutex
	bytes int
	kept  *simplelru.LRU[query.Found, []byte]
}

func newRenderings() *renderings {
	return &renderings{kept: handling.NewLRU[query.Found, []byte](maxRenderings / renderingOverhead)}
}

// of returns the JSON of what was found, in the order given; nil for what is not remembered. Nobody
// may change it.
func (r *renderings) of(found []query.Found) [][]byte {
	out := make([][]byte, len(found))
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, at := range found {
		out[i], _ = r.kept.Get(at)
	}
	return out
}

// keep remembers the JSON of one that was found, and forgets what was not asked for the longest.
func (r *renderings) keep(at query.Found, json []byte) {
	if len(json) > maxRendering {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept.Contains(at) {
		return // rendered by two at the same time
	}
	r.kept.Add(at, json)
	for r.bytes += len(json) + renderingOverhead; r.bytes > maxRenderings; {
		_, oldest, _ := r.kept.RemoveOldest()
		r.bytes -= len(oldest) + renderingOverhead
	}
}
