package httpapi

// paymentsHandlers answers the routes of payments and refunds, and takes what their provider tells.
type paymentsHandlers struct {
	*base
	ports PaymentsPorts
}

// newPayments returns them over their ports.
func newPayments(shared *base, ports PaymentsPorts) *paymentsHandlers {
	return &paymentsHandlers{base: shared, ports: ports}
}
