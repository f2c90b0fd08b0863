package main

import (
	"cmp"
	"strconv"

	"github.com/alecthomas/kong"
)

// Connections to Postgres, if nobody says. Each kind has a pool of its own, so that slow lists never keep the writer
// from its lease, nor those who may come in from being known. A pool opens what is used.
const (
	// readConnections bounds what the API reads at once.
	readConnections = 20
	// workConnections bounds what writer, relay and projections do, each of which keeps one. The writer's commits have
	// a connection of their own beside it.
	workConnections = 12
	// reactConnections are enough for the reactors and the sweeps, each of which keeps one for its lock, and for what
	// they ask.
	reactConnections = 25
	// webhookConnections are for what is claimed, shown and settled: hundreds of attempts wait for other machines, and
	// few at a time for the database.
	webhookConnections = 8
	// authConnections bounds what asks who may come in, apart from what they then ask for: lists that take all of the
	// API's connections must not keep payments out.
	authConnections = 4
	// commitConnections is what the writer commits by.
	commitConnections = 1
	// vaultConnections bounds what a process asks of the vault at once: what is asked often is remembered.
	vaultConnections = 8
)

// Below these, somebody waits for a connection that nobody gives back.
const (
	leastRead    = 2
	leastWork    = workConnections
	leastReact   = reactConnections
	leastWebhook = 2
	// mostConnections keeps a typing error from asking for more than any Postgres gives.
	mostConnections = 500
)

// poolSettings say how many connections an instance may open.
type poolSettings struct {
	ReadConnections    int32 `help:"Most connections to Postgres that requests read by." env:"FLORIN_READ_CONNECTIONS" default:"${read_connections}"`
	WorkConnections    int32 `help:"Most connections of writer, relay and projections." env:"FLORIN_WORK_CONNECTIONS" default:"${work_connections}"`
	ReactorConnections int32 `help:"Most connections of reactors and sweeps." env:"FLORIN_REACTOR_CONNECTIONS" default:"${reactor_connections}"`
	WebhookConnections int32 `help:"Most connections of the sender of webhooks." env:"FLORIN_WEBHOOK_CONNECTIONS" default:"${webhook_connections}"`
}

// poolDefaults are what the settings above have as defaults.
func poolDefaults() kong.Vars {
	return kong.Vars{
		"read_connections": strconv.Itoa(readConnections), "work_connections": strconv.Itoa(workConnections),
		"reactor_connections": strconv.Itoa(reactConnections), "webhook_connections": strconv.Itoa(webhookConnections),
	}
}

func (s *poolSettings) reads() int32  { return cmp.Or(s.ReadConnections, readConnections) }
func (s *poolSettings) works() int32  { return cmp.Or(s.WorkConnections, workConnections) }
func (s *poolSettings) reacts() int32 { return cmp.Or(s.ReactorConnections, reactConnections) }
func (s *poolSettings) hooks() int32  { return cmp.Or(s.WebhookConnections, webhookConnections) }

// connections is how many connections to the journal's database an instance with these roles opens at most, those of
// the vault apart.
func (s *poolSettings) connections(rs roles) int32 {
	var n int32
	if rs.answers() {
		n += s.reads() + authConnections
	}
	if rs.has(roleWriter) || rs.has(roleRelay) || rs.has(roleProjector) || rs.has(roleReactor) {
		n += s.works() // a reactor reads the journal by it
	}
	if rs.has(roleWriter) {
		n += commitConnections
	}
	if rs.has(roleReactor) {
		n += s.reacts() + s.hooks()
	}
	return n
}
