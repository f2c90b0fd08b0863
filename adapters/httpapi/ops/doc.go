// Package ops answers the routes of the machinery: what became of commands.
package ops
