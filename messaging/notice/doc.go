// Package notice tells the owners of wallets what became of their money: it makes messages from events.
//
// It is the work of a reactor: each event is told of once, however often it is delivered, since the
// command that tells of it is named after the event; and what happened before the reactor first ran is told
// of by nobody. Owners that are no people (services) are told nothing.
package notice
