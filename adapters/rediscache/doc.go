// Package rediscache keeps in Redis what was just read from Postgres, and counts there how often
// somebody knocks. Redis holds nothing that cannot be recomputed: without it reads are slower and limits
// are counted by each process for itself, and nothing else changes. No call returns an error of Redis's.
//
// # The rule of positions
//
// An entry says at which position of the journal it was read. A change leaves a tombstone at its own
// position. What is older than what is there is refused, so that somebody who read before a change cannot
// fill in after it; and a reader who asks for a position passes older entries by.
//
// # The generation
//
// A tombstone can be lost: Redis was away when it should have been left, or lost its memory afterwards.
// So each entry belongs to a generation, a random token that lies in Redis beside the entries, and a
// process that lost a tombstone, or may have missed a change, begins a new generation before it uses the
// cache again. All entries of the generation before are void.
//
// A generation also has a floor, the position of the journal's head when it was begun: nothing older
// gets in. For a read model may be behind the journal, and a row that was read before it caught
// up would otherwise outlive a change whose tombstone is the one that was lost.
//
// Redis may also come back as another one: restarted from an old dump, or a replica in its place. Each
// connection asks the server for its run id before it is used, and removes the generation where it was
// another run's. A server that does not say gets a new generation with each connection.
//
// Source: docs/adr/0015-the-cache.md.
package rediscache
