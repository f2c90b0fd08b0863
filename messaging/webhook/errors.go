package webhook

import "github.com/florinledger/florin/ledger/journal"

// The refusals of endpoints. The ledger adds its own (ErrInvalidField, ErrVersionMismatch).
var (
	// ErrEndpointNotFound: there is no such endpoint, or it is somebody else's.
	ErrEndpointNotFound = journal.Refuse("webhook-endpoint-not-found", "There is no such webhook endpoint.")
	// ErrTooManyEndpoints: the caller has as many as one may have. Members: limit.
	ErrTooManyEndpoints = journal.Refuse("too-many-webhook-endpoints", "The caller has too many webhook endpoints.")
	// ErrTooManySecrets: too many secrets of the endpoint sign still. Members: limit.
	ErrTooManySecrets = journal.Refuse("too-many-webhook-secrets", "Too many secrets of the webhook endpoint were replaced within a day.")
)

// limit is a member of a refusal: how many there may be.
type limit struct {
	Limit int `json:"limit"`
}

// refusals are all of them, for the registry.
func refusals() []*journal.Refusal {
	return []*journal.Refusal{ErrEndpointNotFound, ErrTooManyEndpoints, ErrTooManySecrets}
}
