package payment

import (
	"context"
	"errors"
)

// What can be wrong with a message before it is believed. None of them is worth sending again.
var (
	// ErrSignature: the body was not signed with one of our secrets, or too long ago.
	ErrSignature = errors.New("payment: the signature does not belong to the body")
	// ErrMalformed: the body is no message of the provider's.
	ErrMalformed = errors.New("payment: the body is no message of the provider's")
	// ErrLivemode: a test message came where real money is, or the other way round.
	ErrLivemode = errors.New("payment: the message's livemode is not ours")
)

// Message is a provider's message that is known to be the provider's.
type Message struct {
	// Provider is who sent it; ID and Type are the provider's names for it and for what happened.
	Provider string
	ID       string
	Type     string
	// APIVersion is that of the body's shape, by the provider's count; empty when it does not say.
	APIVersion string
	// Livemode is false for messages of the provider's test mode.
	Livemode bool
	// Body is the bytes that were signed.
	Body []byte
	// Fact is what it says. Its Raw is set when the body has been kept.
	Fact Fact
}

// Reader checks that a body is its provider's, and reads it.
type Reader interface {
	// Read returns what body says. signature is the header that came with it.
	//
	// Errors: ErrSignature, ErrMalformed, ErrLivemode.
	Read(body []byte, signature string) (Message, error)
}

// Keeper keeps messages as they came.
type Keeper interface {
	// Keep keeps m's body for ever and returns the id of its row, the same one for the same body of
	// the same message. It returns when the body can no longer be lost.
	Keep(ctx context.Context, m Message) (id int64, err error)
}
