package httpapi

import "strings"

// ServesPayments is a Config.Serves for an instance that answers for payments alone, so that people at the till and
// Stripe do not wait behind anybody's lists: payments with their refunds, Stripe's webhooks, outcomes of commands, and
// what is under no version (health, documents, keys).
func ServesPayments(pattern string) bool {
	return !strings.HasPrefix(pattern, "/v1/") || pattern == "/v1/payments" || strings.HasPrefix(pattern, "/v1/payments/") ||
		pattern == "/v1/webhooks/stripe" || pattern == "/v1/commands/:id"
}
