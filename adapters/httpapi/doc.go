// Package httpapi is Florin's HTTP surface, as openapi.yaml describes it.
//
// A request passes, in this order: a name (request id), the route table (who may, which query
// parameters, which body), the caller's token, the form of its parameters and headers, the strict
// decoding of its body, and then a handler. Everything that can go wrong on the way is a *Problem;
// problem.go writes them all. Nothing here decides about money: handlers make commands of requests
// and answers of outcomes.
//
// What a request may be is said once, in routes.go, and tests hold that table against openapi.yaml
// in both directions. The document itself is not consulted at run time, because validating against
// a schema costs more than everything else on this path; package openapitest does it in tests.
package httpapi
