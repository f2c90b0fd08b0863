// Package localpg runs a private Postgres cluster: the database of `florin dev` and of the tests.
//
// A cluster belongs to a folder and to the process that started it. Its data stay in the folder; its
// server ends with its owner, however the owner ends. It listens on 127.0.0.1 and on a unix socket
// of its own, and asks everybody for a password, so that nobody else on the machine can read the books.
//
// What lies in Config.Dir:
//
//	lock          held (flock) by the owner; whoever finds it held gets a RunningError
//	pgpass        the two passwords, mode 0600, in the format of libpq's password file
//	postgres.log  what initdb and the server print
//	cluster       a pointer, only where the server's user cannot reach Dir: the path of its home
//
// and in the home, which is Dir itself wherever that is possible:
//
//	data          the cluster as initdb makes it
//	run           the unix socket
//	postgres-*    the binaries, only where they had to be fetched
//
// initdb and postgres refuse to run as root. A root owner runs them as an unprivileged user: the
// owner of the data where there are some, else `postgres`, else `nobody`.
package localpg
