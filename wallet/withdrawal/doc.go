// Package withdrawal is money on its way out: from a wallet to a bank, or to somebody's account at a
// provider.
//
// Its rules, in the words of a bookkeeper:
//
//   - Who asks for a withdrawal can spend that money no more: it leaves available for pending at once, under
//     the rules that hold for whatever a wallet gives out (freeze, floor and credit, limits of spending).
//   - Money leaves the house when two have said so: who asks for a withdrawal, or whose money it is, does not
//     approve it.
//   - While it is requested its owner cancels it. Once it is approved, staff and services do; once it was
//     handed to the bank, nobody does.
//   - A freeze stops money up to the last moment: nothing is approved, or handed to the bank, out of a frozen
//     wallet. What the bank did has happened, and is booked whatever the wallet is by now.
//   - The bank pays (settled), or does not (failed), or pays and gives back (failed, and returned). What was not
//     paid goes back to the wallet; where that is closed by then, to suspense.
//   - What comes back the same day counts no more against that day's limit.
//   - Where the money goes is sealed with the key of the wallet's owner before anybody hears of it. The journal
//     says what kind of place it is; who erases the owner has erased the rest, and the money's trail stays.
//
// A withdrawal is requested, approved, sent, settled. Sent may be left out; it is failed from approved on, and
// canceled before it is sent.
//
// Source: docs/adr/0020-withdrawals.md.
package withdrawal
