// Package telemetry shows an operator what a process is doing: metrics for Prometheus and Go's own
// profiles, on a listener of their own that is not for clients.
package telemetry
