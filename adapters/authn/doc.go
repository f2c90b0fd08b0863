// Package authn says who a bearer token speaks for, and what they may do at this moment.
//
// Access tokens are JWTs signed with Ed25519, and nothing else: the algorithm is pinned before a key is
// looked up, so neither "none" nor a MAC made with a public key gets anywhere. A KeySet holds
// several keys at once, which is how a key is retired: the newest signs, all verify, and the old
// one is taken away when the last token it signed has expired.
//
// A token of a person names a session, and is worth what the session is worth at the moment of the
// request: Sessions remembers that for a second, and for longer while it is told of changes. A service
// comes with a key instead, of which only a digest is kept anywhere.
//
// What comes out is a Principal, the same whichever token named it: idempotency keys and ownership
// hang on the principal, never on the credential.
package authn
