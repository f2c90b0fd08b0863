// Package messaging keeps what people write to each other and to themselves, and what Florin tells them.
//
// Its rules, in the words of a postmaster:
//
//   - A message goes from one person to another, or to its writer: then it is a note. A service may write
//     to a person; a notice comes from Florin itself.
//   - What is in a message is sealed with a key of its own before it comes here, and that key is sealed
//     for each side. So each side reads it for as long as there is a key of its own, whatever becomes of
//     the other side.
//   - An answer belongs to the thread of what it answers, and is between the same two. A service cannot be
//     answered, nor can Florin.
//   - Only who wrote a message changes it, and what it said before is kept. Who deletes a message hides it
//     from himself; the other side keeps it.
//   - Who gets a message reads it once. Marking it again changes nothing, and a note was read by who wrote it.
//   - Who is erased writes nothing more and gets nothing more. What they wrote stays with who got it.
package messaging
