// Package natsbus carries commands to the writers, answers back, and published events to their
// readers, over NATS. It implements the ports of package journal that face the bus.
//
// What is where, for shard s:
//
//	COMMANDS-<s>   florin.commands.<s>                    stream: commands, joined into messages
//	EVENTS-<s>     florin.events.<s>.<ledger>.<type>      stream: a window on the journal
//	FLORIN-HEAD    florin.head.<s>                        stream of one message per shard: the high water
//	SESSIONS       florin.sessions.ended.<session>        stream, in memory: who signed out, for a short while
//	               florin.sessions.beat.<process>         its reader's own beat, by which it knows how fresh it is
//	               florin.replies.<instance>              plain subject: answers, joined
//
// Each shard has streams of its own, because what keeps them right counts in stream sequences: a
// reader of commands proves with them that it missed nothing, and a publisher of events claims the
// log's end with them. It also keeps a flood on one shard from filling the others' commands.
//
// None of the streams is the only copy of a fact. An acknowledged message is written, not synced; a
// store that came back older, or empty, costs a retry and nothing else. So commands are read without
// acks, from a mark that the writer commits with its events, and published events are checked for
// gaps by whoever reads them, with the journal to fill in.
//
// Nothing is buffered while the connection is away: a command that cannot be handed over now is
// answered with journal.ErrBusAway now, and takes the way through the inbox.
package natsbus
