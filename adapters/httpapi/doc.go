// Package httpapi is Florin's HTTP surface, as openapi.yaml describes it.
//
// A request passes, in this order: a name (request id), the route table (who may, which query
// parameters, which body), the caller's token, the form of its parameters and headers, the strict
// decoding of its body, and then a handler. Everything that can go wrong on the way is a *request.Problem,
// by the one table in request/problems.go. Nothing here decides about money: handlers make commands of
// requests and answers of outcomes.
//
// This package is the frame: server, middleware, the table of routes, and the two tables that know all
// areas, of what commands are answered with (results.go) and of what others are told of
// (webhook_event.go). Package request is what a request is, package handling what handlers share. The
// handlers are in a package for each area, with the ports that it calls out to: books, wallets, payments,
// people, messages, webhooks, ops. Areas do not import each other; Handlers puts them beside each other,
// and what they answer is tested here, through the server and over the real cores (house_test.go).
//
// What a request may be is said once, in routes.go, and tests hold that table against openapi.yaml
// in both directions. The document itself is not consulted at run time, because validating against
// a schema costs more than everything else on this path; package openapitest does it in tests.
package httpapi
