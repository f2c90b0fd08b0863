package main

import (
	"context"
	"fmt"
	"slices"
)

// scenario is a fault, from its beginning until the cluster is whole again. It is played under load.
type scenario struct {
	name  string
	what  string // for the report
	short bool   // CI plays it
	play  func(ctx context.Context, s *stage) error
}

// scenarios are all of them, in the order in which they are played.
func scenarios() []scenario {
	return []scenario{
		{"service-killed", "each instance killed with -9, over and over", true, serviceKilled},
		{"writer-frozen", "the leading worker stopped (SIGSTOP), replaced, and let go on", true, writerFrozen},
		{"postgres-failover", "the primary killed with -9, its synchronous standby promoted", true, postgresFailover},
		{"nats-node", "one NATS node of three killed with -9", false, natsNode},
		{"nats-away", "all NATS nodes killed with -9", true, natsAway},
		{"nats-wiped", "all NATS nodes killed with -9, and started empty", false, natsWiped},
		{"nats-rolled-back", "all NATS nodes killed with -9, and started with an older store", false, natsRolledBack},
		{"redis", "Redis killed, and emptied", true, redisAway},
		{"slow-network", "20 ms between the instances and Postgres, for everything that passes", false, slowNetwork},
		{"slow-nats", "20 ms between the instances and NATS, then connections that stay open and carry nothing", false, slowNats},
		{"disk-full-postgres", "no room on the disk of the primary's log, until Postgres ends", false, diskFullPostgres},
		{"disk-full-tables", "no room on the disk of the primary's tables", false, diskFullTables},
		{"disk-full-nats", "no room on the disks of all NATS nodes", false, diskFullNats},
		{"clock", "Postgres's clock put 3 s forward and back, then a minute", false, clock},
		{"stale-standby", "an asynchronous standby promoted that lacks the last commits", false, staleStandby},
	}
}

// choose finds scenarios by name; none means all of them, or those of the short form.
func choose(names []string, short bool) (out []scenario, err error) {
	all := scenarios()
	for _, name := range names {
		i := slices.IndexFunc(all, func(s scenario) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no scenario %q: --list names them", name)
		}
		out = append(out, all[i])
	}
	if len(names) > 0 {
		return out, nil
	}
	return slices.DeleteFunc(all, func(s scenario) bool { return short && !s.short }), nil
}
