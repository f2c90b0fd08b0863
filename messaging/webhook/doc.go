// Package webhook keeps where other systems want to be told of what happens, and what became of telling them.
//
// Its rules, in the words of whoever runs the post room:
//
//   - An endpoint belongs to who made it. An administrator looks after all of them.
//   - It is told of what happens after it was made, while it is enabled, and of the types of events that it asks for;
//     one that asks for none in particular is told of all.
//   - What is sent is signed with a secret that was shown once. The secret is made from a key in the vault: the
//     journal, the read tables and the logs know the key's name alone. A new secret does not silence the old one at
//     once: both sign for a day, unless the old one has leaked.
//   - What is not taken is sent again, at growing intervals, for three days. It has the same name each time, so that
//     who gets it twice knows.
//   - An endpoint that takes nothing for three days, or says that it is gone, is switched off, and that is said. What
//     was not delivered can be sent again by hand once it is back.
//   - Each event is sent by itself, and in no promised order.
//
// The signatures are those of Standard Webhooks, https://www.standardwebhooks.com.
// Source: docs/adr/0024-outgoing-webhooks.md.
package webhook
