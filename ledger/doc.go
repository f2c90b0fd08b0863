// Package ledger is double entry: assets, accounts, postings, transactions, limits and reversals.
//
// Its rules, in the words of a bookkeeper:
//
//   - A transaction is two or more postings, each an amount on the debit or the credit side of an
//     account. In every asset the debits equal the credits. Many to many is allowed.
//   - The first word of an account's address says what it is. Assets and expenses grow by debits;
//     liabilities, equity and income grow by credits. A balance is shown on the side that makes it
//     grow, so a customer's liability account that was credited 100 holds 100.
//   - An account comes into being by being posted to. It needs no rules; it may be given a minimum
//     per asset, which may be negative (a credit line), and it may be frozen: then it may gain and
//     not lose.
//   - A minimum is held against the balance after the whole transaction. A balance that lies below
//     it already may still grow.
//   - An amount has the decimals of its asset. What is written with more is refused, never rounded;
//     what is written with fewer is filled up: 10.5 USD is 10.50.
//   - Every ledger numbers its transactions 1, 2, 3… without a gap.
//   - Nothing is rubbed out. A mistake is reversed, once, by its opposite.
//   - Some accounts belong to a domain (wallets, memberships, payments). Nobody posts there by
//     hand, and what a domain booked is undone by that domain.
//
// Every core's postings go through [Post]; every event with postings, whichever core made it,
// changes the balances that [BalanceOf] reads.
package ledger
