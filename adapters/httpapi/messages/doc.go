// Package messages answers the routes of messages, and streams them to who reads them.
package messages
