// Package seal makes what is said about people, and what they say, readable for as long as a key exists.
//
// Everybody has one key. It lies outside of the journal and of the journal's backups (see [Keys]), and
// what the journal keeps of a person is sealed with it before it gets there. Who destroys the key has
// erased the person, from every copy that there is of the journal, without changing one of its bytes.
//
// A message has a key of its own, which is sealed for each side with the side's key: so each side can
// read it until its own key is destroyed, and no longer.
//
// A text is sealed under a label that says what it is, and opens under no other: an email cannot be
// passed off as a name.
package seal
