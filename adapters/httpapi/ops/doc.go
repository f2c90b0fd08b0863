// Package ops answers the routes of the machinery: what became of commands, those that could not be decided, how the
// projections are, and whether the books are right.
package ops
