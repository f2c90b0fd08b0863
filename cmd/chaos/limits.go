package main

import "time"

const (
	// pairs of wallets are partitions of the history: nothing is paid between two of them. clientsOfPair call at once, so
	// that there are orders to be found.
	pairs         = 4
	clientsOfPair = 3
	// requestsPerSecond bounds all clients together. The history has to be short enough to be searched, and two processors
	// carry the load, the cluster and the fault.
	requestsPerSecond = 80
	// funds is what each wallet begins with, in an asset without decimals. tooMuch is above what a pair has.
	funds   = 1000
	tooMuch = 5 * funds
	// patience is how long a request is waited for: longer than the service takes to say that it does not know.
	patience = 15 * time.Second
	// retryPause is between two attempts of one request.
	retryPause = 50 * time.Millisecond
	// warm is how many answers come before a fault, and healed how many after it, before a scenario goes on.
	warm, healed = 40, 40
	// rounds is how often every instance is killed: with five of them that makes 20 kills, and 5 in the short form.
	rounds, shortRounds = 4, 1
	// takeOver is how long a shard may be without a writer after the one that leads is stopped: 2 s of lease, 2 s to end what
	// the old one holds, and what it takes to load.
	takeOver = 5 * time.Second
	// roomOnDisk is what a disk has left before it is filled: enough for some seconds of load, and for eight of the files that
	// Postgres's log is made of.
	roomOnDisk = 128 << 20
	// smallOffset is by how much two clocks may differ and all goes on, and largeOffset by how much they may not (the limit is
	// journal.MaxClockSkew).
	smallOffset, largeOffset = 3 * time.Second, time.Minute
	// shortHold is for how long money is set aside beside the load: long enough to be looked at before it is over by one
	// of two clocks that differ by smallOffset, and not by the other.
	shortHold = 2 * smallOffset
	// readmitted is how long after its return nginx uses an instance again, as docs/operating.md has it.
	readmitted = 2 * time.Second
	// healTimeout bounds the wait for a cluster that is whole again.
	healTimeout = 90 * time.Second
	// settleTimeout bounds the settling of one request afterwards.
	settleTimeout = 60 * time.Second
	// searchTimeout bounds porcupine. A history without an answer by then counts as a failure.
	searchTimeout = time.Minute
	// pageSize is of the lists that are counted.
	pageSize = 1000
	// maxFindings is how many findings of a scenario are printed.
	maxFindings = 20
	// poll is the pause between two looks at something that is awaited.
	poll = 50 * time.Millisecond
)
