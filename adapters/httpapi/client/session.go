package client

import (
	"strings"
	"sync"
)

// Session returns a client whose reads, where they can wait, see what was written through it, and everything up to a
// position: one that an Answer or another Session's Position has told, or none, which is empty. A read that has not
// caught up in two seconds is repeated like any other call.
//
// It shares its connections with the client that it is made of. One for each request that a server handles, or for
// each user, keeps them from waiting for each other's writes.
func (c *Client) Session(after string) *Client {
	session := *c
	session.seen = &position{}
	session.seen.saw(after)
	return &session
}

// Position is what a session's reads wait for; empty for a client that is none, and before the first write.
func (c *Client) Position() string { return c.seen.newest() }

// position is the newest of those that were seen.
type position struct {
	mu   sync.Mutex
	text string
}

func (p *position) newest() string {
	if p == nil {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text
}

func (p *position) saw(text string) {
	if p == nil || text == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !older(text, p.text) {
		p.text = text
	}
}

// older reports whether a position, <shard>-<number>, comes before another of its shard. Answers of parallel writes
// come in any order. Of two shards, the last write counts.
func older(a, b string) bool {
	shardA, numberA, _ := strings.Cut(a, "-")
	shardB, numberB, _ := strings.Cut(b, "-")
	if shardA != shardB {
		return false
	}
	return len(numberA) < len(numberB) || len(numberA) == len(numberB) && numberA < numberB
}
