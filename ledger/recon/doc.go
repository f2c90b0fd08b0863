// Package recon holds a provider's statement against the books.
//
// Its rules, in the words of an accountant:
//
//   - A statement is the provider's: each line changes what it holds for us, by its amount less its fee. The books of that
//     are one account, the clearing account, and each transaction there is an entry.
//   - Lines and entries are matched in this order: by the id of the line, which an entry names that was made of it; by what
//     they are of (a payment, a payout), since a message may have told of it before the line did, or one entry of several
//     lines; and by asset, amount and day, what was posted by hand.
//   - What is left is a break, with its reason. A break says by how much the books and the statement differ because of it.
//   - In each asset, what the books say of a period less what the statement says is the sum of its breaks: nothing differs
//     that no break explains. [Report.Check] holds it.
//   - A line of before midnight may be booked after it. What both sides have, on two sides of the edge of a period, is a
//     break of this period all the same, called timing; the next one has the other half. So is what came a moment ago.
//   - A payout that has left the provider is in the books at its stage: on its way, or at the bank.
//
// A report moves no money: it is made of two books that have it, and can be made again.
package recon
