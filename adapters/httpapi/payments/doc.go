// Package payments answers the routes of payments and refunds, and takes what their provider tells.
package payments
