package client

import "net/http"

// Option is something more that a call is to do.
type Option func(*request)

// Answer is what an answer says besides its body.
type Answer struct {
	// Status and Header are those of the last attempt that was answered; zero when none was.
	Status int
	Header http.Header
	// Position is that of a write, or one up to which a read has seen everything: for at_least.
	Position string
	// Replayed says that this was answered before to the same key, be it to an earlier attempt of this call.
	Replayed bool
	// ETag is the version of what was answered, for If-Match.
	ETag string
	// Attempts is how often the call was sent.
	Attempts int
}

// Note has a call fill in an Answer, whether it succeeds or not.
func Note(answer *Answer) Option { return func(r *request) { r.answer = answer } }

// RespondAsync asks for the answer as soon as the command is safe, before it is decided: the method returns the zero
// value then, and command is filled in, whose outcome GetCommand tells. When the outcome is known already, the method
// returns it, and command stays empty.
func RespondAsync(command *AcceptedCommand) Option {
	return func(r *request) {
		r.header.Set("Prefer", "respond-async")
		r.accepted = command
	}
}

func (a *Answer) note(response *http.Response) {
	*a = Answer{
		Status: response.StatusCode, Header: response.Header, Attempts: a.Attempts,
		Position: response.Header.Get("Florin-Position"),
		Replayed: response.Header.Get("Idempotent-Replayed") == "true",
		ETag:     response.Header.Get("ETag"),
	}
}
