// Package client calls Florin.
//
//	florin, err := client.New("https://florin.example.com", client.Config{Token: client.Static(token)})
//	wallet, err := florin.CreateWallet(ctx, nil, client.CreateWallet{Name: "Main wallet"})
//
// There is a method for each operation of openapi.yaml, named as it is there, with its types: amounts are texts at
// their asset's scale, what is absent is the zero value. Parameters of the query and of headers stand in a struct of
// their own, and nil does for none of them.
//
// # Safe to repeat
//
// A request that got no answer, or one that says "not now", is sent again, after the pause that the answer asked for,
// until it is answered or Config.Patience is over. That does no harm: whatever takes an Idempotency-Key gets one, and
// keeps it however often it is sent, so that it is done once. A program that may die and start again gives keys of its
// own, in the parameters, and gets what became of the request before. What would do harm if it was done twice, and
// takes no key, is sent once: signing in, refreshing a token, changing what has no key.
//
// # Errors
//
// An answer that is none of success is a *Problem, with the code by which it is told from others:
//
//	if client.Code(err) == "insufficient-funds" {
//
// Everything else kept the service from answering. Nobody knows then whether the request was done: the same call with
// the same key tells.
//
// # Reading what was written
//
// Reads follow writes after a few milliseconds. A Session's reads wait for what was written through it, and for
// what somebody else wrote, if they are told its position.
//
// # Lists
//
// All walks a list from page to page.
package client

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config config.yaml ../openapi.yaml
