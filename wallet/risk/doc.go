// Package risk says which payments are let through, which somebody looks at first, and which are not taken.
//
// Its rules, in the words of a bookkeeper:
//
//   - Finance writes rules. A rule says when it fits, what is decided then (allow, review, refuse), and why. Rules have a
//     version; one set of them is live, and every set that ever was stays in the journal with who set it and what for.
//   - A payment is judged twice: when it is asked for, before a provider hears of it, and when the charge shows the card,
//     by the rules that ask for the card.
//   - A rule that allows is an exception: where one fits, nothing else counts. Otherwise one that refuses weighs more than
//     one that has the payment reviewed. The order of rules says nothing.
//   - What was known of a payment when it was judged is kept with it, so that rules can be tried against payments of the
//     past before they go live.
//   - Rules know facts and nothing else: no clock, no network, no randomness. The same facts are judged alike for ever.
//   - Amounts are decimals. A rule that writes 10.5 does not load; it writes decimal("10.50").
//   - A rule that cannot be worked out has the payment reviewed: it neither lets through nor turns away.
//
// What somebody has paid lately is counted as events are written down, in slots of five minutes for an hour and of an
// hour for a day: a window is the time that it names and at most one slot more, and what is kept is bounded.
package risk
