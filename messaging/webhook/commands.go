package webhook

// The types of the commands of endpoints. Data is the command's struct as JSON.
const (
	CommandCreateEndpoint  = "create-webhook-endpoint"
	CommandChangeEndpoint  = "change-webhook-endpoint"
	CommandRotateSecret    = "rotate-webhook-secret"
	CommandDeleteEndpoint  = "delete-webhook-endpoint"
	CommandDisableEndpoint = "disable-webhook-endpoint"
)

// By says who asks.
type By struct {
	Principal string `json:"principal"`
	// Admin looks after everybody's.
	Admin bool `json:"admin,omitempty"`
}

// Sees reports whether something that belongs to owner is there for who asks.
func (b By) Sees(owner string) bool { return b.Admin || b.Principal == owner }

// CreateEndpoint makes an endpoint, which belongs to who asks.
//
// Refusals: ErrTooManyEndpoints, and the ledger's ErrInvalidField.
type CreateEndpoint struct {
	By          By       `json:"by"`
	URL         string   `json:"url"`
	EventTypes  []string `json:"event_types,omitempty"`
	Description string   `json:"description,omitempty"`
	// KeyID is a key that was just made in the vault: [NewKeyID].
	KeyID string `json:"key_id"`
}

// ChangeEndpoint changes an endpoint. What is nil stays; what is set to what it is changes nothing. Enabling it
// begins anew: what it failed at before does not count against it.
//
// Refusals: ErrEndpointNotFound, and the ledger's ErrInvalidField and ErrVersionMismatch.
type ChangeEndpoint struct {
	By         By     `json:"by"`
	EndpointID string `json:"endpoint_id"`
	// IfVersion, if not nil, is the version that the endpoint must have.
	IfVersion *int64 `json:"if_version,omitempty"`
	Changes
}

// Changes are what is otherwise. EventTypes that are there and empty stand for all.
type Changes struct {
	URL         *string   `json:"url,omitempty"`
	EventTypes  *[]string `json:"event_types,omitempty"`
	Description *string   `json:"description,omitempty"`
	Status      *Status   `json:"status,omitempty"`
}

// RotateSecret gives an endpoint another secret. The one before signs beside it for SecretOverlap; with Revoke it
// stops at once, and so do those before it.
//
// Refusals: ErrEndpointNotFound, ErrTooManySecrets, and the ledger's ErrInvalidField.
type RotateSecret struct {
	By         By     `json:"by"`
	EndpointID string `json:"endpoint_id"`
	KeyID      string `json:"key_id"`
	Revoke     bool   `json:"revoke,omitempty"`
}

// DeleteEndpoint takes an endpoint away, with its secrets and its deliveries.
//
// Refusals: ErrEndpointNotFound.
type DeleteEndpoint struct {
	By         By     `json:"by"`
	EndpointID string `json:"endpoint_id"`
}

// DisableEndpoint switches an endpoint off because of what it did. It is Florin's own command. Version is that of
// the endpoint which did it: one that was changed since is left alone.
type DisableEndpoint struct {
	EndpointID string `json:"endpoint_id"`
	Version    int64  `json:"version"`
	Reason     Reason `json:"reason"`
}
