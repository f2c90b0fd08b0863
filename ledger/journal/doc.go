// Package journal is the vocabulary and the engine of Florin's event store: the facts, the commands
// that ask for facts, the writer that decides them in order, and the runners that carry facts on.
//
// Its rules, in the words of a bookkeeper:
//
//   - The journal is one book per shard, written by one hand at a time. Its lines (events) are
//     numbered 1, 2, 3… without a gap, and no line is ever changed or torn out.
//   - A line that moves money carries its postings, and the postings of a line balance per asset.
//     Such a line is the transaction: there is no second record of it.
//   - A request (command) is answered once. Its outcome, done or refused, is written down in the
//     same stroke as the lines it caused, under the request's id, and the same request is given
//     the same answer for ever.
//   - Nobody is told that something was written before it was.
//   - What the writer has to know to decide (decision state) follows from the lines alone. It is
//     kept beside them, changed in the same stroke, and can be worked out again from page one.
//
// A core (ledger, wallet, …) brings two kinds of pure functions: deciders, which read state and
// either emit events or return a [*Refusal], and evolvers, which turn an event into changed state.
// The [Writer] knows nothing of what they mean.
//
// The package imports the standard library and shopspring/decimal. What it calls out to (a store,
// a source of commands, a place for replies) are the ports in ports.go.
package journal
