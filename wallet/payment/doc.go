// Package payment books what a payment provider says has happened to money.
//
// Its rules, in the words of a bookkeeper:
//
//   - A provider's message is not a request. What it tells of has happened; nobody here may refuse
//     it. It is booked, or put in suspense, or ignored with a reason, and its raw body is kept
//     whatever becomes of it. What the books cannot take yet is held, and shown to finance.
//   - The books follow the payment, not the messages. Of each payment the books know how much was
//     received and how much was refunded; a message says how much it is by now; booked is the
//     difference. So three kinds of message about one payment credit once, in any order, however
//     often each comes.
//   - Sums of a payment only grow. A message that says less than is booked is an old one.
//   - A payment belongs to the wallet that the first message with a wallet of ours names. Until one
//     does, its money stands in liabilities:suspense:stripe, and moves when one does, or when finance assigns it.
//   - What has left through a refund at the provider is taken from the wallet even if it is no
//     longer there; then the wallet is frozen until somebody has looked at it.
//   - A payment that was asked for here is asked of one provider, and stays with it. How it stands follows from what is
//     booked, and before that from what the provider said last.
//   - A refund that was asked for here is set aside until the provider has given the money back, or has not. What a
//     message says to be refunded beyond what is booked or set aside was given back at the provider.
//   - A payment of an invoice is not a wallet's business: memberships book it. What is heard of it before its invoice
//     waits in suspense.
//   - What a dispute has moved at the provider is booked by balance transaction, each once. While it goes on,
//     as much stands in the wallet's disputed; it goes back when the dispute is won, and is gone when it is
//     lost. A fee is ours.
//   - A refund that was made at the provider is booked once: by what its payment says to be refunded in all, or by itself,
//     whichever is heard of first. One that fails is the wallet's again.
//   - Each balance transaction is booked once, by its id: what it is of, if no message has told of that; its fee; and,
//     where the provider settles in another asset than was paid with, the conversion. So clearing is their sum.
//   - A payout is in transit, then paid, or failed, and never goes back to an earlier stage.
//
// Money at the provider stands in assets:stripe:clearing.
//
// A message that changes nothing leaves no event. Its outcome, with the reason, is recorded under
// the command's id for ever, and its body with the raw messages: a line in the journal would be read
// by nobody and be carried by every backup.
package payment
