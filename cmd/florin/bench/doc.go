// Package bench measures a running service from outside: it sends transactions, reads and webhooks over
// HTTP, and reads beside that what service, Postgres and itself spent on them.
//
// A leg is one workload at one number of connections for one duration (or one number of requests). It is
// run closed loop (a connection sends when its last answer is there: what throughput is there?) or open
// loop (requests are due on a schedule, and a latency counts from when its request was due, so that a
// stall of the service is charged to every request that it held up: what do users wait?).
//
// Read in this order: target.go and client.go (whom, and how a request travels), pick.go and
// requests.go (what is asked), load.go (when), observe.go (at what cost), leg.go (all of it once), plan.go
// and figures.go (which legs), books.go (whether the books are right afterwards), report.go.
package bench
