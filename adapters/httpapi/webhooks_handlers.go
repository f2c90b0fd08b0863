package httpapi

// webhooksHandlers answers the routes of webhook endpoints and of what was delivered to them.
type webhooksHandlers struct {
	*base
	ports WebhooksPorts
}

// newWebhooks returns them over their ports.
func newWebhooks(shared *base, ports WebhooksPorts) *webhooksHandlers {
	return &webhooksHandlers{base: shared, ports: ports}
}
