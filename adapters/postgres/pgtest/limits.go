package pgtest

import "time"

const (
	// serverTimeout bounds the start of a server with initdb: two seconds on an idle machine, and
	// many packages' tests may be compiled meanwhile.
	serverTimeout = 2 * time.Minute

	// databaseTimeout bounds one database's making or dropping, behind others who make the template.
	databaseTimeout = 2 * time.Minute

	// maxName leaves room in Postgres's 63 bytes for the prefix and the random end of a name.
	maxName = 40
)
