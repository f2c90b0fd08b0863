package users

import "github.com/florinledger/florin/ledger/journal"

// The refusals of people and of the keys of services. Members named here are those of the problem. The
// ledger adds its own (ErrInvalidField, ErrVersionMismatch).
var (
	// ErrUserNotFound: there is no such person, or not for the caller, or it is erased.
	ErrUserNotFound = journal.Refuse("user-not-found", "There is no such user.")
	// ErrEmailTaken: somebody has the address. Only administrators are told so, and who has the mail to it.
	ErrEmailTaken = journal.Refuse("email-taken", "The email address is taken.")
	// ErrEmailRetired: the address was given up in this very moment; another attempt finds it free.
	ErrEmailRetired = journal.Refuse("email-retired", "The email address was given up at this moment: try again.")
	// ErrLinkVoid: what a mailed link was for has been done, or cannot be done any more.
	ErrLinkVoid = journal.Refuse("link-void", "The link is void: it was used, replaced by a newer one, or its time is over.")
	// ErrRolesForbidden: only an administrator gives roles.
	ErrRolesForbidden = journal.Refuse("roles-forbidden", "Only an administrator gives and takes roles.")
	// ErrAPIKeyNotFound: there is no such key.
	ErrAPIKeyNotFound = journal.Refuse("api-key-not-found", "There is no such API key.")
)

// refusals are all of them, for the registry.
func refusals() []*journal.Refusal {
	return []*journal.Refusal{ErrUserNotFound, ErrEmailTaken, ErrEmailRetired, ErrLinkVoid, ErrRolesForbidden, ErrAPIKeyNotFound}
}
