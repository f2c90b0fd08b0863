package request

// Route is one operation: who may use it, and what its requests may carry. The zero route lets
// nobody in.
type Route struct {
	Method string
	// Path is the pattern as echo writes it, which is the pattern of openapi.yaml.
	Path  string
	Roles Roles
	// Money routes demand an idempotency key.
	Money bool
	Body  BodyKind
	Query []Parameter
	// Rate is how often one client may ask; none where callers are known and trusted with their own rate.
	Rate RatePolicy
	// Stream is an answer that goes on for longer than a request may take. It bounds itself.
	Stream bool
}

// BodyKind says what body a route takes, and how much of it.
type BodyKind uint8

// The kinds of bodies.
const (
	// NoBody: whatever comes is left unread.
	NoBody BodyKind = iota
	// JSONBody is one document.
	JSONBody
	// BatchBody is JSON or lines of JSON.
	BatchBody
	// WebhookBody is a provider's, taken as it comes: its bytes are signed.
	WebhookBody
)

// Limit returns the most bytes of a body of this kind.
func (k BodyKind) Limit() int64 {
	switch k {
	case BatchBody:
		return MaxBatchBody
	case WebhookBody:
		return MaxWebhookBody
	default:
		return MaxBody
	}
}
