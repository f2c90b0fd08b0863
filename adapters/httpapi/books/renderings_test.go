package books

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/florinledger/florin/ledger/query"
)

func TestRenderingsAreBounded(t *testing.T) {
	t.Parallel()
	r := newRenderings()
	at := func(i int) query.Found { return query.Found{Position: int64(i), Term: 1} }
	r.keep(at(0), make([]byte, maxRendering+1))
	assert.Equal(t, [][]byte{nil}, r.of([]query.Found{at(0)}))
	const fit = maxRenderings / (1000 + renderingOverhead)
	var readers sync.WaitGroup
	for range 4 { // all keep the same, and it counts once
		readers.Go(func() {
			for i := range fit + 10 {
				r.keep(at(i), make([]byte, 1000))
				r.of([]query.Found{at(i)})
			}
		})
	}
	readers.Wait()
	r.keep(at(fit+10), make([]byte, 1000))
	assert.Equal(t, fit, r.kept.Len())
	assert.Equal(t, fit*(1000+renderingOverhead), r.bytes)
	assert.Equal(t, [][]byte{make([]byte, 1000), nil}, r.of([]query.Found{at(fit + 10), {Position: fit + 10, Term: 2}}))
}
