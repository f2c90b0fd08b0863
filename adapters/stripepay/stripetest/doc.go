// Package stripetest makes deliveries of Stripe's webhook for tests: package fixture, for callers that
// have a test to fail.
package stripetest
