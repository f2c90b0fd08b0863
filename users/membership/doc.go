// Package membership sells memberships: a plan, for a period, paid from the member's wallet, or billed by a provider.
//
// Its rules, in the words of a bookkeeper:
//
//   - What is paid for a period is not earned yet. It stands in liabilities:deferred:memberships:<id>, and the days
//     that were bought in assets:entitlements:<id> and liabilities:entitlements:<id>, in the plan's own asset.
//   - A day is 24 hours from the moment at which the period began, so that a member has whole days whenever he
//     buys. When one has passed it is taken out of the entitlement, and its share of the price is earned:
//     after k of n days price × k / n, rounded half to even at the asset's scale, less what was earned before. So
//     what is earned is right every day to the last unit, and at the end it is the price.
//   - A period ends a month or a year after it began, by the calendar in UTC, on the day of the month on which the first
//     one began; where a month has not got that day, on its last.
//   - At its end a period is renewed from the wallet, at the plan's price of then, as any other spending: the wallet's
//     limits and a freeze hold. When that is refused there are [Grace] days, with a try a day. What is paid
//     meanwhile is for the period that began at the old end. After that the membership lapses.
//   - Somebody has one membership at a time.
//   - It is canceled at the period's end, or at once: then what is not earned goes back to the wallet. A change
//     to another plan is the same, and a new period that begins at once, in one transaction.
//   - Whoever asks for what is not due, or is done already, moves nothing: the writer judges by its clock.
//   - When the member is erased, or the wallet is closed, the membership lapses at its period's end; until then its days
//     pass as before.
//
// Of a membership that a provider bills:
//
//   - What came in for an invoice is deferred over the time that the invoice is for, and earned by days, whatever other
//     invoices there are. What goes back of it is as if it had never come in.
//   - What the member may use follows from the latest invoice that was paid, and from what the provider said last. So the
//     order in which that is heard of does not matter.
//   - Somebody who wants it changed or ended has the provider asked; it is so when the provider says so. What is not
//     earned goes back to the card when it is ended at once, and is earned when the provider has ended it without.
//   - An invoice that nobody's membership is known for waits in suspense. Other billing systems grant days, and no money.
//
// Source: docs/adr/0026-memberships.md, docs/adr/0031-memberships-by-card.md.
package membership
