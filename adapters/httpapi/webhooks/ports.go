package webhooks

import (
	"context"
	"time"

	"github.com/florinledger/florin/messaging/webhook"
	"github.com/florinledger/florin/users/seal"
)

// Ports are what the routes of webhook endpoints call out to. All of them are needed.
type Ports struct {
	Endpoints  Endpoints
	Deliveries Deliveries
	Keys       Keys
	// CheckURL says what stands against an address, in words for who gave it; "" for nothing.
	CheckURL func(url string) string
}

// Endpoints answers what there is of endpoints, as the writer's last commit left them.
type Endpoints interface {
	Endpoint(ctx context.Context, id string) (e webhook.Endpoint, ok bool, err error)
	webhook.Directory
}

// Deliveries answers what became of deliveries, and has them sent again.
type Deliveries interface {
	Deliveries(ctx context.Context, f webhook.DeliveryFilter) ([]webhook.Delivery, error)
	// Redeliver has deliveries sent again from now on, and returns how many.
	Redeliver(ctx context.Context, r webhook.Redelivery, now time.Time) (n int, err error)
}

// Keys has the keys that secrets are made from.
type Keys interface {
	// Create keeps a new key, and returns it once it cannot be lost.
	Create(ctx context.Context, keyID string) (seal.Key, error)
	// Discard takes a key away that came to nothing.
	Discard(ctx context.Context, keyID string) error
}
