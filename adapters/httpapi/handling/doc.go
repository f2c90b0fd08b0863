// Package handling is what the handlers of all areas share. Base makes commands of requests (Submit, Replay), waits until
// a read may see what its caller must see (See), and cuts lists into pages. Beside it stand the ways in which facts are
// shown, transactions, money and times, the same in each answer, and what callers may see of each other (acting.go).
package handling
