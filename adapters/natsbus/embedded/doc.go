// Package embedded runs a NATS server with JetStream inside this process: the message bus of
// `florin dev` and of the tests. It is the server that production runs, with three differences: it
// listens on 127.0.0.1 only, it handles no signals, and it has one node.
//
// Whoever can connect can publish commands, and so move money. The server therefore asks for a
// password that it makes itself and keeps in the folder, so that it outlives a restart.
//
// What lies in Config.Dir:
//
//	lock       held (flock) while the server runs: two servers on one store destroy it
//	password   mode 0600
//	jetstream  the streams; may be removed while no server runs, which is how a store is lost
package embedded
