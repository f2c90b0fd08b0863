package localpg

import (
	"maps"
	"slices"
	"strconv"
)

// settings returns the server's command line. Every start decides anew: postgresql.conf stays as
// initdb wrote it, so a folder made by an older Florin gets the newer one's settings.
func settings(cfg Config, port int, data, socket string) []string {
	values := map[string]string{
		"cluster_name":    "florin",
		"timezone":        "UTC",
		"log_timezone":    "UTC",
		"log_destination": "stderr",
		"log_line_prefix": "%m [%p] %q%u@%d ",
	}
	if cfg.Durable {
		maps.Copy(values, durableSettings())
	} else {
		maps.Copy(values, throwawaySettings())
	}
	maps.Copy(values, cfg.Settings)
	// These are not the caller's: the cluster is private, and must be where URL says.
	maps.Copy(values, map[string]string{
		"listen_addresses":        "127.0.0.1",
		"port":                    strconv.Itoa(port),
		"unix_socket_directories": socket,
		"unix_socket_permissions": "0700",
		"logging_collector":       "off",
		"password_encryption":     "scram-sha-256",
	})
	args := []string{"-D", data}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		args = append(args, "-c", name+"="+values[name])
	}
	return args
}

// durableSettings are for a developer's machine: nothing that was acknowledged is lost with the
// power, and a gigabyte of memory is left for the rest. max_wal_size is reached under load alone; with
// 1GB, an import or a benchmark had a checkpoint every quarter of a minute, and each page that changes
// after one is written whole.
func durableSettings() map[string]string {
	return map[string]string{
		"fsync":                "on",
		"synchronous_commit":   "on",
		"full_page_writes":     "on",
		"shared_buffers":       "512MB",
		"effective_cache_size": "1GB",
		"maintenance_work_mem": "128MB",
		"max_wal_size":         "4GB",
		"max_connections":      "200", // pgbench has 64 beside all that a service opens
	}
}

// throwawaySettings are for tests: a crash of the machine may eat the cluster, a crash of the server
// loses nothing that was committed with synchronous_commit on, which a test may set for its session.
func throwawaySettings() map[string]string {
	return map[string]string{
		"fsync":              "off",
		"synchronous_commit": "off",
		"full_page_writes":   "off",
		"wal_level":          "minimal",
		"max_wal_senders":    "0",
		"max_wal_size":       "256MB", // the folder may lie in memory
		"shared_buffers":     "64MB",
		"max_connections":    "200", // many packages share one server
	}
}
