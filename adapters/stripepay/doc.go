// Package stripepay asks Stripe for payments and refunds, and reads Stripe's webhook: it checks that a body is Stripe's, and puts what it says
// into the words of package payment.
//
// Only fields are read that both the API version of stripe-go v76 (2023-10-16) and today's have, so
// an endpoint of any version may be pointed here; the version is kept with the raw event.
//
// Stripe counts in its own minor units, which are not always those of ISO 4217. They are taken for
// what Stripe means by them here, and nowhere else.
package stripepay
