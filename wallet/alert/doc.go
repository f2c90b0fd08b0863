// Package alert tells the owners of wallets when what they may spend passes a mark.
//
// Its rules, in the words of a bookkeeper:
//
//   - An alert watches what is available in one wallet, in one asset. One that is set below a mark fires when
//     the balance goes from the mark or more to less than it; one that is set above, when it goes from the
//     mark or less to more than it. To stand at the mark is to be on neither side.
//   - It fires once for each such crossing, whoever caused it: a transfer, a hold, its release, a refund. What
//     counts is the balance before and after a whole transaction, in the order in which transactions were
//     recorded. A transaction that takes effect in the past crosses when it is recorded.
//   - What was so before the alert was made is no crossing. A new alert that finds the balance on the far side
//     of its mark waits until it has come back.
//   - An alert fires at most MaxFirings times in a minute. A balance that swings to and fro a thousand times a
//     second is told of as often as somebody can read; the crossings after that are passed over, and nobody
//     is told anything wrong by it, since the last word still holds or has been taken back.
//   - An alert that is deleted fires no more, for crossings before that either which nobody had come to yet.
//     The alerts of a wallet end when it is closed.
//   - Whose wallet it is makes and deletes its alerts, or a service does for him. Somebody else's is not
//     there, as far as he can tell.
//
// A transaction knows nothing of alerts, and does not wait for them. A [Watcher] sees it afterwards and asks
// for the alerts to fire that it crossed; whether they do the writer decides, from the transaction and from
// what it knows of the alerts. So however often it is asked, and by how many, each crossing fires once.
// Source: docs/adr/0023-alerts.md.
package alert
