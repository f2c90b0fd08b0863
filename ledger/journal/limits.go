package journal

import "time"

// The limits of the engine. Each says what it protects.
const (
	// MaxBatch is the most commands decided in one commit: it bounds how long a commit takes and
	// what has to be decided again when one fails.
	MaxBatch = 2_000
	// MaxBatchEvents closes a batch early when its commands cause many events each.
	MaxBatchEvents = 10_000
	// MaxWaitingBytes bounds the bodies that are read from the inbox at once, and refWeight says for
	// how many commands one counts whose body waits there: such a body may have 16 MiB.
	MaxWaitingBytes = 32 << 20
	refWeight       = MaxBatch / 8
	// commandBytes is how many bytes of a body count for a command more: a large one is a batch of
	// many transactions, and a commit of too many would outlast its time-out in every term anew.
	commandBytes = 1 << 10
	// MaxPasses is how often commands are decided again because a decision asked for state that was
	// not at hand. Each pass loads what the last one missed; a chain of look-ups longer than this
	// is a fault of the decider, once the command is looked at alone.
	MaxPasses = 12
	// MaxCached is how many rows of decision state the writer keeps in memory by default; about
	// 400 bytes each.
	MaxCached = 300_000
	// MaxClockSkew is how far the writer's clock may be from Postgres's before it stops.
	MaxClockSkew = 5 * time.Second
	// LeaseTerm is how long a silent writer keeps its shard; LeaseRenewal how often it says that
	// it is alive, and how often a stand-by looks. Together they bound a take-over: under 5 s.
	LeaseTerm    = 2 * time.Second
	LeaseRenewal = 500 * time.Millisecond
	// MaxLease is how far ahead the end of a lease may lie. One that ends later was given by a clock that has been set
	// back since, and its holder may be dead: it counts as lapsed. It is more than a term, since small corrections of
	// a clock must not take a shard from its writer.
	MaxLease = 2 * LeaseTerm
	// InboxInterval is how often the writer looks into the inbox while commands reach it through
	// the bus, InboxIntervalAlone while the bus is away and the inbox is the only way.
	InboxInterval      = 250 * time.Millisecond
	InboxIntervalAlone = 20 * time.Millisecond
	// rewind is how many deliveries before its mark a new term reads again. Their commands have
	// outcomes, but the writer before may not have come to answer them: whoever still waits is
	// answered from the record.
	rewind = 16
	// MaxReplyEvents is the most bytes of events sent with a reply; a longer answer is read from
	// the journal by whoever renders it. It keeps a reply under the bus's message size.
	MaxReplyEvents = 768 << 10
)
