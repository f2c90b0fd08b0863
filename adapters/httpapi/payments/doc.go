// Package payments answers the routes of payments, refunds and rules of risk, and takes what their provider tells.
package payments
