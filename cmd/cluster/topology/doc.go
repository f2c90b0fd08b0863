// Package topology runs on one machine what docker-compose.yml runs in containers: Postgres with a synchronous standby, a
// server for the vault, three NATS nodes, Redis, two APIs, an API for payments, two workers, and nginx in front, each in a
// process of its own, from programs that are installed (and Florin and NATS, which are built). `make cluster` is it with a
// terminal around it; tests take parts of it away and look at what happens to requests.
//
// Names of the parts are those of docker-compose.yml:
//
//	postgres-1 postgres-2   the journal's primary, and the standby that its commits wait for
//	vault-db                the vault's server
//	nats-1 nats-2 nats-3    JetStream, each stream on all three
//	redis
//	api-1 api-2             role api
//	payments-1              role payments
//	worker-1 worker-2       roles writer, relay, projector and reactor
//	nginx
//
// Everything listens on 127.0.0.1, on ports that were free, and lies in one folder:
//
//	bin      the programs that were built
//	logs     one file for each part
//	secrets  keys and passwords, mode 0600
//	<part>   its data
//
// All of it ends with the process that started it, however that ends.
package topology
