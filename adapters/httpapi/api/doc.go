// Package api has the types and the server interface of Florin's HTTP API, generated from
// ../openapi.yaml. Change that document, then run `go generate ./adapters/httpapi/api`.
//
// Optional fields are absent when zero. Amounts stay strings here: the ledger parses them at the
// asset's scale. Problems are raw JSON: package httpapi writes them all.
package api

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config config.yaml ../openapi.yaml
