package httpapi

// route is one operation: who may use it, and what its requests may carry. The zero route lets
// nobody in.
type route struct {
	method string
	// path is the pattern as echo writes it, which is the pattern of openapi.yaml.
	path  string
	roles Roles
	// money routes demand an idempotency key.
	money bool
	body  bodyKind
	query []parameter
	// rate is how often one client may ask; none where callers are known and trusted with their own rate.
	rate RatePolicy
	// stream is an answer that goes on for longer than a request may take. It bounds itself.
	stream bool
}

// bodyKind says what body a route takes, and how much of it.
type bodyKind uint8

const (
	noBody bodyKind = iota
	jsonBody
	// batchBody is JSON or lines of JSON.
	batchBody
	webhookBody
)

// limit returns the most bytes of a body of this kind.
func (k bodyKind) limit() int64 {
	switch k {
	case batchBody:
		return MaxBatchBody
	case webhookBody:
		return MaxWebhookBody
	default:
		return MaxBody
	}
}
