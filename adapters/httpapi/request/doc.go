// Package request is what a request to the HTTP surface is before it means anything: who asks (Principal, Roles), what
// its route may carry (Route, Parameter), the strict reading of its body, the call that a handler finds in its context
// (CallOf), cursors, and everything that it may be answered with instead of what it wants: a *Problem, by the one table
// in problems.go. It knows nothing of any area.
package request
