// Package vault keeps the keys of people, and which token stands for which email address, in a Postgres
// database of its own.
//
// It is apart from the journal's so that their backups are: a key that was destroyed must not come back
// with the journal's next restore. What lies in it is of no use without the master key, which is in a
// file and in no database:
//
//   - each person's key is wrapped by a master key, under a label that names the person, so that a row
//     opens in its own place only;
//   - each address is there as a digest keyed with the pepper, a random key that the master key wraps
//     too. The pepper is never replaced, since nobody could make the digests anew: the addresses
//     themselves are nowhere.
//
// A destroyed key leaves a tombstone. The tombstones together are the list of erasures.
//
// Source: docs/adr/0013-the-vault.md.
package vault
