package natsbus

import (
	"sync"

	"github.com/florinledger/florin/ledger/journal"
)

// result is how a wait ends: with an answer, or with the news that none may come.
type result struct {
	answer journal.Answer
	err    error
}

// waiter is one call that waits for the answer to a command.
type waiter struct {
	id   journal.CommandID
	hash [16]byte
	// ref: only the id was sent, so the answer is about whatever body the inbox holds.
	ref bool
	// result takes the first word that comes; later ones are dropped.
	result chan result
}

func (w *waiter) tell(r result) {
	select {
	case w.result <- r:
	default:
	}
}

// waiters are all calls of one process that wait for an answer.
type waiters struct {
	mu   sync.Mutex
	byID map[journal.CommandID][]*waiter
}

func newWaiters() *waiters { return &waiters{byID: map[journal.CommandID][]*waiter{}} }

func (ws *waiters) add(c *journal.Command, ref bool) *waiter {
	w := &waiter{id: c.ID, hash: c.Hash, ref: ref, result: make(chan result, 1)}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.byID[w.id] = append(ws.byID[w.id], w)
	return w
}

func (ws *waiters) remove(w *waiter) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	list := ws.byID[w.id]
	for i := range list {
		if list[i] == w {
			list = append(list[:i], list[i+1:]...)
			break
		}
	}
	if len(list) == 0 {
		delete(ws.byID, w.id)
		return
	}
	ws.byID[w.id] = list
}

// answer gives an answer to every call that asked the same under the same id. The writer answers
// a request that only borrows another's id with a refusal under the request's own hash, so the hash
// tells the two apart. The first call in line gets the answer as it came; the others asked for the
// same thing after it, and for them it is a repeat.
func (ws *waiters) answer(a journal.Answer) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range ws.byID[a.Outcome.Command] {
		if w.ref || w.hash == a.Outcome.Hash {
			w.tell(result{answer: a})
			a.Replayed = true
		}
	}
}

// fail tells every call that its answer may be lost.
func (ws *waiters) fail(err error) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, list := range ws.byID {
		for _, w := range list {
			w.tell(result{err: err})
		}
	}
}
