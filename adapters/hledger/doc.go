// Package hledger turns journals that hledger has read into transactions of Florin's. It reads what
// `hledger print -x -O json` writes, and knows nothing of the service: it neither asks nor posts.
//
// In a bookkeeper's words: every posting becomes a line, debit where hledger shows a positive amount and
// credit where it shows a negative one. An amount with a cost is exchanged through [Conversion], so
// that every asset balances by itself. Names of accounts and commodities are translated by a
// [Mapping]. What cannot be said in Florin without changing it is not guessed at: it is refused, in
// words and with its line, and whoever imports decides.
//
// Numbers are exact: mantissas are read as decimals, however long, and the rounded floating-point
// number that stands beside them is not looked at.
package hledger
