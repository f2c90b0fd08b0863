// Package ops answers the routes of the machinery: what became of commands, and how the projections are.
package ops
