// Package authn says who a bearer token speaks for.
//
// Tokens are JWTs signed with Ed25519, and nothing else: the algorithm is pinned before a key is
// looked up, so neither "none" nor a MAC made with a public key gets anywhere. A KeySet holds
// several keys at once, which is how a key is retired: the newest signs, all verify, and the old
// one is taken away when the last token it signed has expired.
//
// What comes out is a Principal, the same whichever token named it: idempotency keys and ownership
// hang on the principal, never on the credential.
package authn
