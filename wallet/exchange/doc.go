// Package exchange converts between two assets, of one wallet or of two, by quotes that Florin issued.
//
// Its rules, in the words of a bookkeeper:
//
//   - Finance keeps a table of rates. A pair that is listed can be quoted, in its direction: EUR for USD does not
//     follow from USD for EUR.
//   - A pair has a mid rate, which is how many units of what is bought one unit of what is sold is worth, and a
//     spread in percent of it, which is the house's. The customer's rate is what is left: mid × (100 − spread) / 100,
//     exactly.
//   - A pair has a minimum, so that nobody lives of rounding: by default what buys a hundred units of what is bought.
//     A rate that was named has none.
//   - A quote is a promise to one owner: a rate, and the amounts if they were named, until it expires. It is used
//     once, by its owner or by a service for him. What becomes of the pair meanwhile changes no quote.
//   - Who names what he pays gets what that comes to. Who names what he wants pays the least that buys at least
//     that.
//   - Only a service or finance names another rate than the table's, or has a quote issued for somebody else. A
//     rate that was named is the customer's and the mid rate alike: it has no spread.
//   - An exchange is a debit of the wallet that pays, so that all rules of what goes out hold. It is undone by
//     another exchange, at a rate that is named for it.
//
// The arithmetic. Products are exact, whatever the scales of the assets are, and each is then rounded once, half to
// even, to the scale of what is bought. Of an amount that is paid:
//
//	whole    = amount × mid                 what it is worth
//	customer = amount × customer's rate     what the wallet gets
//	spread   = amount × (mid − rate)        what the house earns
//	rounding = whole − customer − spread    one unit, none, or minus one
//
// In one transaction the wallet pays amount to equity:conversion, which gives whole in the other asset: customer to
// the wallet, spread to income:exchange, and rounding to equity:rounding, or from there. So what
// equity:conversion holds of both assets is what was exchanged at the mid rate. These accounts go either way, and
// rules that are set on them by hand do not bind an exchange. What rounds to nothing is refused.
//
// Quotes are events, found by the place that their ids are made of. Decision state has a row for each pair and for
// each quote that was used; one that expires unused leaves nothing behind that grows.
package exchange
