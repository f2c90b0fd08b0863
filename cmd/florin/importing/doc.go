// Package importing posts journals of other programs to a running service.
//
// A file is read twice. The first pass makes a plan: what the file comes to, on disk, with everything that is wrong
// with it. The second sends the plan, batch by batch, over the Go client. Every transaction has a reference, by which
// a second run knows what the first has posted.
//
// Read in this order: importing.go (the steps), file.go and source.go (what is read), plan.go, spool.go and problems.go
// (the first pass), service.go and twin.go (what the service knows), post.go and compare.go (the second pass), try.go (a
// dry run instead).
package importing
