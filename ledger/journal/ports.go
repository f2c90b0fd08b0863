package journal

import (
	"context"
	"errors"
	"time"
)

// Errors that a store gives for what the engine must tell apart. Everything else is a fault of the
// infrastructure: the term ends, nothing is answered, and the commands are decided again.
var (
	// ErrFenced: another writer holds the shard; this one's term is over.
	ErrFenced = errors.New("journal: another writer holds the shard")
	// ErrBadData: the data of the batch made the append fail (SQLSTATE class 22, 23 or 54). One of
	// its commands is to blame.
	ErrBadData = errors.New("journal: the batch's data cannot be appended")
	// ErrUnknown: the commit was sent and its end is not known.
	ErrUnknown = errors.New("journal: the end of the commit is not known")
	// ErrClockSkew: the writer's clock and the store's differ by more than MaxClockSkew.
	ErrClockSkew = errors.New("journal: the writer's clock and the store's differ too much")
	// ErrStale: the store does not hold what was published or answered: a stale stand-by was
	// promoted. The shard halts until an operator accepts the loss.
	ErrStale = errors.New("journal: the store has lost acknowledged events")
)

// Head is where a shard's journal ends.
type Head struct {
	Shard Shard
	// Timeline grows when an operator accepts a loss; Epoch with every term of office.
	Timeline int64
	Epoch    int64
	Position int64
	// Chain is the chain value after Position.
	Chain [32]byte
	// RecordedAt is the recorded time of Position; zero for an empty journal.
	RecordedAt time.Time
	// Mark is how far the source of commands was read.
	Mark Mark
}

// Mark is a place in the source of commands: a sequence and the birth of the stream it counts in,
// since a stream made anew counts from one again.
type Mark struct {
	Born time.Time
	Seq  uint64
}

// after reports whether m is a later place than other, or one in a stream that was made anew.
func (m Mark) after(other Mark) bool {
	return m != Mark{} && (m.Seq > other.Seq || !m.Born.Equal(other.Born))
}

// rewound is a place a few deliveries earlier.
func (m Mark) rewound() Mark {
	m.Seq -= min(m.Seq, rewind)
	return m
}

// StateRow is one row of decision state as stored. Data is JSON.
type StateRow struct {
	Key string
	// Loaded is the version the writer decided on, Version the new one.
	Loaded, Version int64
	Data            []byte
}

// Batch is what one commit writes.
type Batch struct {
	// Before is the head that the batch was decided on, After the one it makes.
	Before, After Head
	Events        []*Event
	Outcomes      []Outcome
	State         []StateRow
	Dead          []DeadLetter
	// Inbox are the commands whose inbox rows are settled by this commit.
	Inbox []CommandID
	// Sent is the writer's clock when the batch was sent, held against the store's.
	Sent time.Time
}

// Wanted is what the writer asks of the store before it decides.
type Wanted struct {
	Outcomes []CommandID
	State    []string
	Events   []int64
	// Inbox are commands of which only the id arrived; their bodies wait in the inbox.
	Inbox []CommandID
}

// Found is what there was of what was Wanted; what is missing does not exist.
type Found struct {
	Outcomes map[CommandID]Outcome
	State    map[string]StateRow
	Events   map[int64]Event
	Inbox    map[CommandID]Command
}

// Store gives out terms of office over shards.
type Store interface {
	// Campaign makes holder the writer of the shard if the lease is free, lapsed or already its
	// own, for LeaseTerm from now on the store's clock. It is called again to renew. A lease that ends later than
	// MaxLease from now counts as lapsed.
	Campaign(ctx context.Context, shard Shard, holder string) (bool, error)
	// Resign gives the lease up if holder has it.
	Resign(ctx context.Context, shard Shard, holder string) error
	// Head returns the shard's head.
	Head(ctx context.Context, shard Shard) (Head, error)
	// TakeOver ends the connection of the writer before, raises the epoch, and only then reads
	// the head.
	TakeOver(ctx context.Context, shard Shard) (Term, error)
}

// Term is a term of office: what its writer may do until somebody else takes over.
type Term interface {
	Head() Head
	// Load reads outcomes, state, events and waiting commands, of committed data only.
	Load(ctx context.Context, want Wanted) (Found, error)
	// Waiting returns up to limit commands that wait in the inbox, oldest first, and no more once
	// they have MaxWaitingBytes; at least one, if there is one.
	Waiting(ctx context.Context, limit int) ([]Command, error)
	// Append writes the batch in one commit if the head is still batch.Before, and returns only
	// when the commit's end is known: nil, ErrFenced, ErrBadData, ErrClockSkew, or ErrUnknown.
	Append(ctx context.Context, batch *Batch) error
	Close() error
}

// Reader reads the journal.
type Reader interface {
	// Events returns up to limit events after the given position, in order, without gaps; none at
	// the journal's end.
	Events(ctx context.Context, shard Shard, after int64, limit int) ([]Event, error)
	// Head returns the shard's head.
	Head(ctx context.Context, shard Shard) (Head, error)
}

// Delivery is what arrives at the writer at once: commands, or the ids of commands whose bodies
// are in the inbox, and where to answer each.
type Delivery struct {
	Commands []Command
	// Refs are commands in the inbox.
	Refs []CommandID
	// ReplyTo is where the outcomes of all of them go; empty for nowhere.
	ReplyTo string
	// Mark is the place after this delivery; zero when it came from the inbox.
	Mark Mark
}

// Source brings commands to the writer.
type Source interface {
	// Receive delivers everything after mark, in order, to sink until ctx ends or sink fails. It
	// returns early, with an error, when the source is lost. It calls sink from one goroutine.
	Receive(ctx context.Context, shard Shard, mark Mark, sink func(Delivery) error) error
}

// Replier carries answers back. Replies are best effort: who gets none asks for the outcome.
type Replier interface {
	Reply(ctx context.Context, to string, answers []Answer)
}

// HighWater remembers, outside the store, the last position that was answered or published.
type HighWater interface {
	// Raise notes that everything up to head was committed and may be spoken of.
	Raise(ctx context.Context, head Head) error
	// Mark returns the timeline and position noted last; ok is false when nothing was.
	Mark(ctx context.Context, shard Shard) (timeline, position int64, ok bool, err error)
}
