// Package wallet keeps people's money: wallets, and holds on what is in them.
//
// Its rules, in the words of a bookkeeper:
//
//   - A wallet is a debt to its owner. Its money stands in accounts of the ledger main, below
//     liabilities:wallets:<id>: what the owner may spend in available, what is set aside in held.
//   - Nobody spends what he has not got: available never falls below zero by anything that is
//     decided here. Only what has already happened outside may overdraw it, and then the wallet is
//     frozen until somebody has looked at it.
//   - A split pays many at once. Not a unit is lost or made: the units that shares leave over go to the
//     largest remainders.
//   - A service and finance put money into a wallet and take money out, against an account that they name.
//   - Finance limits what a wallet gives out, at once and within a day of its time zone: transfers, splits, exchanges,
//     debits, and holds on the day they are placed. What a hold gives back counts no more if the day is
//     still the same; a capture does not count again.
//   - A hold sets money aside for a payee. It leaves available for held at once; it leaves held when
//     it is captured (to the payee) or released (back to the wallet).
//   - A hold may be captured in parts. A final capture gives back what it leaves. A hold of which
//     nothing remains is closed, and a closed hold moves nothing more.
//   - A hold may have a time. Once it has come, what remains goes back by itself, from a frozen wallet
//     too, and nobody captures, releases or increases the hold any more. The writer judges it by its
//     clock, before it decides what touches the wallet's money; a sweep sees to wallets that nobody
//     touches.
//   - Who is to be paid takes or gives back; who pays does neither, since a hold is his word.
//   - A frozen wallet takes no new holds. What was promised before is still paid, and money still
//     comes in.
//   - A wallet has a name, metadata, and the time zone in which its days begin, which its owner changes
//     while it is not closed.
//   - A person acts on his own wallets. Somebody else's is not there, as far as he can tell.
//
// Every move is a transaction of the ledger, made through [ledger.Post]; the balances are the
// ledger's alone. This package knows of each wallet whose it is and whether it is open, and of each
// hold how much is left.
package wallet
