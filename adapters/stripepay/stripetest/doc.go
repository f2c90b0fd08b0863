// Package stripetest makes deliveries of Stripe's webhook for tests: objects of Stripe's own
// published shapes (the fixtures of stripe-mock), wrapped in an event and signed.
package stripetest
