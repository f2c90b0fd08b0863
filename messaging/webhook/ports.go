package webhook

import (
	"context"

	"github.com/florinledger/florin/users/seal"
)

// Directory knows all endpoints, as the writer's last commit left them.
type Directory interface {
	// Endpoints returns the next endpoints after one that was returned before, in the order of their ids, at most
	// limit; "" is before all of them. With an owner, those of the owner. Those that are no more are left out.
	Endpoints(ctx context.Context, owner, after string, limit int) ([]Endpoint, error)
}

// Queue keeps deliveries until they are made.
type Queue interface {
	// Add adds deliveries. One that is there already stays as it is.
	Add(ctx context.Context, deliveries []Delivery) error
	// Stop gives up what is pending for an endpoint that was switched off.
	Stop(ctx context.Context, endpointID string) error
	// Drop forgets an endpoint with all that was ever to be delivered to it.
	Drop(ctx context.Context, endpointID string) error
}

// Vault has the keys that secrets are made from.
type Vault interface {
	// Key returns a key. Errors: [seal.ErrNoKey].
	Key(ctx context.Context, keyID string) (seal.Key, error)
	// Discard takes a key away that is of no use any more. Taking away what is not there is done.
	Discard(ctx context.Context, keyID string) error
}
