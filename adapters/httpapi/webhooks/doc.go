// Package webhooks answers the routes of webhook endpoints: where other systems are told of what happens.
package webhooks
