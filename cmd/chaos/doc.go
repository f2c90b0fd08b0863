// Command chaos breaks a running cluster, one fault after the other, and looks at what its clients were told: `make chaos`.
//
// It starts what `make cluster` starts. For each scenario clients pay between new pairs of wallets, set money aside and read,
// all through nginx, while a part is killed, frozen, filled, or has its data changed, and comes back. Then every request is
// held against the books:
//
//   - what was answered says the same again under its key, and is there once (else it is lost, or doubled);
//   - what was not answered is there once at most, and can be settled by repeating it;
//   - each pair of wallets behaved as if it did one thing at a time, between the moments at which a request was sent and
//     answered: porcupine searches for that order (linearizability);
//   - no read shows less than the position that it asked for, nor balances that never were at any later one;
//   - `florin verify` finds nothing: debits equal credits, positions have no gap, each projection equals a fresh replay;
//   - nothing is in the dead letters.
//
// What is found goes into docs/reliability.md. A scenario is a file; scenarios.go lists them.
package main
