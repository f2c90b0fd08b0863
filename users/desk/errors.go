package desk

import (
	"errors"

	"github.com/florinledger/florin/ledger"
)

// Errors that a caller is told of. No command is published after one.
var (
	// ErrCredentials: there is nobody of that address and password, or not yet, or no more. It does not
	// say which.
	ErrCredentials = errors.New("desk: no such address and password")
	// ErrCurrentPassword: the change asks for the present password, /current_password, which is missing
	// or wrong.
	ErrCurrentPassword = errors.New("desk: the current password is missing or wrong")
)

// FormError is what is wrong with what somebody wrote. Pointers are into the body of the request.
type FormError []ledger.FieldError

// Error implements error. It says where, and not what was written there.
func (e FormError) Error() string { return "desk: " + e[0].Pointer + ": " + e[0].Detail }
