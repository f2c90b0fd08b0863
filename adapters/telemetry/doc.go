// Package telemetry shows an operator what a process is doing: metrics for Prometheus and Go's own profiles, on a
// listener of their own that is not for clients; traces for OpenTelemetry; and the ids of traces in the log.
//
// What it is told of comes by hooks of those who do it: it knows no other adapter, and nobody who does the work knows
// of Prometheus or OpenTelemetry.
//
// A label has few values that are known beforehand: names of routes, types, codes and states, never a wallet, a
// person, an endpoint or an address. docs/metrics.md lists all metrics.
package telemetry
