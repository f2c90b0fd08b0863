// Package webhooks sends what happens to webhook endpoints, by HTTP and signed as Standard Webhooks has it.
//
// An endpoint is somebody else's machine: it may be slow, dead, lying, or a name for a machine of this house. So
// addresses that are not of the public internet are refused when they are dialled, whatever a name led to before;
// nobody follows where an answer points; nothing of an answer is kept but its code; and no endpoint takes more than
// its share of what is sent at once.
//
// Source: docs/adr/0024-outgoing-webhooks.md.
package webhooks
