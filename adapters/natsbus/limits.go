package natsbus

import "time"

// The limits of the bus. Each says what it protects.
const (
	// MaxMessage is the most bytes of one message: NATS's usual max_payload, which counts headers
	// too, less room for them. A command that does not fit waits in the inbox, and a ref to it travels.
	MaxMessage = 960 << 10
	// MaxJoined is the most commands in one message: about what a writer decides in one batch.
	MaxJoined = 1_000
	// MaxWaiting and MaxWaitingBytes bound the commands of one shard that wait to be published.
	// Beyond them the bus is as good as away; the callers' own patience would end first.
	MaxWaiting      = 16_384
	MaxWaitingBytes = 64 << 20
	// MaxChunk is the most published events handed to a reader at once, and the most messages
	// fetched ahead; MaxFetchBytes bounds the bytes of a fetch.
	MaxChunk      = 1_000
	MaxFetchBytes = 16 << 20

	// CommandsMaxBytes bounds the commands of a shard that are kept; a full stream refuses new ones,
	// and they travel by the inbox. The writer trims what it has committed.
	CommandsMaxBytes = 256 << 20
	// CommandsMaxAge is how long a command is worth keeping: its caller left long before.
	CommandsMaxAge = time.Hour
	// EventsMaxBytes bounds the window of published events of a shard, about a million; older ones
	// are in the journal. There is no max_age: the last message says how far was published, and
	// it has to outlive a quiet week.
	EventsMaxBytes = 1 << 30
	// HeadsMaxBytes bounds the high water marks: one small message per shard.
	HeadsMaxBytes = 16 << 20
	// SessionsMaxBytes bounds the ended sessions that are kept, about 50,000; a message is read within
	// milliseconds, and what was lost is a gap.
	SessionsMaxBytes = 8 << 20
	// SessionsMaxAge is how long an ended session is worth telling of: longer than an access token lives.
	SessionsMaxAge = 20 * time.Minute
)

const (
	// maxHead is what a message of commands takes beside the commands: version, kind, reply subject.
	maxHead = 128
	// publishers is how many messages of commands may be under way at once, per shard. While all of
	// them wait for their acks, new commands gather for the next message.
	publishers = 4
	// ackTimeout is how long an ack of the stream may take: it is written, not synced, so
	// milliseconds are usual.
	ackTimeout = 2 * time.Second
	// callTimeout bounds a question to JetStream (a stream's state, a consumer made).
	callTimeout = 2 * time.Second
	// heartbeat is how often an idle consumer hears from the server; it is lost after two. The
	// client allows no less.
	heartbeat = 500 * time.Millisecond
	// pullExpiry is how long a standing request for messages lasts before it is renewed.
	pullExpiry = 10 * time.Second
	// consumerIdle is when the server drops a consumer whose reader went without a word.
	consumerIdle = 30 * time.Second
	// eventsPerAck is how many events are published for one ack, and twice that how many may be
	// under way: it stays far below what the server queues for a stream (100,000).
	eventsPerAck = 500
	// dedupeWindow is as short as the server allows: nothing relies on it, and it costs memory.
	dedupeWindow = 100 * time.Millisecond
	// resetGap is how far Reset moves the sequence: more than any publisher can have under way, so
	// that what was meant for the old log finds no place in the new one.
	resetGap = 1 << 20
	// raiseAttempts is how often the high water mark is read again when others raise it too.
	raiseAttempts = 5

	// beatInterval is how often a feed finds out how fresh it is, and roundTimeout how long that may take.
	// Together they leave room within the second that a session is believed without it.
	beatInterval = 250 * time.Millisecond
	roundTimeout = time.Second
	// publishedPoll is how soon a feed looks again whether the relay has come as far as the journal.
	publishedPoll = 20 * time.Millisecond
	// dullRounds is how many rounds in a row have to fail before it is logged.
	dullRounds = 8

	// reconnectWait and reconnectJitter space the attempts to reconnect: 100 to 250 ms.
	reconnectWait   = 100 * time.Millisecond
	reconnectJitter = 150 * time.Millisecond
	// pingInterval finds a server that fell silent without closing, after two missed answers.
	pingInterval = 2 * time.Second
	// connectTimeout bounds one attempt to connect.
	connectTimeout = 2 * time.Second
	// keepInterval is how often missing streams are looked for besides after each reconnect, and
	// keepRetry how soon it is tried again when that failed.
	keepInterval = 5 * time.Second
	keepRetry    = 200 * time.Millisecond
)
