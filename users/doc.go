// Package users keeps who the people are that the money belongs to, and the keys of services.
//
// Its rules, in the words of whoever keeps the door:
//
//   - A person is known by an email address, which no two people share, whatever its case. The journal
//     never has the address: it has a token that stands for it (see [seal.Addresses]), and the address
//     sealed with the person's own key.
//   - An address counts once its owner has shown that mail to it arrives. Nobody signs in before, and a
//     new address takes the place of the old one only then.
//   - A password is hashed before it comes here, and the hash is sealed.
//   - A change of password ends every session, and forgets a new address that nobody has confirmed: whoever
//     got in and asked for it does not get it. Erasure ends every session too. A change of roles ends none:
//     what a session may do is asked anew, not remembered.
//   - Who is erased stays erased. What is left is an id, which the books need, and that it was erased.
//   - A service has keys. Of a key only a digest is kept; several keys may speak for one service, so that
//     one can take the other's place.
//
// Signing in, refreshing and signing out are no facts of the journal: see [Session].
package users
