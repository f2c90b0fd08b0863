// Package desk is where people are received: what they write is checked, hashed and sealed here and
// becomes commands, and what is sealed is opened for who may read it. It asks for everything that people
// without a command ask for too: signing in, links by mail, and being forgotten.
package desk
