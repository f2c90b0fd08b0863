package httpapi

// messagesHandlers answers the routes of messages.
type messagesHandlers struct {
	*base
	ports MessagesPorts
}

// newMessages returns them over their ports.
func newMessages(shared *base, ports MessagesPorts) *messagesHandlers {
	return &messagesHandlers{base: shared, ports: ports}
}
