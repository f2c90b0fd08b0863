// Package pgtest gives each test a real Postgres database of its own, with the schema in place.
//
// The server is the one that FLORIN_TEST_POSTGRES names (the URL of a superuser), as `make test` does
// by way of withpg, so that all packages share one. Without it, the test process starts one for
// itself, which goes when the process does, however it ends; localpg's watchdog sees to that,
// because `go test` has no hook after the last test.
//
// A database is a copy of a template, which is migrated once per server and schema: a copy takes
// some ten milliseconds in memory (localpg.Scratch). A server that is kept for long collects a template (florin_template_…) per
// schema; they may be dropped at any time.
package pgtest
